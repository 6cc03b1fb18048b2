// Table of contents: checkpoints, Keras's files, places, and the forms of others.

export { Checkpoint, type CheckpointPath } from "./checkpoint.js";
export { latestCheckpoint } from "./checkpoint-index.js";
export { listVariables, loadCheckpoint, loadVariable } from "./checkpoint-read.js";
export type { CheckpointReader } from "./checkpoint-reader.js";
export { CheckpointManager } from "./checkpoint-manager.js";
export { CheckpointError } from "./error.js";
export type { RestoreStatus } from "./restoration.js";
export type { Saveable } from "./saveable.js";
