// Positive labels that were found, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/** How many positive labels were predicted as such. Keras: keras.metrics.TruePositives */
export class TruePositives extends ConfusionCount {
  protected override readonly counted = "truePositives";
}

metrics.register({ TruePositives });
