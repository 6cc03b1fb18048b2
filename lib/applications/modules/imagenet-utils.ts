// keras.applications.imagenet_utils: a table of contents.

export { decodePredictions } from "../predictions.js";
export { preprocessInput, type PreprocessMode } from "../preprocess.js";
