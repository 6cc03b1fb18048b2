// Precision, at one threshold or several, or among the best k.

import { metrics } from "./metric.js";
import { PrecisionRecall } from "./precision-recall.js";

/**
 * Which part of the positive predictions is right. Keras: keras.metrics.Precision
 *
 * ```ts
 * new keras.metrics.Precision()([0, 1, 1], [0.9, 0.2, 0.8]); // 0.5
 * ```
 */
export class Precision extends PrecisionRecall {
  readonly falsePositives = this.addTotal({ name: "false_positives", shape: [this.thresholds.length], dtype: "float32" });
  protected override readonly others = { falsePositives: this.falsePositives };
}

metrics.register({ Precision });
