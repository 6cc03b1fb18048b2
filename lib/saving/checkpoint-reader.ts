// The variables of a checkpoint by name, without objects to restore them into. Loaded when one is asked for.

import { ArgumentError, didYouMean, text, ValueError } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { latestCheckpoint } from "./checkpoint-index.js";
import { CheckpointError } from "./error.js";
import { decode, type SavedTensor } from "./format.js";
import { placeOf, readFile } from "./place.js";

/** What a checkpoint holds, by the names of its variables. TensorFlow: tf.train.CheckpointReader */
export class CheckpointReader {
  readonly #tensors: ReadonlyMap<string, SavedTensor>;

  constructor(tensors: readonly SavedTensor[]) {
    this.#tensors = new Map(tensors.map((each) => [each.name, each]));
  }

  getVariableToShapeMap(): Record<string, readonly number[]> {
    return Object.fromEntries(Array.from(this.#tensors, ([name, { shape }]) => [name, shape]));
  }

  getVariableToDtypeMap(): Record<string, string> {
    return Object.fromEntries(Array.from(this.#tensors, ([name, { dtype }]) => [name, dtype]));
  }

  hasTensor(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** @throws ValueError for a name that is not there */
  getTensor(name: string): Tensor {
    const found = this.#tensors.get(name);
    if (found) return adoptTensor(found.elements.slice(), found.shape, found.dtype);
    const names = [...this.#tensors.keys()];
    const hint = didYouMean(name, names);
    throw new ValueError("CheckpointReader.getTensor", { given: text(name), expected: names.join(", "), ...(hint && { hint }) });
  }
}

/** The checkpoint at a path; of a folder, its newest one. */
export async function openCheckpoint(where: string, path: string): Promise<CheckpointReader> {
  if (typeof path !== "string" || path === "") throw new ArgumentError(where, { given: text(path), expected: "a path" });
  const place = placeOf((await latestCheckpoint(path).catch(() => null)) ?? path);
  try {
    return new CheckpointReader(decode(await readFile(place, "a checkpoint"), place.path).tensors);
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(place.path, { given: String(error), expected: "a checkpoint of tf.train.Checkpoint" });
  }
}
