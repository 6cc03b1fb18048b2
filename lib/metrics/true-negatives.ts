// Negative labels that were seen as such, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/**
 * How many negative labels were predicted as such. Keras: keras.metrics.TrueNegatives
 *
 * ```ts
 * new keras.metrics.TrueNegatives()([0, 0, 1], [0.9, 0.2, 0.8]); // 1
 * ```
 */
export class TrueNegatives extends ConfusionCount {
  protected override readonly counted = "trueNegatives";
}

metrics.register({ TrueNegatives });
