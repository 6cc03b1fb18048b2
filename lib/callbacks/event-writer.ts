// TensorBoard's event files: records with checksums, written in order to a place of files.

import { joined } from "../formats/bytes.js";
import { graphEvent, type GraphNode, summaryEvent, type SummaryValue, versionEvent } from "../formats/tfevents.js";
import type { GrowingFile } from "../runtime/platform.js";
import { grow, type Place, placeOf, write } from "../saving/place.js";

/** Bytes after which a new file is begun where files are replaced as a whole: long ones would be written again and again. */
const FILE = 1 << 20;

let files = 0;

const now = (): number => Date.now() / 1000;

/** Event files of one folder, which TensorBoard shows as one run. What could not be written is tried again with the next flush. */
export class EventWriter {
  #file: EventFile | null = null;
  #pending: Uint8Array[] = [];
  /** Files are written one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(readonly folder: string) {}

  /** Adds values of a step. */
  add(step: number, values: readonly SummaryValue[]): void {
    if (values.length > 0) this.#pending.push(summaryEvent(now(), step, values));
  }

  addGraph(nodes: readonly GraphNode[]): void {
    this.#pending.push(graphEvent(now(), nodes));
  }

  /** Writes what was added. @throws CheckpointError where it can't be */
  flush(): Promise<void> {
    const flush = () => this.#flush();
    const turn = this.#queue.then(flush, flush);
    this.#queue = turn;
    return turn;
  }

  async #flush(): Promise<void> {
    const events = this.#pending;
    if (events.length === 0) return;
    if (this.#file === null || this.#file.isFull) {
      const started = now();
      // Names sort by time, as TensorBoard reads them.
      const name = `events.out.tfevents.${Math.floor(started)}.kerasm.${String(files++).padStart(6, "0")}.v2`;
      this.#file = new EventFile(placeOf(`${this.folder}/${name}`), versionEvent(started));
    }
    this.#pending = [];
    try {
      await this.#file.add(joined(events));
    } catch (error) {
      this.#pending = [...events, ...this.#pending];
      throw error;
    }
  }

  /** Writes what was added, and closes the file. */
  async close(): Promise<void> {
    await this.flush();
    this.#file?.close();
    this.#file = null;
  }
}

/** One file: it grows where the place can do that, and is written again as a whole elsewhere. */
class EventFile {
  #growing: GrowingFile | null | undefined;
  #isBegun = false;
  #written: Uint8Array;

  constructor(
    readonly place: Place,
    head: Uint8Array,
  ) {
    this.#written = head;
  }

  get isFull(): boolean {
    return this.#growing === null && this.#written.length > FILE;
  }

  async add(bytes: Uint8Array): Promise<void> {
    if (this.#growing === undefined) this.#growing = grow(this.place);
    if (this.#growing === null) {
      const all = joined([this.#written, bytes]);
      await write(this.place, all);
      this.#written = all;
      return;
    }
    if (!this.#isBegun) {
      // TensorBoard takes a file up when it has its head.
      this.#growing.add(this.#written);
      this.#isBegun = true;
      this.#growing.show();
    }
    this.#growing.add(bytes);
  }

  close(): void {
    this.#growing?.close();
  }
}
