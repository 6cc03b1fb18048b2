// A model as its runs see it: what they have in common, and what they may ask.

import type { Schema } from "../../config/index.js";
import type { Metric } from "../../metrics/index.js";
import type { Compiled } from "./compiled.js";
import type { Distribution } from "./distributed.js";
import type { TrainingPlace } from "./place.js";
import type { Runs } from "./runs.js";
import type { Steps } from "./steps.js";
import type { Trainer } from "./trainer.js";

/** What the runs of one model share. */
export interface Trained {
  readonly model: Trainer<Schema>;
  /** The replicas of the strategy in whose scope the model was made. */
  readonly distribution: Distribution;
  readonly steps: Steps;
  readonly runs: Runs;
  /** Where the data of a running `fit` stand, for checkpoints, and where those of the next one are to begin. */
  readonly place: TrainingPlace;
  /** Whether training steps are Keras's own, not a subclass's: then they tell beforehand which variables there will be. */
  hasUsualStep(): boolean;
  /** What `compile` said. @throws StateError where it was not called */
  compiledFor(method: string): Compiled;
  /** The metrics, each of those of `compile` by itself. */
  singleMetrics(): Metric[];
}

/** Calls a model. */
export const callModel = (model: object, x: unknown, training: boolean): unknown =>
  (model as (x: unknown, options: object) => unknown)(x, { training });
