// Writes HDF5 files as h5py does by default, after the HDF5 file format specification, version 3.0: superblock 0, groups as symbol tables,
// contiguous datasets, texts of their own length in heaps. The file comes as pieces; the elements of datasets are not copied.

import type { FileDtype } from "../dtypes.js";
import { ByteWriter, type Pieces } from "../bytes.js";

/**
 * What an attribute is made of. Texts are UTF-8 or ASCII as h5py makes them of `str` and `bytes`; an empty list of them is float64, as
 * NumPy has it.
 */
export type AttributeValue = { readonly utf8: string } | { readonly ascii: string | readonly string[] };

/** A group to be written. */
export class GroupWriter {
  readonly attributes = new Map<string, AttributeValue>();
  readonly members = new Map<string, GroupWriter | DatasetWriter>();

  /** The group of that path below this one, made where it is missing. */
  group(path: string): GroupWriter {
    let group: GroupWriter = this;
    for (const name of path.split("/").filter(Boolean)) {
      let next = group.members.get(name);
      if (!(next instanceof GroupWriter)) group.members.set(name, (next = new GroupWriter()));
      group = next;
    }
    return group;
  }

  /** Adds a dataset at a path. */
  dataset(path: string, data: DatasetWriter): void {
    const slash = path.lastIndexOf("/");
    this.group(slash < 0 ? "" : path.slice(0, slash)).members.set(path.slice(slash + 1), data);
  }
}

/** A dataset to be written. */
export class DatasetWriter {
  readonly attributes = new Map<string, AttributeValue>();

  constructor(
    readonly dtype: FileDtype,
    readonly shape: readonly number[],
    readonly bytes: Uint8Array,
  ) {}
}

const LEAF = 4; // names of a leaf are at most 2 * LEAF
const INTERNAL = 16; // children of a node are at most 2 * INTERNAL
const UNSET = Infinity;
const HEAP_BYTES = 4096; // the least that a heap of texts takes

/** The file of a root group. */
export function writeHdf5(root: GroupWriter): Pieces {
  const file = new Layout();
  const head = file.reserve(96);
  const { header, tree, heap } = file.group(root);
  const end = file.end;
  const superblock = new ByteWriter(96).put(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)).u8(0, 0, 0, 0, 0, 8, 8, 0);
  superblock.u16(LEAF).u16(INTERNAL).u32(0).u64(0).u64(UNSET).u64(end).u64(UNSET);
  superblock.u64(0).u64(header).u32(1).u32(0).u64(tree).u64(heap);
  head(superblock.bytes());
  return file.pieces();
}

interface PlacedGroup {
  readonly header: number;
  readonly tree: number;
  readonly heap: number;
}

/** The pieces of a file in order, and where the next one begins. */
class Layout {
  readonly #pieces: Uint8Array[] = [];
  end = 0;

