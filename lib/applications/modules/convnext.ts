// keras.applications.convnext: a table of contents.

export { ConvNeXtTiny, ConvNeXtSmall, ConvNeXtBase, ConvNeXtLarge, ConvNeXtXLarge } from "../networks.js";
export { decodePredictions } from "../predictions.js";
export { passing as preprocessInput } from "../preprocess.js";
