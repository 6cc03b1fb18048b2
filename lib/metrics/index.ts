// Table of contents of keras.metrics.

export { accuracy, Accuracy } from "./accuracy.js";
export { AUC } from "./auc.js";
export { binaryAccuracy, BinaryAccuracy } from "./binary-accuracy.js";
export { BinaryCrossentropy } from "./binary-crossentropy.js";
export { BinaryIoU } from "./binary-iou.js";
export { categoricalAccuracy, CategoricalAccuracy } from "./categorical-accuracy.js";
export { CategoricalCrossentropy } from "./categorical-crossentropy.js";
export { CategoricalHinge } from "./categorical-hinge.js";
export { concordanceCorrelation, ConcordanceCorrelation } from "./concordance-correlation.js";
export { CosineSimilarity } from "./cosine-similarity.js";
export { FBetaScore } from "./f-beta-score.js";
export { F1Score } from "./f1-score.js";
export { FalseNegatives } from "./false-negatives.js";
export { FalsePositives } from "./false-positives.js";
export { Hinge } from "./hinge.js";
export { IoU } from "./iou.js";
export { KLDivergence } from "./kl-divergence.js";
export { LogCoshError } from "./log-cosh-error.js";
export { MeanAbsoluteError } from "./mean-absolute-error.js";
export { MeanAbsolutePercentageError } from "./mean-absolute-percentage-error.js";
export { MeanIoU } from "./mean-iou.js";
export { MeanMetricWrapper } from "./mean-metric-wrapper.js";
export { MeanSquaredError } from "./mean-squared-error.js";
export { MeanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.js";
export { Mean } from "./mean.js";
export { Metric, type MetricWeight, type MetricResult, type MetricFunction } from "./metric.js";
export { OneHotIoU } from "./one-hot-iou.js";
export { OneHotMeanIoU } from "./one-hot-mean-iou.js";
export { pearsonCorrelation, PearsonCorrelation } from "./pearson-correlation.js";
export { Poisson } from "./poisson.js";
export { PrecisionAtRecall } from "./precision-at-recall.js";
export { Precision } from "./precision.js";
export { R2Score } from "./r2-score.js";
export { RecallAtPrecision } from "./recall-at-precision.js";
export { Recall } from "./recall.js";
export { RootMeanSquaredError } from "./root-mean-squared-error.js";
export { SensitivityAtSpecificity } from "./sensitivity-at-specificity.js";
export { sparseCategoricalAccuracy, SparseCategoricalAccuracy } from "./sparse-categorical-accuracy.js";
export { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.js";
export {
  sparseTopKCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  type SparseTopKOptions,
} from "./sparse-top-k-categorical-accuracy.js";
export { SpecificityAtSensitivity } from "./specificity-at-sensitivity.js";
export { SquaredHinge } from "./squared-hinge.js";
export { Sum } from "./sum.js";
export { topKCategoricalAccuracy, TopKCategoricalAccuracy } from "./top-k-categorical-accuracy.js";
export { TrueNegatives } from "./true-negatives.js";
export { TruePositives } from "./true-positives.js";
export { deserialize, get, serialize } from "./identifiers.js";
// Losses of single samples, which Keras offers as metrics too.
export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from "../losses/index.js";
export * from "../losses/short-names.js";
