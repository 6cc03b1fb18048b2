// Recall, at one threshold or several, or among the best k.

import { metrics } from "./metric.js";
import { PrecisionRecall } from "./precision-recall.js";

/**
 * Which part of the positive labels is found. Keras: keras.metrics.Recall
 *
 * ```ts
 * new keras.metrics.Recall()([0, 1, 1], [0.9, 0.2, 0.8]); // 0.5
 * ```
 */
export class Recall extends PrecisionRecall {
  readonly falseNegatives = this.addTotal({ name: "false_negatives", shape: [this.thresholds.length], dtype: "float32" });
  protected override readonly others = { falseNegatives: this.falseNegatives };
}

metrics.register({ Recall });
