// keras.applications.efficientnetV2: a table of contents.

export {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2S,
  EfficientNetV2M,
  EfficientNetV2L,
} from "../networks.js";
export { decodePredictions } from "../predictions.js";
export { passing as preprocessInput } from "../preprocess.js";
