// The sum of values.

import type { Attributes } from "../config/index.js";
import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { sum } from "../ops/index.js";
import { Metric, metricOptions, metrics } from "./metric.js";
import { toSamples } from "./reduction.js";

export interface Sum {
  (values: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/**
 * The weighted sum of all values. Keras: keras.metrics.Sum
 *
 * ```ts
 * const sum = new keras.metrics.Sum();
 * sum.updateState([1, 2]);
 * sum.updateState([4]);
 * sum.result(); // 7
 * ```
 */
export class Sum extends Metric<typeof Sum.options> {
  static override readonly options = metricOptions("sum", ["name", "dtype"], {});
  readonly total = this.addTotal({ name: "total" });

  override updateState(values: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    this.accumulate(this.total, sum(toSamples(values, sampleWeight, sum).values));
  }

  override result(): Tensor {
    return this.total.value();
  }
}

export interface Sum extends Attributes<typeof Sum.options> {}

metrics.register({ Sum });
