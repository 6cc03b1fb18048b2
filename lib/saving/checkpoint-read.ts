// tf.train.loadCheckpoint and its likes: what reads a checkpoint without objects is loaded with the first one.

import type { Tensor } from "../core/tensor.js";
import type { CheckpointReader } from "./checkpoint-reader.js";

/**
 * A checkpoint, to look its variables up by name. TensorFlow: tf.train.load_checkpoint
 *
 * ```ts
 * await new tf.train.Checkpoint({ step: tf.variable(3) }).write("memory://looked-up");
 * (await tf.train.loadCheckpoint("memory://looked-up")).getTensor("step"); // 3
 * ```
 *
 * @param path  of a checkpoint, or of a folder, which stands for its newest one
 * @throws CheckpointError for a file that is damaged, or something else
 */
export const loadCheckpoint = async (path: string): Promise<CheckpointReader> =>
  (await import("./checkpoint-reader.js")).openCheckpoint("train.loadCheckpoint", path);

/**
 * Names and shapes of the variables of a checkpoint. TensorFlow: tf.train.list_variables
 *
 * ```ts
 * await new tf.train.Checkpoint({ w: tf.variable([1, 2]) }).write("memory://listed");
 * await tf.train.listVariables("memory://listed"); // [["w", [2]], ["save_counter", []]]
 * ```
 *
 * @param path  of a checkpoint, or of a folder, which stands for its newest one
 */
export const listVariables = async (path: string): Promise<[name: string, shape: readonly number[]][]> =>
  Object.entries((await loadCheckpoint(path)).getVariableToShapeMap());

/**
 * The value of one variable of a checkpoint. TensorFlow: tf.train.load_variable
 *
 * ```ts
 * await new tf.train.Checkpoint({ w: tf.variable([1, 2]) }).write("memory://one");
 * await tf.train.loadVariable("memory://one", "w"); // [1, 2]
 * ```
 */
export const loadVariable = async (path: string, name: string): Promise<Tensor> => (await loadCheckpoint(path)).getTensor(name);
