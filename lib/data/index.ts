// Table of contents: datasets, and the functions of keras.utils that make or prepare data.

export { csv, type ColumnConfig, type CSVDataset, type CsvRow } from "./csv.js";
export * from "./dataset.js";
export { ElementError } from "./element-error.js";
export * as experimental from "./experimental.js";
export { FixedLengthRecordDataset, TextLineDataset, TFRecordDataset } from "./file-datasets.js";
export { DatasetIterator, type SavedPosition } from "./iterator.js";
export { Options } from "./options.js";
export type { Structured } from "./structure.js";
export { microphone, webcam } from "./devices.js";
