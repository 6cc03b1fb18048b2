export * from "./dataset.js";
export { DatasetIterator, type SavedPosition } from "./iterator.js";
export type { Structured } from "./structure.js";
