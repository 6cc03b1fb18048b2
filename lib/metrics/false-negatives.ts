// Positive labels that were missed, counted at thresholds.

import { ConfusionCount } from "./confusion-count.js";
import { metrics } from "./metric.js";

/** How many positive labels were predicted as negative. Keras: keras.metrics.FalseNegatives */
export class FalseNegatives extends ConfusionCount {
  protected override readonly counted = "falseNegatives";
}

metrics.register({ FalseNegatives });
