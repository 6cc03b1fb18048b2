// keras.callbacks.

export * from "../callbacks/index.js";
export { OrbaxCheckpoint } from "./absent-names.js";
