// keras.models.

export { Model, modelFromJson } from "./model/model.js";
export { Sequential } from "./model/sequential.js";
