// Elements of a dataset kept in a folder: parts of some megabytes in the framing of TFRecord, and at last a list of them, which says that
// all is there.

import { ValueError, text } from "../../core/errors.js";
import { record } from "../../formats/tfevents.js";
import type { FileStore } from "../../runtime/platform.js";
import { storeAt, write } from "../../saving/place.js";
import { compressed } from "../compression.js";
import { fromBytes, toBytes, type Header } from "../element-bytes.js";
import { after, type Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "../streams/stream.js";
import type { Element } from "../structure.js";
import { pieces } from "./bytes.js";
import { TFRecords } from "./parsers.js";
import { Failure } from "./records.js";

/** The list of parts. */
const LIST = "dataset.json";
/** Bytes of a part, at which the next one is begun. */
const PART = 1 << 24;

interface Listed {
  readonly format: "kerasm dataset 1";
  readonly compression: "gzip" | null;
  readonly count: number;
  /** Names of the parts and how many elements each of them has. */
  readonly parts: readonly (readonly [name: string, count: number])[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function packed(where: string, element: Element): Uint8Array {
  const { header, pieces: data } = toBytes(where, element);
  const head = encoder.encode(JSON.stringify(header));
  const size = data.reduce((sum, { length }) => sum + length, 4 + head.length);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const piece of data) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function unpacked(bytes: Uint8Array): Element {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(decoder.decode(bytes.subarray(4, 4 + length))) as Header;
  return fromBytes(header, bytes.subarray(4 + length));
}

/** Writes elements, one after the other. */
class Writer {
  readonly #store: FileStore;
  readonly #parts: [string, number][] = [];
  /** Tells this pass's parts from those of others. */
  readonly #mark = `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #count = 0;
  #isListed = false;

  constructor(
    readonly where: string,
    readonly path: string,
    readonly compression: "gzip" | null,
  ) {
    this.#store = storeAt(path);
  }

  async add(element: Element): Promise<void> {
    const bytes = record(packed(this.where, element));
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    this.#count++;
    if (this.#bytes >= PART) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const name = `elements-${this.#mark}-${String(this.#parts.length).padStart(5, "0")}`;
    const content = this.compression ? await compressed(this.#waiting, this.compression) : this.#waiting;
    const count = this.#waiting.length;
    [this.#waiting, this.#bytes] = [[], 0];
    await write({ store: this.#store, name, path: `${this.path}/${name}` }, content);
    this.#parts.push([name, count]);
  }

  /** Takes what was written so far away again, but for what the list has. */
  async drop(): Promise<void> {
    if (this.#isListed) return;
    for (const [name] of this.#parts) await this.#store.remove(name).catch(() => {});
  }

  async end(): Promise<void> {
    await this.#flush();
    const before = await listIn(this.#store);
    const list: Listed = { format: "kerasm dataset 1", compression: this.compression, count: this.#count, parts: this.#parts };
    await write({ store: this.#store, name: LIST, path: `${this.path}/${LIST}` }, encoder.encode(JSON.stringify(list)));
    this.#isListed = true;
    for (const [name] of before?.parts ?? []) await this.#store.remove(name);
  }
}

async function listIn(store: FileStore): Promise<Listed | null> {
  const bytes = await store.read(LIST);
  if (!bytes) return null;
  try {
    const list = JSON.parse(decoder.decode(bytes)) as Listed;
    return list.format === "kerasm dataset 1" && Array.isArray(list.parts) ? list : null;
  } catch {
    return null;
  }
}

const formOf = (compression: string | null): "gzip" | null => (compression === "GZIP" ? "gzip" : null);

/** Writes all elements of a stream. */
export async function save(stream: Stream<Element>, path: string, compression: string | null): Promise<void> {
  if (stream.count === Infinity)
    throw new ValueError("dataset.save", { given: "a dataset that never ends", expected: "one that does", hint: "Use take." });
  const writer = new Writer("dataset.save", path, formOf(compression));
  const cursor = stream.open();
  try {
    for (let item = await cursor.next(); item !== END; item = await cursor.next()) await writer.add(item);
    await writer.end();
  } catch (error) {
    await writer.drop();
    throw error;
  } finally {
    await cursor.close?.();
  }
}

/** The elements in a folder. @throws ValueError where nothing was saved there */
export async function load(path: string): Promise<Cursor<Element>> {
  const store = storeAt(path);
  const list = await listIn(store);
  if (list) return new Loaded(store, list, path);
  throw new ValueError("Dataset.load", { given: text(path), expected: "a folder that dataset.save wrote" });
}

class Loaded implements Cursor<Element> {
  #part = 0;
  #next = 0;
  #records: readonly (Uint8Array | Failure)[] | null = null;

  constructor(
    readonly store: FileStore,
    readonly list: Listed,
    readonly path: string,
  ) {}

  next(): Later<Element | End> {
    const records = this.#records;
    if (records && this.#next < records.length) {
      const bytes = records[this.#next++]!;
      if (bytes instanceof Failure) throw bytes.error;
      return unpacked(bytes);
    }
    if (records) [this.#part, this.#next, this.#records] = [this.#part + 1, 0, null];
    if (this.#part >= this.list.parts.length) return END;
    return this.#read();
  }

  async #read(): Promise<Element | End> {
    const [name, count] = this.list.parts[this.#part]!;
    const bytes = await this.store.read(name);
    const file = `${this.path}/${name}`;
    if (!bytes) throw new ValueError("Dataset.load", { given: `no file ${text(file)}`, expected: "all parts that dataset.json lists" });
    const parser = new TFRecords("Dataset.load", text(file, 200), 0);
    const records: (Uint8Array | Failure)[] = [];
    for await (const piece of pieces("Dataset.load", bytes, this.list.compression, 0)) records.push(...parser.push(piece));
    records.push(...parser.end());
    if (records.length !== count && !records.some((each) => each instanceof Failure))
      throw new ValueError("Dataset.load", { given: `${records.length} elements in ${text(file)}`, expected: String(count) });
    this.#records = records;
    return this.next();
  }

  save(): Position {
    return [this.#part, this.#next];
  }

  restore(position: Position): void {
    [this.#part, this.#next] = position as [number, number];
    this.#records = null;
  }

  where(): string {
    return `element ${this.#next - 1} of ${this.path}/${this.list.parts[this.#part]?.[0]}`;
  }
}

/** What is in a folder; where nothing whole is there, the items of the stream, which are written as they come. */
export async function snapshot(stream: Stream<Element>, path: string, compression: string | null): Promise<Cursor<Element>> {
  const list = await listIn(storeAt(path));
  if (list) return new Counted(new Loaded(storeAt(path), list, path));
  return new Written(stream, () => new Writer("dataset.snapshot", path, formOf(compression)));
}

/** A position is how many elements were given, and where the pass over the input began that gives the same ones. */
class Written implements Cursor<Element> {
  #cursor: Cursor<Element>;
  #writer: Writer | null;
  #start: Position;
  #given = 0;

  constructor(
    readonly stream: Stream<Element>,
    readonly write: () => Writer,
  ) {
    this.#cursor = stream.open();
    this.#start = this.#cursor.save();
    this.#writer = write();
  }

  async next(): Promise<Element | End> {
    const item = await this.#cursor.next();
    if (item !== END) {
      this.#given++;
      await this.#writer?.add(item);
      return item;
    }
    await this.#writer?.end();
    this.#writer = null;
    return END;
  }

  save(): Position {
    return [this.#given, this.#start];
  }

  async restore(position: Position): Promise<void> {
    const [given, start] = position as [number, Position];
    [this.#start, this.#given, this.#writer] = [start, 0, this.write()];
    await this.#cursor.restore(start);
    while (this.#given < given) if ((await this.next()) === END) return;
  }

  where(): string | null {
    return this.#cursor.where?.() ?? null;
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    await writer?.drop();
    await this.#cursor.close?.();
  }
}

/** What was loaded, with the positions of what is written. */
class Counted implements Cursor<Element> {
  #given = 0;
  #start: Position = null;
  constructor(readonly inner: Cursor<Element>) {}

  next(): Later<Element | End> {
    return after(this.inner.next(), (item) => {
      if (item !== END) this.#given++;
      return item;
    });
  }
  save(): Position {
    return [this.#given, this.#start];
  }
  async restore(position: Position): Promise<void> {
    const [given, start] = position as [number, Position];
    this.#start = start;
    while (this.#given < given) if ((await this.next()) === END) return;
  }
  where(): string | null {
    return this.inner.where?.() ?? null;
  }
}
