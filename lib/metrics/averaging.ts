// The base of metrics that are a weighted mean over all samples seen.

import type { Schema } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { divideNoNan, mean, onesLike, sum } from "../ops/index.js";
import { Metric } from "./metric.js";
import { toSamples } from "./reduction.js";

/** The base of metrics that are a weighted mean: the sum of values, and of their weights. */
export abstract class Averaging<S extends Schema> extends Metric<S> {
  readonly total = this.addTotal({ name: "total" });
  readonly count = this.addTotal({ name: "count" });

  override result(): Tensor {
    return divideNoNan(this.total, this.count);
  }

  /** Takes in values and the weights of their samples. */
  protected add(given: TensorLike, sampleWeight: TensorLike | null | undefined): void {
    const { values, weight } = toSamples(given, sampleWeight, mean);
    this.accumulate(this.total, sum(values));
    if (weight !== undefined) this.accumulate(this.count, sum(weight));
    else if (values.rank === 0) this.accumulate(this.count, 1);
    else this.accumulate(this.count, values.shape[0] ?? sum(onesLike(values)));
  }
}
