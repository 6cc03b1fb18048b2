// The best recall that a wanted precision allows, over all thresholds.

import { fraction } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { AtConstraint, atConstraintOptions } from "./at-constraint.js";
import { metrics } from "./metric.js";

/** The best recall where the precision is at least so high. Keras: keras.metrics.RecallAtPrecision */
export class RecallAtPrecision extends AtConstraint<typeof RecallAtPrecision.options> {
  static override readonly options = atConstraintOptions("precision", { precision: fraction() });

  override result(): Tensor {
    return this.best(this.recalls, this.precisions, this.options.precision);
  }
}

metrics.register({ RecallAtPrecision });
