// The family by which an initializer is found by its name, with all members registered; no part of keras.initializers.

import "./index.js";

export { initializers } from "./initializer.js";
