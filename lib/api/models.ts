// keras.models.

export { loadModel, Model } from "../model/model.js";
export { modelFromJson } from "./model-from-json.js";
export { cloneModel, type CloneModelOptions } from "../model/clone-model.js";
export { Sequential } from "../model/sequential.js";
export { saveModel } from "./saving.js";
