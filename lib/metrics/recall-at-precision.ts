// The best recall that a wanted precision allows, over all thresholds.

import { fraction, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { AtConstraint, atConstraintOptions } from "./at-constraint.js";
import { metrics } from "./metric.js";

/**
 * The best recall where the precision is at least so high. Keras: keras.metrics.RecallAtPrecision
 *
 * ```ts
 * new keras.metrics.RecallAtPrecision({ precision: 0.8 })([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]); // 0.5
 * ```
 */
export class RecallAtPrecision extends AtConstraint<typeof RecallAtPrecision.options> {
  static override readonly options = atConstraintOptions("precision", { precision: fraction() });

  override result(): Tensor {
    return this.best(this.recalls, this.precisions, this.options.precision);
  }
}

export interface RecallAtPrecision extends Attributes<typeof RecallAtPrecision.options> {}

metrics.register({ RecallAtPrecision });
