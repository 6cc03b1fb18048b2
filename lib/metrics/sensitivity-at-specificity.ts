// The best sensitivity that a wanted specificity allows, over all thresholds.

import { fraction, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { AtConstraint, atConstraintOptions } from "./at-constraint.js";
import { metrics } from "./metric.js";

/**
 * The best sensitivity where the specificity is at least so high. Keras: keras.metrics.SensitivityAtSpecificity
 *
 * ```ts
 * new keras.metrics.SensitivityAtSpecificity({ specificity: 0.5 })([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]); // 1
 * ```
 */
export class SensitivityAtSpecificity extends AtConstraint<typeof SensitivityAtSpecificity.options> {
  static override readonly options = atConstraintOptions("specificity", { specificity: fraction() });

  override result(): Tensor {
    return this.best(this.recalls, this.specificities, this.options.specificity);
  }
}

export interface SensitivityAtSpecificity extends Attributes<typeof SensitivityAtSpecificity.options> {}

metrics.register({ SensitivityAtSpecificity });
