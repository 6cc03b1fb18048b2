// Table of contents: models, and the functions of keras.models.

export { Model, modelFromJson, type Endpoints, type ModelOptions } from "./model.js";
export { Sequential, type SequentialItem } from "./sequential.js";
