// The family by which a regularizer is found by its name, with all members registered; no part of keras.regularizers.

import "./index.js";

export { regularizers } from "./regularizer.js";
