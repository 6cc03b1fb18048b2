// keras.legacy.saving.

export { deserializeKerasObject, serializeKerasObject } from "./absent-names.js";
