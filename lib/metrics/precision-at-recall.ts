// The best precision that a wanted recall allows, over all thresholds.

import { fraction, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { AtConstraint, atConstraintOptions } from "./at-constraint.js";
import { metrics } from "./metric.js";

/**
 * The best precision where the recall is at least so high. Keras: keras.metrics.PrecisionAtRecall
 *
 * ```ts
 * new keras.metrics.PrecisionAtRecall({ recall: 0.5 })([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]); // 1
 * ```
 */
export class PrecisionAtRecall extends AtConstraint<typeof PrecisionAtRecall.options> {
  static override readonly options = atConstraintOptions("recall", { recall: fraction() });

  override result(): Tensor {
    return this.best(this.precisions, this.recalls, this.options.recall);
  }
}

export interface PrecisionAtRecall extends Attributes<typeof PrecisionAtRecall.options> {}

metrics.register({ PrecisionAtRecall });
