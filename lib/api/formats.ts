// The entry `kerasm/formats`: arrays in files that other tools read.

export { FormatError, UnsupportedFormatError } from "../formats/error.js";
export { loadNpy, loadNpz, loadSafetensors, SafetensorsFile, saveNpy, saveNpz, saveSafetensors } from "../saving/arrays.js";
export { type CheckpointContent, inspectCheckpoint } from "../saving/inspect.js";
export type { NamedWeight, NameMap } from "../saving/named-weights.js";
