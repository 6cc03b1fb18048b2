// tf.train.Checkpoint: the state of objects as one file, and back.

import { isPlainObject } from "../config/index.js";
import { ArgumentError, text } from "../core/errors.js";
import { Variable } from "../variables/variable.js";
import { decode, encode, type SavedObject, type SavedTensor } from "./format.js";
import { saveCheckpoint } from "./checkpoint-index.js";
import { objectGraph } from "./object-graph.js";
import { placeOf, readFile, write } from "./place.js";
import { nothingRestored, Restoration, type RestoreStatus } from "./restoration.js";
import { children, isLost, isSaveable, mayComeToHold } from "./saveable.js";

/** A path to a checkpoint, null for none, or a promise of either. */
export type CheckpointPath = string | null | undefined | Promise<string | null | undefined>;

/**
 * Saves and restores the state of objects: variables, layers and models, optimizers, metrics, datasets, and records and lists of them,
 * found by their fields.
 *
 * ```ts
 * const checkpoint = new tf.train.Checkpoint({ step, optimizer, model });
 * const path = await checkpoint.save("./tf_ckpts/ckpt");   // ./tf_ckpts/ckpt-1
 * (await checkpoint.restore(path)).assertConsumed();
 * ```
 */
export class Checkpoint {
  readonly #objects: Readonly<Record<string, unknown>>;
  /** How often `save` was called, in all runs that led here. */
  readonly saveCounter = new Variable(0, { dtype: "int32", name: "save_counter", trainable: false });
  #restoration: Restoration | null = null;
  #told = false;

  constructor(objects: Readonly<Record<string, unknown>> = {}) {
    if (!isPlainObject(objects)) {
      throw new ArgumentError("Checkpoint", {
        given: text(objects),
        expected: "objects by name",
        hint: "new tf.train.Checkpoint({ model })",
      });
    }
    for (const [name, object] of Object.entries(objects)) {
      if (!isLost(object)) continue;
      throw new ArgumentError(`Checkpoint.${name}`, {
        given: text(object),
        expected: "an object that holds variables, or has saveState and loadState",
        hint: "A value of one's own is saved as tf.variable(value), an iteration as dataset.iterator().",
      });
    }
    this.#objects = { ...objects };
  }

  /** What a checkpoint of checkpoints walks. */
  [children](): (readonly [string, unknown])[] {
    return [...Object.entries(this.#objects), ["save_counter", this.saveCounter]];
  }

  /** The bytes of a checkpoint of the present state; without the variables that are saved elsewhere. */
  encode(without: ReadonlySet<Variable> = new Set()): Uint8Array {
    const tensors: SavedTensor[] = [];
    const graph = objectGraph(this);
    this.#tellOfHidden(graph[0]!.children);
    const objects = graph.map(({ object, path, children }): SavedObject => {
      if (!(object instanceof Variable)) return isSaveable(object) ? { state: object.saveState() } : { children };
      if (without.has(object)) return { children: {} };
      const { shape, dtype } = object;
      return { tensor: tensors.push({ name: path, dtype, shape, elements: object.elements() }) - 1 };
    });
    return encode({ objects, tensors });
  }

  /** Says once of an object of the user's own class that nothing in it is saved: TensorFlow sees every attribute, nobody a private field. */
  #tellOfHidden(found: Readonly<Record<string, number>>): void {
    if (this.#told) return;
    for (const [name, object] of Object.entries(this.#objects)) {
      if (name in found || mayComeToHold(object as object)) continue;
      this.#told = true;
      console.warn(
        `kerasm: Checkpoint: nothing of ${name} is saved: no variable was found in its fields. Those in private fields (#) are not seen.`,
      );
    }
  }

  /** Writes the present state to `prefix-1`, `prefix-2`, … and names it as the latest of its folder. @returns its path */
  async save(prefix: string): Promise<string> {
    const { bytes, number } = this.next();
    const path = `${prefix}-${number}`;
    try {
      await saveCheckpoint(path, bytes);
    } catch (error) {
      this.withdraw(number);
      throw error;
    }
    return path;
  }

  /** Counts one more save, and gives the bytes for it. */
  next(number: number = this.saveCounter.item() + 1): { bytes: Uint8Array; number: number } {
    this.saveCounter.assign(number);
    return { bytes: this.encode(), number };
  }

  /** Takes back a number whose file could not be written. */
  withdraw(number: number): void {
    if (this.saveCounter.item() === number) this.saveCounter.assign(number - 1);
  }

  /** Writes the present state to a file of exactly this path, without counting. @returns the path */
  async write(path: string): Promise<string> {
    await write(placeOf(path), this.encode());
    return path;
  }

  /**
   * Takes over a saved state; nothing happens for null. Values of variables that do not exist yet wait until these are made.
   *
   * @throws CheckpointError for a file that is missing, damaged or of other objects; then nothing was changed
   */
  async restore(path: CheckpointPath): Promise<RestoreStatus> {
    const given = await path;
    if (given === null || given === undefined) return nothingRestored;
    return this.#take(await readFile(placeOf(given), "a checkpoint"), given, false);
  }

  /** Takes over the state in the bytes of a file as a whole: every value has its object and every object its value, or nothing changes. */
  decode(bytes: Uint8Array, file: string): void {
    this.#take(bytes, file, true);
  }

  /**
   * Takes over the state in the bytes for objects that were just made of the file's own config: what they make later waits; what is fresh
   * may keep its first values.
   */
  decodeForNew(bytes: Uint8Array, file: string, fresh: ReadonlySet<object>): void {
    this.#take(bytes, file, false).assertExistingObjectsMatched(fresh);
  }

  /** Takes over the state in the bytes of a part of a file: what has no object yet waits. */
  decodePart(bytes: Uint8Array, file: string): void {
    this.#take(bytes, file, false);
  }

  #take(bytes: Uint8Array, file: string, isWhole: boolean): Restoration {
    const restoration = new Restoration(this, decode(bytes, file), file, isWhole);
    this.#restoration?.abandon();
    this.#restoration = restoration;
    return restoration;
  }

  /** The same as `restore`, named as the counterpart of `write`. */
  read(path: CheckpointPath): Promise<RestoreStatus> {
    return this.restore(path);
  }
}
