// Table of contents of keras.constraints.

export * from "./functions.js";
export { Constraint, type ConstraintIdentifier, type ConstraintLike } from "./constraint.js";
export { deserialize, get, serialize } from "./identifiers.js";
export { MaxNorm } from "./max-norm.js";
export { MinMaxNorm } from "./min-max-norm.js";
export { NonNeg } from "./non-neg.js";
export { UnitNorm } from "./unit-norm.js";
