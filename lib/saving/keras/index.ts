// Keras's files, loaded when the first one is read or written.

export { type Archive, archiveMembers, archiveOf, configOf, type Extras, planArchive, storeOfArchive } from "./archive.js";
export { KerasFileEditor } from "./editor.js";
export { archiveAt, readAssets } from "./folder.js";
export { legacyConfigs, legacyModel, type LegacyModel, planLegacy, planLegacyOptimizer } from "./legacy.js";
export { shardFiles, shardStore } from "./shards.js";
export { planState, storeOf, writeState } from "./weights.js";
export { GroupWriter, writeHdf5 } from "../../formats/hdf5/writer.js";
export { readHdf5 } from "../../formats/hdf5/reader.js";
export { inflate } from "../../formats/inflate.js";
export { writeZip } from "../../formats/zip.js";
