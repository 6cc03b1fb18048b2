// keras.models.

export { loadModel, Model, modelFromJson } from "../model/model.js";
export { cloneModel, type CloneModelOptions } from "../model/clone-model.js";
export { Sequential } from "../model/sequential.js";
export { saveModel } from "./saving.js";
