// keras.callbacks: a table of contents.

export { BackupAndRestore } from "./backup-and-restore.js";
export { Callback, type CallbackParams, type Logs, type PredictLogs } from "./callback.js";
export { CallbackList, type CallbackListOptions } from "./callback-list.js";
export { CSVLogger } from "./csv-logger.js";
export { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.js";
export { History } from "./history.js";
export { LambdaCallback, type LambdaHooks } from "./lambda-callback.js";
export { LearningRateScheduler } from "./learning-rate-scheduler.js";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.js";
export { ProgressLogger as ProgbarLogger } from "./progress-logger.js";
export { RemoteMonitor } from "./remote-monitor.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.js";
export { SwapEMAWeights } from "./swap-ema-weights.js";
export { TensorBoard } from "./tensor-board.js";
export { TerminateOnNaN } from "./terminate-on-nan.js";
