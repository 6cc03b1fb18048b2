// The public face, TensorFlow-2-shaped: tf.constant, tf.GradientTape, tf.function, tf.data, tf.train, tf.keras …

import "./ops/methods.js";
import { setRoot } from "./autograph/to-graph.js";
import * as tf from "./index.js";

setRoot(tf); // what functions made anew from their text call tf

export { config, type Settings } from "./api/settings.js";
export { type ConstantOptions, type TensorLike } from "./core/convert.js";
export { constant } from "./api/tf/texts.js";
export type { Dtype as DType, TypedArray } from "./core/dtype.js";
export {
  ArgumentError,
  ClusterError,
  DtypeError,
  KerasmError,
  MemoryError,
  NotSupportedError,
  ShapeError,
  StateError,
  UnknownNameError,
  ValueError,
} from "./core/errors.js";
export type { Shape } from "./core/shape.js";
export { Tensor, type NestedArray } from "./core/tensor.js";
export { scope, type Scope, tidy } from "./api/tidy.js";

export { customGradient } from "./graph/custom-gradient.js";
export { GradientTape, type GradientTapeOptions } from "./autodiff/tape.js";
export { cond } from "./graph/control/cond.js";
export { TensorArray, type TensorArrayOptions } from "./graph/control/tensor-array.js";
export { whileLoop } from "./graph/control/while.js";
export { tracedFunction as function, type FunctionOptions, type TracedFunction } from "./graph/function.js";
export { print } from "./graph/print.js";
export { profiler, type Profile, type Recording } from "./graph/profile.js";
export { TensorSpec } from "./graph/signature.js";
export { Variable, variable, type VariableOptions } from "./variables/variable.js";

export { case, mapFn, scan, switchCase, vectorizedMap } from "./api/tf/control.js";
export { convertToTensor } from "./api/tf/convert.js";
export { addN, zip } from "./api/tf/lists.js";
export * from "./api/tf/dtypes.js";
export * as dtypes from "./api/tf/dtype-names.js";
export { executingEagerly, initScope, UnconnectedGradients, version } from "./api/tf/eager.js";
export * from "./api/tf/functions.js";
export * from "./api/tf/elementwise.js";
export * from "./api/tf/shapes.js";
export { topK } from "./api/tf/math.js";
export { norm } from "./api/tf/linalg.js";
export { compat, estimator, featureColumn, Graph, lite, queue, savedModel } from "./api/tf/absent-names.js";
export * as audio from "./api/tf/audio.js";
export * as bitwise from "./api/tf/bitwise.js";
export * as debugging from "./api/tf/debugging.js";
export * as errors from "./api/tf/errors.js";
export * as image from "./api/tf/image.js";
export * as linalg from "./api/tf/linalg.js";
export * as lookup from "./api/tf/lookup.js";
export { Module, nameScope } from "./api/tf/module.js";
export * as nest from "./api/tf/nest.js";
export * as ragged from "./api/tf/ragged.js";
export { RaggedTensor } from "./ragged/ragged-tensor.js";
export * as signal from "./api/tf/signal.js";
export * as sparse from "./api/tf/sparse.js";
export { SparseTensor } from "./sparse/sparse-tensor.js";
export * as strings from "./api/tf/strings.js";
export * as summary from "./api/tf/summary.js";
export { TensorShape } from "./api/tf/tensor-shape.js";
export * as autograph from "./api/tf/autograph.js";
export * as browser from "./api/tf/browser.js";
export { memory, nextFrame, type MemoryInfo } from "./api/tf/page.js";
export * as distribute from "./api/tf/distribute.js";
export { VariableAggregation, VariableSynchronization } from "./api/tf/distribute.js";
export * as data from "./data/index.js";
export * as io from "./api/tf/io.js";
export * as math from "./api/tf/math.js";
export * as nn from "./api/tf/nn.js";

export * as random from "./api/tf/random.js";
export * as train from "./api/tf/train.js";

export * as initializers from "./initializers/index.js";
export {
  constant as constantInitializer,
  ones as onesInitializer,
  randomNormal as randomNormalInitializer,
  randomUniform as randomUniformInitializer,
  zeros as zerosInitializer,
} from "./initializers/functions.js";
export * as losses from "./losses/index.js";
export * as metrics from "./metrics/index.js";
export * as optimizers from "./api/optimizers.js";
export * as keras from "./api/keras.js";
export { ready } from "./runtime/machine.js";
export { tensorflowVersion as __version__ } from "./config/version.js";
