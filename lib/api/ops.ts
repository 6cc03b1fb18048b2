import { customGradient } from "../graph/custom-gradient.js";
import { cond, switchCase } from "../graph/control/cond.js";
import { associativeScan, foriLoop, map, scan } from "../graph/control/loops.js";
import { whileLoop } from "../graph/control/while.js";
import { recorded } from "../layers/functional/recorded.js";

const control = { associativeScan, cond, customGradient, foriLoop, map, scan, switch: switchCase, whileLoop };

/** keras.ops: the operations, and the control flow that takes functions. On Keras tensors operations become nodes of the model. */
export const ops: typeof recorded & typeof control = { ...recorded, ...control };
