// The mean of values.

import type { Attributes } from "../config/index.js";
import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { Averaging } from "./averaging.js";
import { metricOptions, metrics } from "./metric.js";

export interface Mean {
  (values: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/**
 * The weighted mean of all values. Keras: keras.metrics.Mean
 *
 * ```ts
 * const loss = new keras.metrics.Mean({ name: "loss" });
 * loss.updateState([1, 3, 5, 7]);
 * loss.result().item();   // 4
 * ```
 */
export class Mean extends Averaging<typeof Mean.options> {
  static override readonly options = metricOptions("mean", ["name", "dtype"], {});

  override updateState(values: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    this.add(values, sampleWeight);
  }
}

export interface Mean extends Attributes<typeof Mean.options> {}

metrics.register({ Mean });
