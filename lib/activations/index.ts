// Table of contents of keras.activations; the classes and functions that configs name are registered here.

export { type Activation, type ActivationIdentifier } from "./activation.js";
export * from "./functions.js";
export { deserialize, get, serialize } from "./identifiers.js";
