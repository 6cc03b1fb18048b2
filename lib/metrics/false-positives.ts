// False alarms, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/**
 * How many negative labels were predicted as positive. Keras: keras.metrics.FalsePositives
 *
 * ```ts
 * new keras.metrics.FalsePositives()([0, 1, 1], [0.9, 0.2, 0.8]); // 1
 * ```
 */
export class FalsePositives extends ConfusionCount {
  protected override readonly counted = "falsePositives";
}

metrics.register({ FalsePositives });
