// Positive labels that were found, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/**
 * How many positive labels were predicted as such. Keras: keras.metrics.TruePositives
 *
 * ```ts
 * new keras.metrics.TruePositives()([0, 1, 1], [0.9, 0.2, 0.8]); // 1
 * ```
 */
export class TruePositives extends ConfusionCount {
  protected override readonly counted = "truePositives";
}

metrics.register({ TruePositives });
