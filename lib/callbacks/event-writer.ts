// TensorBoard's event files: records with checksums, written in order to a place of files.

import { joined } from "../formats/bytes.js";
import { graphEvent, type GraphNode, summaryEvent, type SummaryValue, versionEvent } from "../formats/tfevents.js";
import { placeOf, write } from "../saving/place.js";

/** Bytes after which a new file is begun: a store replaces files as a whole, so that long ones would be written again and again. */
const FILE = 1 << 20;

let files = 0;

const now = (): number => Date.now() / 1000;

/** Event files of one folder, which TensorBoard shows as one run. */
export class EventWriter {
  #name = "";
  #written: Uint8Array[] = [];
  #bytes = 0;
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

  /** Writes what was added. */
  flush(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#flush());
    return this.#queue;
  }

  async #flush(): Promise<void> {
    const events = this.#pending;
    if (events.length === 0) return;
    this.#pending = [];
    if (this.#name === "" || this.#bytes > FILE) {
      const started = now();
      // Names sort by time, as TensorBoard reads them.
      this.#name = `events.out.tfevents.${Math.floor(started)}.kerasm.${String(files++).padStart(6, "0")}.v2`;
      this.#written = [versionEvent(started)];
      this.#bytes = 0;
    }
    this.#written.push(...events);
    const all = joined(this.#written);
    this.#written = [all];
    this.#bytes = all.length;
    await write(placeOf(`${this.folder}/${this.#name}`), all);
  }
}
