// Table of contents: datasets, and the functions of keras.utils that make or prepare data.

export * from "./dataset.js";
export { DatasetIterator, type SavedPosition } from "./iterator.js";
export type { Structured } from "./structure.js";
