// Table of contents of keras.regularizers.

export { l1, l1L2, l2, orthogonalRegularizer } from "./functions.js";
export { deserialize, get, serialize } from "./identifiers.js";
export { L1 } from "./l1.js";
export { L1L2 } from "./l1-l2.js";
export { L2 } from "./l2.js";
export { OrthogonalRegularizer } from "./orthogonal-regularizer.js";
export { Regularizer, type RegularizerIdentifier, type RegularizerLike } from "./regularizer.js";
