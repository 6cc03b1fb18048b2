// keras.ops: a table of contents, one line per module.

export { conv } from "./convolution/conv.js";
export { depthwiseConv, separableConv } from "./convolution/depthwise.js";
export { convTranspose } from "./convolution/transpose.js";
export {
  add,
  divide,
  divideNoNan,
  floorDivide,
  fmod,
  maximum,
  minimum,
  mod,
  multiply,
  squaredDifference,
  subtract,
} from "./elementwise/arithmetic.js";
export { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor, gcd, leftShift, rightShift } from "./elementwise/bitwise.js";
export { cast } from "./elementwise/cast.js";
export { clip } from "./elementwise/clip.js";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./elementwise/comparison.js";
export { erf, erfc, erfinv } from "./elementwise/error-function.js";
export { exp, exp2, expm1, log, log10, log1p, log2, logaddexp, logaddexp2 } from "./elementwise/exponential.js";
export { isfinite, isinf, isnan, isneginf, isposinf } from "./elementwise/inspection.js";
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./elementwise/logical.js";
export { abs, cbrt, negative, power, reciprocal, rsqrt, sign, sqrt, square } from "./elementwise/powers.js";
export { ceil, floor, round, trunc } from "./elementwise/rounding.js";
export * from "./elementwise/trigonometric.js";
export { where } from "./elementwise/where.js";
export { matmul } from "./linalg/matmul.js";
export { multiHot, oneHot } from "./indexing/one-hot.js";
export { argsort, sort, topK } from "./indexing/sort.js";
export { take, takeAlongAxis } from "./indexing/take.js";
export * from "./nn/activations.js";
export { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from "./nn/crossentropy.js";
export { logSoftmax, softmax } from "./nn/softmax.js";
export { ctcLoss } from "./nn/ctc-loss.js";
export { inTopK } from "./nn/in-top-k.js";
export { normalize } from "./nn/normalize.js";
export { sparsemax } from "./nn/sparsemax.js";
export { batchNormalization, batchNormalizationTraining } from "./normalization/batch.js";
export { moments } from "./normalization/moments.js";
export { layerNormalization, rmsNormalization } from "./normalization/rows.js";
export { adaptiveAveragePool, adaptiveMaxPool, averagePool, maxPool } from "./pooling/pool.js";
export { resultType } from "./promotion.js";
export { argmax, argmin } from "./reduce/arg.js";
export { cumprod, cumsum } from "./reduce/cumulative.js";
export { max, min } from "./reduce/extrema.js";
export { all, any } from "./reduce/logical.js";
export { logsumexp } from "./reduce/logsumexp.js";
export { prod } from "./reduce/prod.js";
export { countNonzero, mean, sum } from "./reduce/sum.js";
export { std, variance, variance as var } from "./reduce/variance.js";
export { broadcastTo } from "./shaping/broadcast.js";
export { concatenate, stack } from "./shaping/concatenate.js";
export { arange, full, fullLike, ones, onesLike, tri, zeros, zerosLike } from "./shaping/create.js";
export { eye, identity } from "./shaping/eye.js";
export { expandDims, ravel, reshape, squeeze } from "./shaping/reshape.js";
export { flip, slice } from "./shaping/slice.js";
export { arraySplit, split, unstack } from "./shaping/split.js";
export { moveaxis, swapaxes, transpose } from "./shaping/transpose.js";
