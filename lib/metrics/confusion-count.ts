// The base of the counts of right and wrong predictions.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import type { Schema } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { reshape } from "../ops/index.js";
import { count, type Counts, thresholdsField, thresholdsOf } from "./confusion.js";
import { Metric, metricOptions } from "./metric.js";

export const confusionCountOptions = metricOptions(null, ["thresholds", "name", "dtype"], { thresholds: thresholdsField() });

export interface ConfusionCount {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/** The base of metrics that count one of true and false positives and negatives. */
export abstract class ConfusionCount extends Metric<typeof confusionCountOptions> {
  static override readonly options: Schema = confusionCountOptions;
  /** Which of the counts it is. */
  protected abstract readonly counted: keyof Counts;
  readonly thresholds = thresholdsOf(this.options.thresholds, 0.5);
  readonly accumulator = this.addTotal({ name: "accumulator", shape: [this.thresholds.length], dtype: "float32" });

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const counts = { [this.counted]: this.accumulator };
    count(counts, yTrue, yPred, { thresholds: this.thresholds, sampleWeight }, (total, found) => this.accumulate(total, found));
  }

  override result(): Tensor {
    return this.thresholds.length === 1 ? reshape(this.accumulator, []) : this.accumulator.value();
  }
}
