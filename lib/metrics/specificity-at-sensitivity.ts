// The best specificity that a wanted sensitivity allows, over all thresholds.

import { fraction, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { AtConstraint, atConstraintOptions } from "./at-constraint.js";
import { metrics } from "./metric.js";

/**
 * The best specificity where the sensitivity is at least so high. Keras: keras.metrics.SpecificityAtSensitivity
 *
 * ```ts
 * new keras.metrics.SpecificityAtSensitivity({ sensitivity: 0.5 })([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]); // 1
 * ```
 */
export class SpecificityAtSensitivity extends AtConstraint<typeof SpecificityAtSensitivity.options> {
  static override readonly options = atConstraintOptions("sensitivity", { sensitivity: fraction() });

  override result(): Tensor {
    return this.best(this.specificities, this.recalls, this.options.sensitivity);
  }
}

export interface SpecificityAtSensitivity extends Attributes<typeof SpecificityAtSensitivity.options> {}

metrics.register({ SpecificityAtSensitivity });
