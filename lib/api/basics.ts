// kerasm/ops: keras.ops alone, with tensors, variables, gradients and traced functions; without layers and models.

import "../ops/methods.js";

export * from "./ops.js";
export { config, type Settings } from "./settings.js";
export { scope, type Scope, tidy } from "./tidy.js";
export { GradientTape, type GradientTapeOptions } from "../autodiff/tape.js";
export { asTensor as convertToTensor, constant, type ConstantOptions, type TensorLike } from "../core/convert.js";
export type { Dtype as DType, TypedArray } from "../core/dtype.js";
export {
  ArgumentError,
  DtypeError,
  KerasmError,
  MemoryError,
  ShapeError,
  StateError,
  UnknownNameError,
  ValueError,
} from "../core/errors.js";
export type { Shape } from "../core/shape.js";
export { Tensor, type NestedArray } from "../core/tensor.js";
export { tracedFunction as function, type FunctionOptions, type TracedFunction } from "../graph/function.js";
export { TensorSpec } from "../graph/signature.js";
export { ready } from "../runtime/machine.js";
export { Variable, variable, type VariableOptions } from "../variables/variable.js";
