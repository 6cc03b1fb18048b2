// keras.applications.efficientnet: a table of contents.

export {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
} from "../networks.js";
export { decodePredictions } from "../predictions.js";
export { passing as preprocessInput } from "../preprocess.js";
