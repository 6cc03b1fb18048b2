// The public face, Keras-3-shaped: keras.layers, keras.ops, keras.models …

export * as activations from "../activations/index.js";
export * as backend from "../config/backend.js";
export * as callbacks from "../callbacks/index.js";
export * as config from "../config/settings.js";
export * as constraints from "../constraints/index.js";
export * as distillation from "../model/distillation/index.js";
export * as distribution from "../distribution/keras.js";
export * as datasets from "../data/known/index.js";
export * as initializers from "../initializers/index.js";
export * as layers from "../layers/index.js";
export * as losses from "../losses/index.js";
export * as metrics from "../metrics/index.js";
export * as models from "./models.js";
export * as ops from "./ops.js";
export * as optimizers from "../optimizers/index.js";
export * as preprocessing from "./preprocessing.js";
export * as random from "../random/index.js";
export * as regularizers from "../regularizers/index.js";
export * as utils from "./utils.js";
export * as saving from "./saving.js";
export { DTypePolicy } from "../config/dtype-policy.js";
export { Input } from "../layers/core/input-layer.js";
export { Layer } from "../layers/layer.js";
export { Model } from "../model/model.js";
export { Sequential } from "../model/sequential.js";
