// keras.layers.

export * from "../layers/index.js";
export { FlaxLayer, JaxLayer, TFSMLayer, TorchModuleWrapper } from "./absent-names.js";
