// keras.export: what writes SavedModels is not here.

export { ExportArchive } from "./absent-names.js";
