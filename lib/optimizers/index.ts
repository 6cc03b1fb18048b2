// keras.optimizers: a table of contents.

export { Adadelta } from "./adadelta.js";
export { Adafactor } from "./adafactor.js";
export { Adagrad } from "./adagrad.js";
export { AdamW } from "./adam-w.js";
export { Adam } from "./adam.js";
export { Adamax } from "./adamax.js";
export { Ftrl } from "./ftrl.js";
export { Lamb } from "./lamb.js";
export { type LearningRate } from "./learning-rate.js";
export { Lion } from "./lion.js";
export { LossScaleOptimizer } from "./loss-scale-optimizer.js";
export { MultiOptimizer, type OptimizerSelector } from "./multi-optimizer.js";
export { Muon } from "./muon.js";
export { Nadam } from "./nadam.js";
export { Optimizer, type Slots, type OptimizerVariable } from "./optimizer.js";
export { OptimizerMap } from "./optimizer-map.js";
export { RMSprop } from "./rmsprop.js";
export { ScheduleFreeAdamW } from "./schedule-free-adam-w.js";
export { SGD } from "./sgd.js";
export * as schedules from "./schedules/index.js";
export { deserialize, get, serialize } from "./identifiers.js";
