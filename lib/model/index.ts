export { Model, modelFromJson, type Endpoints, type ModelOptions } from "./model.js";
export { Sequential, type SequentialItem } from "./sequential.js";
