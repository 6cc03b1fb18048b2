// The family by which an activation is found by its name, with all members registered; no part of keras.activations.

import "./index.js";

export { activations } from "./activation.js";
