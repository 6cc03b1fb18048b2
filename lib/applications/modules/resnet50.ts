// keras.applications.resnet50: a table of contents, of the same functions as keras.applications.resnet.

export { ResNet50 } from "../networks.js";
export { decodePredictions } from "../predictions.js";
export { preprocessInput } from "./resnet.js";
