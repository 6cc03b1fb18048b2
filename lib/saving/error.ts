// The error of checkpoints. What can be saved knows it; how files are read is loaded with the first one.

import { KerasmError } from "../core/errors.js";

/**
 * A checkpoint that can't be written, read, or taken over.
 *
 * ```ts
 * const error = await keras.models.loadModel("nowhere.keras").catch((error) => error);
 * error instanceof tf.train.CheckpointError; // true
 * ```
 */
export class CheckpointError extends KerasmError {
  override readonly name = "CheckpointError";
}
