// All rows of ours, by what they are of.

import "./classes.js";
import "./elementwise.js";
import "./functions.js";
import "./kernels.js";
import "./random.js";

export { type Reference, references } from "./rows.js";
