// The family by which a loss is found by its name, with all members registered; no part of keras.losses.

import "./index.js";

export { losses } from "./loss.js";