  /** Room that is filled later. */
  reserve(bytes: number): (content: Uint8Array) => void {
    const index = this.#pieces.push(new Uint8Array(bytes)) - 1;
    this.end += bytes;
    return (content) => void (this.#pieces[index] = content);
  }

  append(bytes: Uint8Array): number {
    const at = this.end;
    this.#pieces.push(bytes);
    this.end += bytes.length;
    const rest = -bytes.length & 7;
    if (rest) {
      this.#pieces.push(new Uint8Array(rest));
      this.end += rest;
    }
    return at;
  }

  pieces(): Pieces {
    return this.#pieces;
  }

  /** A group: its members first, then names, tree and header. */
  group(group: GroupWriter): PlacedGroup {
    const names = [...group.members.keys()]
      .map((name) => ({ name, key: new TextEncoder().encode(name) }))
      .sort((a, b) => compareBytes(a.key, b.key));
    const placed = names.map(({ name, key }) => {
      const member = group.members.get(name)!;
      return member instanceof GroupWriter
        ? { key, ...this.group(member) }
        : { key, header: this.#dataset(member), tree: null, heap: null };
    });
    const segment = new ByteWriter().zeros(8);
    const offsets = placed.map(({ key }) => {
      const at = segment.length;
      segment.put(key).u8(0).align(8);
      return at;
    });
    const segmentAt = this.append(segment.bytes());
    const heap = this.append(new ByteWriter(32).put("HEAP").zeros(4).u64(segment.length).u64(1).u64(segmentAt).bytes());
    const tree = this.#tree(placed, offsets);
    const symbolTable = message(0x11, new ByteWriter(16).u64(tree).u64(heap).bytes());
    return { header: this.#header([symbolTable], group.attributes), tree, heap };
  }

  #tree(members: readonly { header: number; tree: number | null; heap: number | null }[], offsets: readonly number[]): number {
    let level: { at: number; last: number }[] = [];
    for (let first = 0; first < members.length; first += 2 * LEAF) {
      const part = members.slice(first, first + 2 * LEAF);
      const node = new ByteWriter(328).put("SNOD").u8(1, 0).u16(part.length);
      part.forEach(({ header, tree, heap }, i) => {
        node.u64(offsets[first + i]!).u64(header);
        if (tree === null || heap === null) node.zeros(24);
        else node.u32(1).u32(0).u64(tree).u64(heap);
      });
      level.push({ at: this.append(node.zeros(328 - node.length).bytes()), last: offsets[first + part.length - 1]! });
    }
    for (let depth = 0; ; depth++) {
      const next: typeof level = [];
      let before = 0;
      const parts = Array.from({ length: Math.max(1, Math.ceil(level.length / (2 * INTERNAL))) }, (_, i) =>
        level.slice(i * 2 * INTERNAL, (i + 1) * 2 * INTERNAL),
      );
      const bytes = 24 + 2 * INTERNAL * 8 + (2 * INTERNAL + 1) * 8;
      parts.forEach((part, i) => {
        // Siblings stand one after the other.
        const left = i === 0 ? UNSET : this.end - bytes;
        const right = i === parts.length - 1 ? UNSET : this.end + bytes;
        const node = new ByteWriter(bytes).put("TREE").u8(0, depth).u16(part.length).u64(left).u64(right).u64(before);
        for (const { at, last } of part) node.u64(at).u64(last);
        before = part.at(-1)?.last ?? 0;
        next.push({ at: this.append(node.zeros(bytes - node.length).bytes()), last: before });
      });
      if (next.length === 1) return next[0]!.at;
      level = next;
    }
  }

  #dataset({ dtype, shape, bytes, attributes }: DatasetWriter): number {
    const data = bytes.length === 0 ? UNSET : this.append(bytes);
    const messages = [
      message(0x01, shapeBytes(shape)),
      message(0x03, typeBytes[dtype] ?? floatOrInteger(dtype), 1),
      message(0x05, Uint8Array.of(2, 2, 2, 1, 0, 0, 0, 0)),
      message(0x08, new ByteWriter(24).u8(3, 1).u64(data).u64(bytes.length).bytes()),
    ];
    return this.#header(messages, attributes);
  }

  #header(messages: Uint8Array[], attributes: ReadonlyMap<string, AttributeValue>): number {
    const all = [...messages, ...Array.from(attributes, ([name, value]) => this.#attribute(name, value))];
    const size = all.reduce((sum, { length }) => sum + length, 0);
    const header = new ByteWriter(16 + size).u8(1, 0).u16(all.length).u32(1).u32(size).zeros(4);
    for (const each of all) header.put(each);
    return this.append(header.bytes());
  }

  #attribute(name: string, value: AttributeValue): Uint8Array {
    const isUtf8 = "utf8" in value;
    const texts = isUtf8 ? [value.utf8] : typeof value.ascii === "string" ? [value.ascii] : value.ascii;
    const shape = isUtf8 || typeof value.ascii === "string" ? [] : [texts.length];
    const type = texts.length === 0 ? floatOrInteger("float64") : textType(isUtf8);
    const space = shapeBytes(shape, false);
    const key = new TextEncoder().encode(`${name}\0`);
    const body = new ByteWriter().u8(1, 0).u16(key.length).u16(type.length).u16(space.length);
    body.put(key).align(8).put(type).align(8).put(space).align(8);
    for (const { bytes, heap, index } of this.#store(texts)) body.u32(bytes).u64(heap).u32(index);
    return message(0x0c, body.bytes());
  }

  /** Puts texts into heaps, which number at most 2 ** 16 - 1 of them. @returns where each is */
  #store(given: readonly string[]): { bytes: number; heap: number; index: number }[] {
    const texts = given.map((text) => new TextEncoder().encode(text));
    const stored: { bytes: number; heap: number; index: number }[] = [];
    for (let first = 0; first < texts.length; first += 0xffff) {
      const part = texts.slice(first, first + 0xffff);
      const used = part.reduce((sum, { length }) => sum + 16 + length + (-length & 7), 16);
      const size = Math.max(HEAP_BYTES, used + 16);
      const heap = new ByteWriter(size).put("GCOL").u8(1, 0, 0, 0).u64(size);
      part.forEach((text, i) =>
        heap
          .u16(i + 1)
          .u16(0)
          .u32(0)
          .u64(text.length)
          .put(text)
          .align(8),
      );
      heap
        .u16(0)
        .u16(0)
        .u32(0)
        .u64(size - used);
      const at = this.append(heap.zeros(size - heap.length).bytes());
      part.forEach(({ length }, i) => stored.push({ bytes: length, heap: at, index: i + 1 }));
    }
    return stored;
  }
}

function message(type: number, body: Uint8Array, flags = 0): Uint8Array {
  const padded = body.length + (-body.length & 7);
  return new ByteWriter(8 + padded).u16(type).u16(padded).u8(flags, 0, 0, 0).put(body).align(8).bytes();
}

/** The shape; datasets say how far they may grow, which is not at all. */
function shapeBytes(shape: readonly number[], hasLimits = shape.length > 0): Uint8Array {
  const body = new ByteWriter(8).u8(1, shape.length, hasLimits ? 1 : 0).zeros(5);
  for (let times = hasLimits ? 2 : 1; times > 0; times--) for (const length of shape) body.u64(length);
  return body.bytes();
}

const textType = (isUtf8: boolean): Uint8Array =>
  new ByteWriter(24)
    .u8(0x19, 1, isUtf8 ? 1 : 0, 0)
    .u32(16)
    .put(Uint8Array.of(0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0))
    .bytes();

/** Types that are no plain numbers: booleans as names of numbers, bfloat16 as bytes without a meaning, as h5py writes them. */
const typeBytes: Partial<Record<FileDtype, Uint8Array>> = {
  bool: new ByteWriter().u8(0x18, 2, 0, 0).u32(1).put(integer(1, true)).put("FALSE\0\0\0TRUE\0\0\0\0").u8(0, 1).bytes(),
  bfloat16: new ByteWriter().u8(0x15, 0, 0, 0).u32(2).bytes(),
};

function integer(bytes: number, isSigned: boolean): Uint8Array {
  return new ByteWriter(12).u8(0x10, isSigned ? 8 : 0, 0, 0).u32(bytes).u16(0).u16(bytes * 8).bytes(); // prettier-ignore
}

/** Bytes, exponent bits, fraction bits and bias of floats. */
const floats: Partial<Record<FileDtype, readonly [number, number, number, number]>> = {
  float16: [2, 5, 10, 15],
  float32: [4, 8, 23, 127],
  float64: [8, 11, 52, 1023],
  float8_e4m3fn: [1, 4, 3, 7],
  float8_e5m2: [1, 5, 2, 15],
};

function floatOrInteger(dtype: FileDtype): Uint8Array {
  const float = floats[dtype];
  if (!float) return integer(dtype === "int4" ? 1 : Number(/\d+/.exec(dtype)![0]) / 8, dtype.startsWith("int"));
  const [bytes, exponent, fraction, bias] = float;
  const body = new ByteWriter(20)
    .u8(0x11, 0x20, bytes * 8 - 1, 0)
    .u32(bytes)
    .u16(0)
    .u16(bytes * 8);
  return body.u8(fraction, exponent, 0, fraction).u32(bias).bytes();
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
