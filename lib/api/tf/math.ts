// TensorFlow's names of mathematical operations. One function, two names: keras.ops has the other.

import type { TensorLike } from "../../core/convert.js";
import { declare } from "../../core/operation.js";
import type { Tensor } from "../../core/tensor.js";
import { matrixProduct } from "../../ops/linalg/matmul.js";

/**
 * The matrix product of the last two axes; the axes before them broadcast.
 *
 * @param transposeA, transposeB  take the operand with its last two axes exchanged
 */
export const matmul = declare(
  "tf.matmul(*a, *b, transposeA=false, transposeB=false)",
  (a: TensorLike, b: TensorLike, transposeA: boolean, transposeB: boolean): Tensor => matrixProduct(a, b, { transposeA, transposeB }),
);

export {
  abs, tensordot, arccos as acos, arccosh as acosh, add, arcsin as asin, arcsinh as asinh, arctan as atan, arctan2 as atan2, arctanh as atanh, ceil, clip as clipByValue, cos, cosh, divide, divideNoNan, equal, erf, exp, expm1, floor, floorDivide as floordiv,
  greater, greaterEqual, isfinite as isFinite, isinf as isInf, isnan as isNan, less, lessEqual, log, log1p, logicalAnd, logicalNot, logicalOr, logicalXor, maximum, minimum,
  mod as floormod, fmod as truncatemod, multiply, negative, notEqual, power as pow, reciprocal, round, rsqrt, sigmoid, sign, sin, sinh, sqrt, square, squaredDifference, softplus, subtract, tan, tanh, topK, trunc,
  logsumexp as reduceLogsumexp, std as reduceStd, variance as reduceVariance,
  all as reduceAll, any as reduceAny, argmax as argMax, argmin as argMin, cumprod, cumsum, max as reduceMax, mean as reduceMean, min as reduceMin, prod as reduceProd, sum as reduceSum,
} from "../../ops/index.js"; // prettier-ignore
