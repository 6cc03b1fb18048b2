// The harmonic mean of precision and recall: FBetaScore with beta 1.

import type { Attributes } from "../config/index.js";
import { FBetaScore, fScoreFields } from "./f-beta-score.js";
import { metricOptions, metrics } from "./metric.js";

/**
 * Harmonic mean of precision and recall, of each class or averaged. Keras: keras.metrics.F1Score
 *
 * ```ts
 * new keras.metrics.F1Score({ threshold: 0.5 })([[1], [0], [1]], [[0.9], [0.8], [0.7]]); // [0.8]
 * ```
 */
export class F1Score extends FBetaScore<typeof F1Score.options> {
  static override readonly options = metricOptions("f1_score", ["average", "threshold", "name", "dtype"], fScoreFields);

  protected override get beta(): number {
    return 1;
  }
}

export interface F1Score extends Attributes<typeof F1Score.options> {}

metrics.register({ F1Score });
