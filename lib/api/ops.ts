// keras.ops: the operations, and the control flow that takes functions. On Keras tensors operations become nodes of the model.

export { customGradient } from "../graph/custom-gradient.js";
export { cond, switchCase as switch } from "../graph/control/cond.js";
export { associativeScan, foriLoop, map, scan } from "../graph/control/loops.js";
export { whileLoop } from "../graph/control/while.js";
export { jvp } from "../graph/jvp.js";
export { vectorize, vectorizedMap } from "../graph/vectorize.js";
export * from "../ops/index.js";
export * as image from "./ops/image.js";
export * as linalg from "./ops/linalg.js";
export * as nn from "./ops/nn.js";
export * as numpy from "./ops/numpy.js";
