// False alarms, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/** How many negative labels were predicted as positive. Keras: keras.metrics.FalsePositives */
export class FalsePositives extends ConfusionCount {
  protected override readonly counted = "falsePositives";
}

metrics.register({ FalsePositives });
