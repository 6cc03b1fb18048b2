// keras.utils.bounding_boxes: a table of contents.

export { clipToImageSize, convertFormat, type BoxFormat, type ClipOptions, type FormatOptions } from "./formats.js";
export { affineTransform, crop, decodeDeltasToBoxes, encodeBoxToDeltas, pad, type DeltaOptions } from "./geometry.js";
export { computeCiou, computeIou, type OverlapOptions } from "./overlap.js";
