// Positive labels that were missed, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/**
 * How many positive labels were predicted as negative. Keras: keras.metrics.FalseNegatives
 *
 * ```ts
 * new keras.metrics.FalseNegatives()([0, 1, 1], [0.9, 0.2, 0.8]); // 1
 * ```
 */
export class FalseNegatives extends ConfusionCount {
  protected override readonly counted = "falseNegatives";
}

metrics.register({ FalseNegatives });
