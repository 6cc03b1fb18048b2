// tf.train.CheckpointManager: the newest few checkpoints of a place.

import { checkOptions, checkThat } from "../core/options.js";
import type { FileStore } from "../runtime/platform.js";
import { nullable, positiveInteger, schema, string, type Options } from "../config/index.js";
import type { Checkpoint } from "./checkpoint.js";
import { addCheckpoint, readIndex } from "./checkpoint-index.js";
import { storeAt } from "./place.js";

const managerOptions = schema([], { maxToKeep: nullable(positiveInteger()), checkpointName: string("ckpt") });

/**
 * Keeps the newest checkpoints of a folder (Node) or of `indexeddb://name` (browser) and removes older ones.
 *
 * ```ts
 * const manager = new tf.train.CheckpointManager(checkpoint, "./tf_ckpts", { maxToKeep: 3 });
 * await checkpoint.restore(manager.latestCheckpoint);
 * await manager.save();
 * ```
 */
export class CheckpointManager {
  readonly checkpoint: Checkpoint;
  readonly directory: string;
  /** What is in the folder is known from here on; in Node it is from the beginning. */
  readonly ready: Promise<void>;
  readonly #store: FileStore;
  readonly #name: string;
  readonly #maxToKeep: number;
  #kept: readonly string[] | Promise<readonly string[]>;
  #saving: Promise<unknown> = Promise.resolve();

  /**
   * @param options.maxToKeep       how many checkpoints are kept; default: all
   * @param options.checkpointName  what files are called before their number; default "ckpt"
   */
  constructor(checkpoint: Checkpoint, directory: string, options: Options<typeof managerOptions> = {}) {
    const { maxToKeep, checkpointName } = managerOptions.parse("CheckpointManager", [options]);
    this.checkpoint = checkpoint;
    this.directory = directory.replace(/(?<=[^/])\/+$/, "");
    this.#store = storeAt(this.directory);
    this.#name = checkpointName;
    this.#maxToKeep = maxToKeep ?? Infinity;
    this.#kept = readIndex(this.#store, this.directory);
    this.ready = this.#settle();
    this.ready.catch(() => {}); // who asks for the latest checkpoint is told
  }

  async #settle(): Promise<void> {
    this.#kept = await this.#kept;
  }

  /** Paths of the checkpoints that are kept, oldest first; empty in a browser before `ready`. */
  get checkpoints(): string[] {
    return this.#kept instanceof Promise ? [] : this.#kept.map((name) => this.#pathOf(name));
  }

  /**
   * The path of the newest checkpoint, null where there is none; in a browser before `ready` a promise of it, which `restore` takes as
   * well.
   */
  get latestCheckpoint(): string | null | Promise<string | null> {
    const latest = (kept: readonly string[]) => (kept.length === 0 ? null : this.#pathOf(kept.at(-1)!));
    return this.#kept instanceof Promise ? this.#kept.then(latest) : latest(this.#kept);
  }

  #pathOf(name: string): string {
    return `${this.directory}/${name}`;
  }

  /**
   * Saves the present state, then removes what is too old, and numbered files that killed runs left behind. Training may go on meanwhile:
   * the state is that of the moment of the call.
   *
   * @returns the path
   * @throws CheckpointError where it can't be written; then the checkpoints before are intact
   */
  async save(options: { checkpointNumber?: number } = {}): Promise<string> {
    checkOptions("CheckpointManager.save", arguments, 0, ["checkpointNumber"]);
    const checkpointNumber = options.checkpointNumber ?? undefined;
    const isNumber = checkpointNumber === undefined || (Number.isInteger(checkpointNumber) && checkpointNumber >= 0);
    checkThat(isNumber, "CheckpointManager.save.checkpointNumber", checkpointNumber, "a whole number of at least 0");
    const { bytes, number } = this.checkpoint.next(checkpointNumber);
    const saving = this.#saving.then(() => this.#write(`${this.#name}-${number}`, bytes));
    this.#saving = saving.catch(() => this.checkpoint.withdraw(number));
    return saving;
  }

  async #write(name: string, bytes: Uint8Array): Promise<string> {
    await this.ready;
    const isOwn = (each: string) => each.startsWith(`${this.#name}-`) && /^\d+$/.test(each.slice(this.#name.length + 1));
    const place = { store: this.#store, location: this.directory };
    this.#kept = await addCheckpoint({ ...place, name, content: bytes, maxToKeep: this.#maxToKeep, isOwn });
    return this.#pathOf(name);
  }

  /** Restores the newest checkpoint; where there is none, things stay as they are. @returns its path or null */
  async restoreOrInitialize(): Promise<string | null> {
    // Others may have saved meanwhile: another tab, another process.
    await this.#saving;
    this.#kept = await readIndex(this.#store, this.directory);
    const latest = await this.latestCheckpoint;
    await this.checkpoint.restore(latest);
    return latest;
  }
}
