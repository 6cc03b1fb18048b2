// keras.ops: the operations, and the control flow that takes functions. On Keras tensors operations become nodes of the model.

export { customGradient } from "../graph/custom-gradient.js";
export { cond, switchCase as switch } from "../graph/control/cond.js";
export { associativeScan, foriLoop, map, scan } from "../graph/control/loops.js";
export { whileLoop } from "../graph/control/while.js";
export * from "../ops/index.js";
