// keras.preprocessing: a table of contents.

export { imageDatasetFromDirectory, textDatasetFromDirectory } from "../data/directories.js";
export { timeseriesDatasetFromArray } from "../data/timeseries.js";
export * as image from "./preprocessing-image.js";
export * as sequence from "./preprocessing-sequence.js";
export * as text from "./preprocessing-text.js";
