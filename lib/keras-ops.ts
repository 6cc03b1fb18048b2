// keras.ops: the operations, and the control flow that takes functions.

export * from "./ops/index.js";
export { cond, switchCase as switch } from "./graph/control/cond.js";
export { associativeScan, foriLoop, map, scan } from "./graph/control/loops.js";
export { whileLoop } from "./graph/control/while.js";
export { stopGradient } from "./ops/gradient/stop-gradient.js";
export { customGradient } from "./autodiff/custom-gradient.js";
