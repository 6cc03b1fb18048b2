// The base of precision and recall.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import { nonNegativeInteger, nullable, positiveInteger, type Schema } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, divideNoNan, reshape } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { count, LOWEST, thresholdsField, thresholdsOf } from "./confusion.js";
import { Metric, metricOptions } from "./metric.js";

export const precisionRecallOptions = metricOptions(null, ["thresholds", "topK", "classId", "name", "dtype"], {
  thresholds: thresholdsField(),
  topK: nullable(positiveInteger()),
  classId: nullable(nonNegativeInteger()),
});

export interface PrecisionRecall {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/** The base of Precision and Recall: true positives as a part of all that are positive by prediction, or by label. */
export abstract class PrecisionRecall extends Metric<typeof precisionRecallOptions> {
  static override readonly options: Schema = precisionRecallOptions;
  override readonly direction = "up";
  readonly thresholds = thresholdsOf(this.options.thresholds, this.options.topK === null ? 0.5 : LOWEST);
  readonly truePositives = this.addTotal({ name: "true_positives", shape: [this.thresholds.length], dtype: "float32" });

  /** What is positive on one side only. */
  protected abstract readonly others: { readonly falsePositives?: Variable; readonly falseNegatives?: Variable };

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const { topK, classId } = this.options;
    const counts = { truePositives: this.truePositives, ...this.others };
    count(counts, yTrue, yPred, { thresholds: this.thresholds, topK, classId, sampleWeight }, (total, found) =>
      this.accumulate(total, found),
    );
  }

  override result(): Tensor {
    const other = (this.others.falsePositives ?? this.others.falseNegatives)!;
    const parts = divideNoNan(this.truePositives, add(this.truePositives, other));
    return this.thresholds.length === 1 ? reshape(parts, []) : parts;
  }
}
