// A backup of training, from which a run that was ended goes on.

import { type Arguments, boolean, either, field, invalid, oneOf, schema, string, withDefault } from "../config/index.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { placeOf, write } from "../saving/place.js";
import { Callback } from "./callback.js";

const everyBatches = field<number>({
  expected: "a positive integer",
  parse: (value) => (Number.isInteger(value) && (value as number) > 0 ? (value as number) : invalid),
});

const options = schema(["backupDir"], {
  /** A folder that nothing else uses, or a place such as `indexeddb://backup`. */
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
 * metrics,
 * random generators, and where the data stand. With `saveFreq` in batches it goes on inside the epoch, with the batches that would have
 * come.
 * Keras: keras.callbacks.BackupAndRestore
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

  #place(name: string) {
    return placeOf(`${this.backupDir}/${name}`);
  }

  override async onTrainBegin(): Promise<void> {
    [this.#epoch, this.#batches, this.#lastBatch, this.#restored] = [0, 0, -1, null];
    const progress = {
      saveState: () => ({ epoch: this.#epoch }),
      loadState: ({ epoch }: { epoch: number }) => void (this.#restored = epoch),
    };
    this.#checkpoint = new Checkpoint({ model: this.model, progress });
    const { store } = this.#place(LATEST);
    const names = [LATEST, ...(this.doubleCheckpoint ? [PREVIOUS] : [])];
    let failed: unknown = null;
    for (const name of names) {
      if (!(await store.read(name))) continue;
      try {
        await this.#checkpoint.restore(this.#place(name).path);
        failed = null;
        break;
      } catch (error) {
        failed ??= error;
      }
    }
    if (failed) throw failed;
    if (this.#restored !== null) this.model.initialEpoch = this.#epoch = this.#restored;
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

  async #save(): Promise<void> {
    const bytes = this.#checkpoint!.encode();
    const latest = this.#place(LATEST);
    if (this.doubleCheckpoint) {
      const before = await latest.store.read(LATEST);
      if (before) await write(this.#place(PREVIOUS), before);
    }
    await write(latest, bytes);
  }

  override async onTrainEnd(): Promise<void> {
    if (!this.deleteCheckpoint) return;
    const { store } = this.#place(LATEST);
    for (const name of [LATEST, PREVIOUS]) if (await store.read(name)) await store.remove(name);
  }
}

const LATEST = "latest.ckpt";
const PREVIOUS = "previous.ckpt";
