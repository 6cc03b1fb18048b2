// A backup of training, from which a run that was ended goes on.

import { type Arguments, boolean, either, field, invalid, oneOf, schema, string, withDefault } from "../config/index.js";
import { StateError } from "../core/errors.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { placeOf, write } from "../saving/place.js";
import { Callback } from "./callback.js";
import { backup } from "./watched.js";

const everyBatches = field<number>({
  expected: "a positive integer",
  parse: (value) => (Number.isInteger(value) && (value as number) > 0 ? (value as number) : invalid),
});

const options = schema(["backupDir", "saveFreq", "doubleCheckpoint", "deleteCheckpoint"], {
  /** A folder that nothing else uses, or a place such as `indexeddb://backup`; or a file of Keras: `backup.keras`, `backup.weights.h5`. */
  backupDir: string(),
  /** "epoch", a number of batches, or false for never. Default: "epoch". */
  saveFreq: withDefault(either(either(oneOf(["epoch"]), everyBatches), never()), "epoch"),
  /** Whether the backup before the latest one is kept, for the case that the latest cannot be read. Default: false. */
  doubleCheckpoint: boolean(false),
  /** Whether backups go when training has come to its end. Default: true. */
  deleteCheckpoint: boolean(true),
});

function never() {
  return field<false>({ expected: "false", parse: (value) => (value === false ? false : invalid) });
}

/**
 * Backs the state of training up, so that a run that was ended goes on when it is started again in the same way: weights, optimizer,
 * metrics, random generators, and where the data stand. With `saveFreq` in batches it goes on inside the epoch, with the batches that would
 * have come. Where the path ends in `.keras` or `.weights.h5`, the backup is such a file, which Keras reads, too.
 * Keras: keras.callbacks.BackupAndRestore
 *
 * ```ts
 * new keras.callbacks.BackupAndRestore("backup").saveFreq; // "epoch"
 * ```
 */
export class BackupAndRestore extends Callback {
  readonly backupDir: string;
  readonly saveFreq: "epoch" | number | false;
  readonly doubleCheckpoint: boolean;
  readonly deleteCheckpoint: boolean;
  #epoch = 0;
  #batches = 0;
  #lastBatch = -1;
  #checkpoint: Checkpoint | null = null;
  #restored: number | null = null;

  constructor(...given: Arguments<typeof options>) {
    super();
    const parsed = options.parse("BackupAndRestore", given);
    this.backupDir = parsed.backupDir.replace(/(?<=[^/])\/+$/, "");
    this.saveFreq = parsed.saveFreq;
    this.doubleCheckpoint = parsed.doubleCheckpoint;
    this.deleteCheckpoint = parsed.deleteCheckpoint;
  }

  /** The backup before the latest one stands beside it. */
  get #paths(): { readonly latest: string; readonly previous: string } {
    const file = kerasFile.exec(this.backupDir);
    if (!file) return { latest: `${this.backupDir}/latest.ckpt`, previous: `${this.backupDir}/previous.ckpt` };
    return { latest: this.backupDir, previous: `${this.backupDir.slice(0, file.index)}.previous${file[0]}` };
  }

  override async onTrainBegin(): Promise<void> {
    [this.#epoch, this.#batches, this.#lastBatch, this.#restored] = [0, 0, -1, null];
    const progress = {
      saveState: () => ({ epoch: this.#epoch }),
      loadState: ({ epoch }: { epoch: number }) => void (this.#restored = epoch),
    };
    this.#checkpoint = new Checkpoint({ model: this.model, progress });
    const { latest, previous } = this.#paths;
    let failed: unknown = null;
    for (const path of [latest, ...(this.doubleCheckpoint ? [previous] : [])]) {
      try {
        if (!(await this.#restore(path))) continue;
        failed = null;
        break;
      } catch (error) {
        failed ??= error;
      }
    }
    if (failed) throw failed;
    if (this.#restored !== null) this.model.initialEpoch = this.#epoch = this.#restored;
  }

  /** @returns whether there is a backup at that path */
  async #restore(path: string): Promise<boolean> {
    const checkpoint = this.#checkpoint!;
    if (kerasFile.test(path)) return (await this.model[backup]()).read(path, (rest) => checkpoint.decodePart(rest, path));
    const { store, name } = placeOf(path);
    if (!(await store.read(name))) return false;
    await checkpoint.restore(path);
    return true;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#lastBatch = -1;
  }

  override onTrainBatchEnd(batch: number): Promise<void> | undefined {
    if (typeof this.saveFreq !== "number") return undefined;
    this.#batches += batch <= this.#lastBatch ? batch + 1 : batch - this.#lastBatch;
    this.#lastBatch = batch;
    if (this.#batches < this.saveFreq) return undefined;
    this.#batches = 0;
    return this.#save();
  }

  override onEpochEnd(epoch: number): Promise<void> | undefined {
    this.#epoch = epoch + 1;
    return this.saveFreq === "epoch" ? this.#save() : undefined;
  }

  /** @throws StateError before a run has begun */
  get #begun(): Checkpoint {
    if (this.#checkpoint) return this.#checkpoint;
    throw new StateError("BackupAndRestore", {
      given: "a backup before onTrainBegin",
      expected: "a run that has begun",
      hint: "Pass the callback to fit.",
    });
  }

  async #save(): Promise<void> {
    const { latest, previous } = this.#paths;
    if (this.doubleCheckpoint) {
      const { store, name } = placeOf(latest);
      const before = await store.read(name);
      if (before) await write(placeOf(previous), before);
    }
    if (!kerasFile.test(latest)) return write(placeOf(latest), this.#begun.encode());
    const files = await this.model[backup]();
    return files.write(latest, this.#begun.encode(files.variables()));
  }

  override async onTrainEnd(): Promise<void> {
    if (!this.deleteCheckpoint) return;
    for (const path of Object.values(this.#paths)) {
      const { store, name } = placeOf(path);
      if (await store.read(name)) await store.remove(name);
    }
  }
}

const kerasFile = /\.(keras|weights\.h5)$/;
