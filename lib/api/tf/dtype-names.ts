// tf.dtypes: the dtypes, and what converts between them.

export { standardizeDtype as asDtype } from "../../config/dtypes.js";
export * from "./dtypes.js";
export { cast, saturateCast } from "./shapes.js";
