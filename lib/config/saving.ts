// keras.saving: a table of contents.

export {
  type CustomObject,
  customObjectScope,
  customObjectScope as CustomObjectScope,
  type CustomObjects,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
} from "./custom-objects.js";
export { deserializeKerasObject, serializeKerasObject } from "./serialization.js";
