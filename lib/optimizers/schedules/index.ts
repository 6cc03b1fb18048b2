// keras.optimizers.schedules: a table of contents.

export { CosineDecayRestarts } from "./cosine-decay-restarts.js";
export { CosineDecay } from "./cosine-decay.js";
export { ExponentialDecay } from "./exponential-decay.js";
export { InverseTimeDecay } from "./inverse-time-decay.js";
export { PiecewiseConstantDecay } from "./piecewise-constant-decay.js";
export { PolynomialDecay } from "./polynomial-decay.js";
export { LearningRateSchedule } from "./schedule.js";
export { deserialize, serialize } from "./identifiers.js";
