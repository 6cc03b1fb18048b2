// keras.applications.mobilenetV3: a table of contents.

export { MobileNetV3Small, MobileNetV3Large } from "../networks.js";
export { decodePredictions } from "../predictions.js";
export { passing as preprocessInput } from "../preprocess.js";
