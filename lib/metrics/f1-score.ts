// The harmonic mean of precision and recall: FBetaScore with beta 1.

import { FBetaScore, fScoreFields } from "./f-beta-score.js";
import { metricOptions, metrics } from "./metric.js";

/** Harmonic mean of precision and recall, of each class or averaged. Keras: keras.metrics.F1Score */
export class F1Score extends FBetaScore<typeof F1Score.options> {
  static override readonly options = metricOptions("f1_score", fScoreFields);

  protected override get beta(): number {
    return 1;
  }
}

metrics.register({ F1Score });
