// The family by which a constraint is found by its name, with all members registered; no part of keras.constraints.

import "./index.js";

export { constraints } from "./constraint.js";
