// keras.ops: a table of contents, one line per module.

export { conv } from "./convolution/conv.js";
export { depthwiseConv, separableConv } from "./convolution/depthwise.js";
export { convTranspose } from "./convolution/transpose.js";
export {
  add,
  divide,
  divide as trueDivide,
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
export {
  bitwiseAnd,
  bitwiseInvert,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  gcd,
  leftShift,
  leftShift as bitwiseLeftShift,
  rightShift,
  rightShift as bitwiseRightShift,
} from "./elementwise/bitwise.js";
export { cast } from "./elementwise/cast.js";
export { clip } from "./elementwise/clip.js";
export {
  angle,
  conj,
  conj as conjugate,
  imag,
  isreal,
  polar,
  real,
  viewAsComplex,
  viewAsReal,
  type Complex,
} from "./elementwise/complex.js";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./elementwise/comparison.js";
export { erf, erfc, erfinv } from "./elementwise/error-function.js";
export { exp, exp2, expm1, log, log10, log1p, log2 } from "./elementwise/exponential.js";
export { logaddexp, logaddexp2 } from "./elementwise/logaddexp.js";
export { isfinite, isinf, isnan, isneginf, isposinf } from "./elementwise/inspection.js";
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./elementwise/logical.js";
export { gammainc } from "./elementwise/gamma.js";
export { abs, abs as absolute, cbrt, negative, power, reciprocal, rsqrt, sign, sqrt, square } from "./elementwise/powers.js";
export { ceil, floor, round, trunc } from "./elementwise/rounding.js";
export {
  allclose, fabs, fmax, fmin, heaviside, hypot, i0, isclose, lcm, ldexp, nanToNum, nextafter, saturateCast, select, signbit, sinc, view,
} from "./elementwise/special.js"; // prettier-ignore
export * from "./elementwise/trigonometric.js";
export { where } from "./elementwise/where.js";
export * as image from "./image/index.js";
export { stopGradient } from "./gradient/stop-gradient.js";
export { getItem } from "./indexing/get-item.js";
export { multiHot, oneHot } from "./indexing/one-hot.js";
export { nonzero } from "./indexing/nonzero.js";
export { argpartition, bincount, digitize, histogram, isin, searchsorted, unravelIndex } from "./indexing/search.js";
export { segmentMax, segmentMin, segmentProd, segmentSum } from "./indexing/segment.js";
export { argsort, sort, topK } from "./indexing/sort.js";
export { take, takeAlongAxis } from "./indexing/take.js";
export { unique } from "./indexing/unique.js";
export { slice } from "./indexing/slice.js";
export { scatter, scatterUpdate, sliceUpdate } from "./indexing/update.js";
export { einsum } from "./linalg/einsum.js";
export { eig } from "./linalg/eig.js";
export { cross, dot, inner, kron, outer, tensordot, vdot } from "./linalg/products.js";
export { cholesky, choleskyInverse, eigh, luFactor, qr, svd } from "./linalg/factorizations.js";
export { norm } from "./linalg/norm.js";
export { det, inv, logdet, lstsq, matrixPower, matrixRank, pinv, slogdet, solve, solveTriangular } from "./linalg/solve.js";
export { matmul } from "./linalg/matmul.js";
export * from "./nn/activations.js";
export { hardSilu as hardSwish, silu as swish } from "./nn/activations.js";
export { dotProductAttention } from "./nn/attention.js";
export { depthToSpace, fold, spaceToDepth, unfold } from "./nn/blocks.js";
export { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from "./nn/crossentropy.js";
export { ctcDecode } from "./nn/ctc-decode.js";
export { ctcLoss } from "./nn/ctc-loss.js";
export { inTopK } from "./nn/in-top-k.js";
export { normalize } from "./nn/normalize.js";
export { logSoftmax, softmax } from "./nn/softmax.js";
export { sparsemax } from "./nn/sparsemax.js";
export { batchNormalization, batchNormalizationTraining } from "./normalization/batch.js";
export { moments } from "./normalization/moments.js";
export { layerNormalization, rmsNormalization } from "./normalization/rows.js";
export { resultType } from "./promotion.js";
export { adaptiveAveragePool, adaptiveMaxPool, averagePool, maxPool } from "./pooling/pool.js";
export { argmax, argmin } from "./reduce/arg.js";
export { cumprod, cumsum } from "./reduce/cumulative.js";
export { cdist, corrcoef, correlate, diff, psnr, trapezoid } from "./reduce/differences.js";
export { max, max as amax, min, min as amin } from "./reduce/extrema.js";
export { all, any } from "./reduce/logical.js";
export { logsumexp } from "./reduce/logsumexp.js";
export { nanargmax, nanargmin, nancumprod, nancumsum, nanprod } from "./reduce/nan.js";
export { prod } from "./reduce/prod.js";
export {
  average, median, nanmax, nanmean, nanmedian, nanmin, nanpercentile, nanquantile, nanstd, nansum, nanvar, percentile, ptp, quantile,
} from "./reduce/statistics.js"; // prettier-ignore
export { countNonzero, mean, sum } from "./reduce/sum.js";
export { std, variance, variance as var } from "./reduce/variance.js";
export { broadcastTo } from "./shaping/broadcast.js";
export { concatenate, stack } from "./shaping/concatenate.js";
export { arange, full, fullLike, ones, onesLike, tri, zeros, zerosLike } from "./shaping/create.js";
export { diag, diagflat, diagonal, trace, tril, triu } from "./shaping/diagonal.js";
export { eye, identity } from "./shaping/eye.js";
export { array, convertToNumpy, convertToTensor, copy, dtype, empty, emptyLike, isTensor, ndim, shape, size } from "./shaping/facts.js";
export { pad } from "./shaping/pad.js";
export { rearrange } from "./shaping/rearrange.js";
export { expandDims, ravel, reshape, squeeze } from "./shaping/reshape.js";
export { bartlett, blackman, geomspace, hamming, hanning, kaiser, linspace, logspace, vander } from "./shaping/sequences.js";
export { flip, fliplr, flipud } from "./shaping/slice.js";
export { arraySplit, split, unstack } from "./shaping/split.js";
export { append, columnStack, dsplit, dstack, hsplit, hstack, meshgrid, vsplit, vstack } from "./shaping/stacking.js";
export { repeat, roll, rot90 } from "./shaping/roll.js";
export { tile } from "./shaping/tile.js";
export { moveaxis, swapaxes, transpose } from "./shaping/transpose.js";
export { fft, fft2, ifft2, irfft, rfft } from "./signal/fft.js";
export { extractSequences, istft, stft } from "./signal/stft.js";
