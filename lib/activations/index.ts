export { type Activation, type ActivationIdentifier, activations } from "./activation.js";
export * from "./functions.js";
export { deserialize, get, serialize } from "./identifiers.js";
