// The best sensitivity that a wanted specificity allows, over all thresholds.

import { fraction } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { AtConstraint, atConstraintOptions } from "./at-constraint.js";
import { metrics } from "./metric.js";

/** The best sensitivity where the specificity is at least so high. Keras: keras.metrics.SensitivityAtSpecificity */
export class SensitivityAtSpecificity extends AtConstraint<typeof SensitivityAtSpecificity.options> {
  static override readonly options = atConstraintOptions("specificity", { specificity: fraction() });

  override result(): Tensor {
    return this.best(this.recalls, this.specificities, this.options.specificity);
  }
}

metrics.register({ SensitivityAtSpecificity });
