// Negative labels that were seen as such, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/** How many negative labels were predicted as such. Keras: keras.metrics.TrueNegatives */
export class TrueNegatives extends ConfusionCount {
  protected override readonly counted = "trueNegatives";
}

metrics.register({ TrueNegatives });
