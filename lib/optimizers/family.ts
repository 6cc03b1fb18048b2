// The family by which an optimizer is found by its name, with all members registered; no part of keras.optimizers.

import "./index.js";

export { optimizers } from "./optimizer.js";
