// Reads HDF5 files as h5py and the HDF5 library write them by default, after the HDF5 file format specification, version 3.0:
// superblocks 0 to 3; object headers 1 and 2; groups as symbol tables or as links; contiguous, compact and chunked datasets (chunks by
// B-tree, version 1), with deflate, shuffle and Fletcher filters; numbers, complex numbers, texts and opaque bytes.
//
//  (1) Every place in the file is checked before it is read; a structure that comes to itself is an error, and so is one that would hold
//      more objects than the file has room for. So a damaged file costs no more time and memory than a good one of its size.
//  (2) Data is not copied, but where it is chunked.
//
// Limits: no dense storage of links or attributes (fractal heaps), no newer chunk indexes, no external or virtual data: these files are
// refused with an UnsupportedFormatError. Why not the HDF5 library in WebAssembly: it takes 40 MB before its first byte, and what
// a damaged file may cost would not be ours to bound.

import { text } from "../../core/errors.js";
import { sizeOf } from "../../core/shape.js";
import { ByteReader, copyOf, textOf } from "../bytes.js";
import { FormatError, UnsupportedFormatError } from "../error.js";
import { bytesPer, type FileDtype } from "../dtypes.js";
import type { Hdf5Attribute, Hdf5Dataset, Hdf5Group, Hdf5Type } from "./tree.js";

const SIGNATURE = "\x89HDF\r\n\x1a\n";

/** What inflates a chunk to a length that is known. */
export type Inflate = (bytes: Uint8Array, length: number) => Uint8Array;

/**
 * What an HDF5 file holds.
 *
 * @param where    the file's name, for errors
 * @param inflate  what inflates chunks; files without compression need none
 * @throws FormatError for a file that is damaged or none, UnsupportedFormatError for one that uses what is not read here
 */
export function readHdf5(file: Uint8Array, where: string, inflate?: Inflate): Hdf5Group {
  return new Hdf5Reader(file, where, inflate).root();
}

/** A message of an object header. */
interface Message {
  readonly type: number;
  readonly flags: number;
  readonly body: ByteReader;
}

interface Filter {
  readonly id: number;
  readonly isOptional: boolean;
  readonly values: readonly number[];
}

class Hdf5Reader {
  readonly #open = new Set<number>();
  #objects = 0;
  #base = 0;
  #offsetBytes = 8;
  #lengthBytes = 8;

  constructor(
    readonly file: Uint8Array,
    readonly where: string,
    readonly inflate: Inflate | undefined,
  ) {}

  #fail(given: string, expected: string): never {
    throw new FormatError(this.where, { given, expected, hint: "The file is damaged, or was cut short." });
  }

  #unsupported(given: string, expected: string): never {
    throw new UnsupportedFormatError(this.where, {
      given,
      expected,
      hint: "Write the file anew with h5py's default settings, for instance by h5repack --low=0 --high=0.",
    });
  }

  #at(address: number): ByteReader {
    if (address === Infinity) this.#fail("an address that is not set", "one within the file");
    return new ByteReader(this.file, this.where).from(this.#base + address);
  }

  #offset(reader: ByteReader): number {
    const value = reader.uint(this.#offsetBytes);
    return this.#offsetBytes < 8 && value === 256 ** this.#offsetBytes - 1 ? Infinity : value;
  }

  #length(reader: ByteReader): number {
    return reader.uint(this.#lengthBytes);
  }

  root(): Hdf5Group {
    const reader = new ByteReader(this.file, this.where);
    const start = this.file.subarray(0, 8);
    if (String.fromCharCode(...start) !== SIGNATURE) {
      throw new FormatError(this.where, {
        given: `a file of ${this.file.length} bytes that begins with ${text(String.fromCharCode(...start))}`,
        expected: "an HDF5 file",
        hint: "It is another kind of file, or was cut short.",
      });
    }
    reader.skip(8);
    const version = reader.u8();
    let root: number;
    if (version <= 1) {
      reader.skip(4);
      this.#sizes(reader);
      reader.skip(1 + 2 + 2 + 4 + (version === 1 ? 4 : 0));
      this.#base = this.#offset(reader);
      this.#offset(reader);
      this.#checkEnd(this.#offset(reader));
      this.#offset(reader);
      this.#offset(reader);
      root = this.#offset(reader);
    } else if (version <= 3) {
      this.#sizes(reader);
      reader.skip(1);
      this.#base = this.#offset(reader);
      this.#offset(reader);
      this.#checkEnd(this.#offset(reader));
      root = this.#offset(reader);
    } else this.#unsupported(`a superblock of version ${version}`, "version 0 to 3");
    const object = this.#object(root, "");
    if (object.kind !== "group") this.#fail("a dataset as root", "a group");
    return object;
  }

  #sizes(reader: ByteReader): void {
    this.#offsetBytes = reader.u8();
    this.#lengthBytes = reader.u8();
    for (const bytes of [this.#offsetBytes, this.#lengthBytes]) {
      if (![2, 4, 8].includes(bytes)) this.#fail(`addresses of ${bytes} bytes`, "2, 4 or 8");
    }
  }

  #checkEnd(end: number): void {
    if (this.#base + end > this.file.length) this.#fail(`a file of ${this.file.length} bytes`, `${this.#base + end}, as its head says`);
  }

  /** The group or dataset whose header is at an address. */
  #object(address: number, path: string): Hdf5Group | Hdf5Dataset {
    if (this.#open.has(address)) this.#fail(`the group ${text(path)} within itself`, "a tree");
    // An object takes at least 16 bytes; hard links to one object from many places are not what weights have.
    if (++this.#objects > this.file.length / 16 || this.#open.size > 200) this.#fail(`more objects than ${this.#objects - 1}`, "fewer");
    this.#open.add(address);
    const messages = this.#messages(address);
    const find = (type: number) => messages.find((message) => message.type === type)?.body.from(0);
    const attributes = this.#attributes(messages, path);
    const layout = find(0x08);
    const object: Hdf5Group | Hdf5Dataset = layout
      ? { kind: "dataset", attributes, ...this.#dataset(find, layout, path) }
      : { kind: "group", attributes, members: this.#members(messages, path) };
    this.#open.delete(address);
    return object;
  }

  #messages(address: number): Message[] {
    const reader = this.#at(address);
    if (reader.left >= 4 && reader.from(reader.at).ascii(4) === "OHDR") return this.#messagesOfVersion2(reader);
    const version = reader.u8();
    if (version !== 1) this.#fail(`an object header of version ${version} at ${address}`, "version 1 or 2");
    reader.skip(1);
    const count = reader.u16();
    reader.skip(4);
    const size = reader.u32();
    reader.skip(4);
    const messages: Message[] = [];
    const blocks: ByteReader[] = [new ByteReader(reader.take(size), this.where)];
    for (const block of blocks) {
      if (blocks.length > 1000) this.#fail("an object header of more than 1000 parts", "fewer");
      while (block.left >= 8 && messages.length < count) {
        const type = block.u16();
        const length = block.u16();
        const flags = block.u8();
        block.skip(3);
        const body = new ByteReader(block.take(length), this.where);
        messages.push({ type, flags, body });
        if (type === 0x10) blocks.push(new ByteReader(this.#at(this.#offset(body)).take(this.#length(body)), this.where));
      }
    }
    if (messages.length !== count) this.#fail(`${messages.length} messages of an object header`, `${count}`);
    this.#checkShared(messages);
    return messages;
  }

  #messagesOfVersion2(reader: ByteReader): Message[] {
    reader.skip(4);
    const version = reader.u8();
    if (version !== 2) this.#fail(`an object header of version ${version}`, "version 2");
    const flags = reader.u8();
    if (flags & 0x20) reader.skip(16);
    if (flags & 0x10) reader.skip(4);
    const size = reader.uint(1 << (flags & 3));
    const messages: Message[] = [];
    const blocks: ByteReader[] = [new ByteReader(reader.take(size), this.where)];
    const head = flags & 4 ? 6 : 4;
    for (const block of blocks) {
      if (blocks.length > 1000) this.#fail("an object header of more than 1000 parts", "fewer");
      while (block.left >= head) {
        const type = block.u8();
        const length = block.u16();
        const messageFlags = block.u8();
        if (flags & 4) block.skip(2);
        const body = new ByteReader(block.take(length), this.where);
        messages.push({ type, flags: messageFlags, body });
        if (type !== 0x10) continue;
        const part = this.#at(this.#offset(body)).take(this.#length(body));
        if (part.length < 8 || new ByteReader(part, this.where).ascii(4) !== "OCHK")
          this.#fail("a part of a header without its mark", "OCHK");
        blocks.push(new ByteReader(part.subarray(4, part.length - 4), this.where));
      }
    }
    this.#checkShared(messages);
    return messages;
  }

  #checkShared(messages: readonly Message[]): void {
    if (messages.some(({ flags, type }) => flags & 2 && type !== 0x10))
      this.#unsupported("a shared message", "messages that stand in their header");
  }

  #attributes(messages: readonly Message[], path: string): Map<string, Hdf5Attribute> {
    const attributes = new Map<string, Hdf5Attribute>();
    for (const { type, body } of messages) {
      if (type === 0x15) {
        const info = body.from(0).skip(1);
        const infoFlags = info.u8();
        if (infoFlags & 1) info.skip(2);
        if (this.#offset(info) !== Infinity) this.#unsupported(`attributes of ${text(path)} in dense storage`, "attributes in the header");
      }
      if (type !== 0x0c) continue;
      const version = body.u8();
      if (version < 1 || version > 3) this.#fail(`an attribute of version ${version}`, "version 1 to 3");
      const flags = body.u8();
      if (version > 1 && flags & 3) this.#unsupported("an attribute of a shared type", "types of their own");
      const [nameBytes, typeBytes, spaceBytes] = [body.u16(), body.u16(), body.u16()];
      if (version === 3) body.skip(1);
      const pad = (length: number) => (version === 1 ? -length & 7 : 0);
      const name = new ByteReader(body.take(nameBytes), this.where).zeroTerminated();
      body.skip(pad(nameBytes));
      const described = this.#type(new ByteReader(body.take(typeBytes), this.where), `${path}@${name}`);
      body.skip(pad(typeBytes));
      const shape = this.#shape(new ByteReader(body.take(spaceBytes), this.where), `${path}@${name}`);
      body.skip(pad(spaceBytes));
      const size = shape === null ? 0 : sizeOf(shape);
      const data = new ByteReader(body.take(size * described.bytes), this.where);
      const values = Array.from({ length: size }, () => this.#value(data, described.type, described.bytes));
      if (attributes.has(name)) this.#fail(`two attributes ${text(name)} of ${text(path)}`, "one");
      attributes.set(name, { type: described.type, shape: shape ?? [0], values });
    }
    return attributes;
  }

  #value(data: ByteReader, type: Hdf5Type, bytes: number): string | number {
    if (type.kind === "string") return new ByteReader(Uint8Array.of(...data.take(bytes), 0), this.where).zeroTerminated();
    if (type.kind === "text") return this.#fromHeap(data);
    const taken = data.take(bytes);
    if (type.kind !== "number") return 0;
    const little = type.isBigEndian ? copyOf(taken).reverse() : taken;
    const view = new DataView(little.buffer, little.byteOffset, bytes);
    if (type.dtype === "float64") return view.getFloat64(0, true);
    if (type.dtype === "float32") return view.getFloat32(0, true);
    if (type.dtype === "int64") return Number(view.getBigInt64(0, true));
    if (type.dtype === "uint64") return Number(view.getBigUint64(0, true));
    if (type.dtype.startsWith("uint") || type.dtype === "bool") return new ByteReader(little, this.where).uint(bytes);
    return bytes === 1 ? view.getInt8(0) : bytes === 2 ? view.getInt16(0, true) : view.getInt32(0, true);
  }

  /** A text of its own length lies in a heap of the file. */
  #fromHeap(data: ByteReader): string {
    const length = data.u32();
    const address = this.#offset(data);
    const index = data.u32();
    if (length === 0 || address === 0) return "";
    const heap = this.#at(address);
    const start = heap.at;
    if (heap.ascii(4) !== "GCOL") this.#fail("a heap of texts without its mark", "GCOL");
    heap.skip(4);
    const end = start + this.#length(heap);
    while (heap.at + 16 <= end) {
      const number = heap.u16();
      heap.skip(6);
      const size = this.#length(heap);
      if (number === 0) break;
      if (number === index) {
        if (length > size) this.#fail(`a text of ${length} bytes in ${size}`, "one that fits");
        return textOf(heap.take(length), this.where);
      }
      heap.skip(size + (-size & 7));
    }
    this.#fail(`a reference to text ${index}`, "a text that the heap has");
  }

  #members(messages: readonly Message[], path: string): Map<string, Hdf5Group | Hdf5Dataset> {
    const members = new Map<string, Hdf5Group | Hdf5Dataset>();
    const add = (name: string, address: number) => {
      if (name === "" || name === "." || name.includes("/")) this.#fail(`a member named ${text(name)}`, "a name");
      if (members.has(name)) this.#fail(`two members named ${text(name)} of ${text(path)}`, "one");
      members.set(name, this.#object(address, `${path}/${name}`));
    };
    let isGroup = false;
    for (const { type, body: given } of messages) {
      const body = given.from(0);
      if (type === 0x11) {
        isGroup = true;
        const tree = this.#offset(body);
        const heap = this.#at(this.#offset(body));
        if (heap.ascii(4) !== "HEAP") this.#fail("a heap of names without its mark", "HEAP");
        heap.skip(4);
        const size = this.#length(heap);
        this.#length(heap);
        const names = new ByteReader(this.#at(this.#offset(heap)).take(size), this.where);
        this.#symbols(tree, names, add, 0);
      } else if (type === 0x06) {
        isGroup = true;
        this.#link(body, path, add);
      } else if (type === 0x02) {
        isGroup = true;
        body.skip(1);
        const flags = body.u8();
        if (flags & 1) body.skip(8);
        if (this.#offset(body) !== Infinity) this.#unsupported(`members of ${text(path)} in dense storage`, "links in the header");
      }
    }
    if (!isGroup) this.#fail(`neither a group nor a dataset at ${text(path)}`, "one of them");
    return members;
  }

  #symbols(address: number, names: ByteReader, add: (name: string, address: number) => void, depth: number): void {
    const node = this.#at(address);
    const mark = node.ascii(4);
    if (mark === "SNOD") {
      node.skip(2);
      const count = node.u16();
      for (let i = 0; i < count; i++) {
        const name = names.from(this.#offset(node)).zeroTerminated();
        const header = this.#offset(node);
        const cache = node.u32();
        if (cache > 1) this.#unsupported(`the symbolic link ${text(name)}`, "members of the file");
        node.skip(4 + 16);
        add(name, header);
      }
      return;
    }
    if (mark !== "TREE" || depth > 8) this.#fail("a tree of names without its mark", "TREE");
    node.skip(2);
    const entries = node.u16();
    node.skip(2 * this.#offsetBytes + this.#lengthBytes);
    for (let i = 0; i < entries; i++) {
      this.#symbols(this.#offset(node), names, add, depth + 1);
      node.skip(this.#lengthBytes);
    }
  }

  #link(body: ByteReader, path: string, add: (name: string, address: number) => void): void {
    const version = body.u8();
    if (version !== 1) this.#fail(`a link of version ${version}`, "version 1");
    const flags = body.u8();
    const type = flags & 8 ? body.u8() : 0;
    if (flags & 4) body.skip(8);
    if (flags & 16) body.skip(1);
    const name = textOf(body.take(body.uint(1 << (flags & 3))), this.where);
    if (type !== 0) this.#unsupported(`the symbolic or external link ${text(`${path}/${name}`)}`, "members of the file");
    add(name, this.#offset(body));
  }

  /** Lengths of the axes; null for an object without elements. */
  #shape(body: ByteReader, path: string): number[] | null {
    const version = body.u8();
    const rank = body.u8();
    const flags = body.u8();
    if (version === 1) body.skip(5);
    else if (version !== 2) this.#fail(`a shape of version ${version} at ${text(path)}`, "version 1 or 2");
    else if (body.u8() === 2) return null;
    if (rank > 32 || flags > 3) this.#fail(`${rank} axes at ${text(path)}`, "at most 32");
    const shape = Array.from({ length: rank }, () => this.#length(body));
    if (!shape.every((length) => length < 2 ** 31) || sizeOf(shape) >= 2 ** 31)
      this.#fail(`the shape ${text(shape)} at ${text(path)}`, "one with fewer than 2 ** 31 elements");
    return shape;
  }

  #type(body: ByteReader, path: string): { type: Hdf5Type; bytes: number } {
    const head = body.u8();
    const version = head >> 4;
    const kind = head & 15;
    const bits = body.u8() | (body.u8() << 8) | (body.u8() << 16);
    const bytes = body.u32();
    if (version < 1 || version > 5 || bytes === 0)
      this.#fail(`a type of version ${version} and ${bytes} bytes at ${text(path)}`, "one of version 1 to 5");
    const unknown = (what: string): never => this.#unsupported(`${what} at ${text(path)}`, "numbers, complex numbers, texts or bytes");
    const isBigEndian = (bits & 1) === 1;
    if (kind === 0) {
      const [bitOffset, precision] = [body.u16(), body.u16()];
      if (bitOffset !== 0 || precision !== bytes * 8) {
        if (bitOffset === 0 && bytes === 1 && precision === 4 && bits & 8) return { type: number("int4", isBigEndian), bytes };
        unknown(`integers of ${precision} bits in ${bytes} bytes`);
      }
      const dtype = `${bits & 8 ? "int" : "uint"}${bytes * 8}`;
      if (![1, 2, 4, 8].includes(bytes)) unknown(`integers of ${bytes} bytes`);
      return { type: number(dtype as FileDtype, isBigEndian), bytes };
    }
    if (kind === 1) {
      if (bits & 0x40) unknown("VAX floats");
      body.skip(4);
      const [, exponentBits, , fractionBits] = [body.u8(), body.u8(), body.u8(), body.u8()];
      const known = `${bytes}:${exponentBits}:${fractionBits}`;
      const dtype = (
        {
          "2:5:10": "float16",
          "2:8:7": "bfloat16",
          "4:8:23": "float32",
          "8:11:52": "float64",
          "1:4:3": "float8_e4m3fn",
          "1:5:2": "float8_e5m2",
        } as const
      )[known];
      return { type: number(dtype ?? unknown(`floats of the kind ${known}`), isBigEndian), bytes };
    }
    if (kind === 3) return { type: { kind: "string", bytes }, bytes };
    if (kind === 5) return { type: { kind: "opaque", bytes }, bytes };
    if (kind === 6) return { type: this.#complex(body, version, bits & 0xffff, bytes) ?? unknown("records"), bytes };
    if (kind === 8) {
      const base = this.#type(body, path);
      if (base.type.kind !== "number" || base.bytes !== bytes)
        this.#fail(`names for numbers of ${bytes} bytes at ${text(path)}`, `${base.bytes}`);
      const first = body.zeroTerminated();
      return { type: bytes === 1 && /^(FALSE|TRUE)$/.test(first) ? number("bool", false) : base.type, bytes };
    }
    if (kind === 9 && (bits & 15) === 1) {
      if (bytes !== 8 + this.#offsetBytes) this.#fail(`texts of ${bytes} bytes at ${text(path)}`, `references of ${8 + this.#offsetBytes}`);
      return { type: { kind: "text", isAscii: ((bits >> 8) & 15) === 0 }, bytes };
    }
    return unknown(`elements of type class ${kind}`);
  }

  /** A record of two floats named r and i, as h5py writes complex numbers. */
  #complex(body: ByteReader, version: number, members: number, bytes: number): Hdf5Type | undefined {
    if (members !== 2 || (bytes !== 8 && bytes !== 16)) return undefined;
    const start = body.at;
    const name = body.zeroTerminated();
    if (version < 3) body.skip(-(body.at - start) & 7);
    return name === "r" ? { kind: "complex", parts: bytes === 8 ? "float32" : "float64" } : undefined;
  }

  #dataset(find: (type: number) => ByteReader | undefined, layout: ByteReader, path: string) {
    const [space, typed] = [find(0x01), find(0x03)];
    if (find(0x07)) this.#unsupported(`elements of another file at ${text(path)}`, "elements that stand in the file");
    if (!space || !typed) this.#fail(`a dataset without shape or type at ${text(path)}`, "both");
    const shape = this.#shape(space, path) ?? [0];
    const { type, bytes } = this.#type(typed, path);
    const size = sizeOf(shape) * bytes;
    const fill = this.#fillValue(find(0x05), find(0x04), bytes, path);
    const read = this.#layout(layout, shape, bytes, find(0x0b), path, size, fill);
    const readText = () => {
      const data = new ByteReader(read(), this.where);
      return Array.from({ length: sizeOf(shape) }, () => String(this.#value(data, type, bytes)));
    };
    return { type, shape, read, readText };
  }

  #layout(
    body: ByteReader,
    shape: readonly number[],
    each: number,
    filtered: ByteReader | undefined,
    path: string,
    size: number,
    fill: Uint8Array | undefined,
  ): () => Uint8Array {
    const version = body.u8();
    if (version < 3) {
      const rank = body.u8();
      const kind = body.u8();
      body.skip(5);
      if (version < 1 || kind !== 1) this.#unsupported(`a dataset of layout version ${version} at ${text(path)}`, "version 3");
      const address = this.#offset(body);
      body.skip(rank * 4);
      return this.#contiguous(address, size, path, size, fill);
    }
    if (version > 4) this.#fail(`a layout of version ${version} at ${text(path)}`, "version 3 or 4");
    const kind = body.u8();
    if (kind === 0) {
      const data = body.take(body.u16());
      if (data.length < size) this.#fail(`${data.length} bytes of data at ${text(path)}`, `${size}`);
      return () => data.subarray(0, size);
    }
    if (kind === 1) {
      const address = this.#offset(body);
      return this.#contiguous(address, size, path, this.#length(body), fill);
    }
    if (kind !== 2 || version === 4)
      this.#unsupported(`a dataset at ${text(path)} with a chunk index of layout ${version}.${kind}`, "a B-tree");
    const rank = body.u8() - 1;
    const tree = this.#offset(body);
    const chunk = Array.from({ length: rank }, () => body.u32());
    const chunkBytes = body.u32() * sizeOf(chunk);
    if (rank !== shape.length || chunk.some((length) => length === 0) || chunkBytes !== sizeOf(chunk) * each || chunkBytes > 2 ** 31)
      this.#fail(`chunks ${text(chunk)} of the shape ${text(shape)} at ${text(path)}`, "lengths for each axis");
    const filters = filtered ? this.#filters(filtered) : [];
    return () => this.#chunked(tree, shape, each, chunk, chunkBytes, filters, path, fill);
  }

  #contiguous(address: number, size: number, path: string, stored: number, fill: Uint8Array | undefined): () => Uint8Array {
    if (stored !== size) this.#fail(`${stored} bytes of data at ${text(path)}`, `${size}, as shape and type say`);
    if (size === 0) return () => new Uint8Array(0);
    // Room that nobody wrote has no address: zeros, or what the dataset is filled with. More than a file's worth of them is no model.
    if (address === Infinity) {
      if (size > Math.max(2 ** 20, this.file.length * 16)) this.#fail(`${size} bytes that are not in the file at ${text(path)}`, "data");
      return () => filled(size, fill);
    }
    const data = this.#at(address).take(size);
    return () => data;
  }

  /** What elements are that nobody wrote, where that is not zero. */
  #fillValue(body: ByteReader | undefined, old: ByteReader | undefined, bytes: number, path: string): Uint8Array | undefined {
    const from = body ?? old;
    if (!from) return undefined;
    if (body) {
      const version = body.u8();
      if (version < 1 || version > 3) this.#fail(`a fill value of version ${version} at ${text(path)}`, "version 1 to 3");
      const flags = body.u8();
      if (version === 3 ? !(flags & 0x20) : (body.skip(1), body.u8() === 0 && version === 2)) return undefined;
    }
    const size = from.u32();
    if (size === 0 || size > 2 ** 31) return undefined; // none, or the user said that it does not matter
    if (size !== bytes) this.#fail(`a fill value of ${size} bytes at ${text(path)}`, `${bytes}, as an element has`);
    const value = from.take(size);
    return value.some((byte) => byte !== 0) ? value : undefined;
  }

  #filters(body: ByteReader): Filter[] {
    const version = body.u8();
    const count = body.u8();
    if (version < 1 || version > 2 || count > 32) this.#fail(`${count} filters of version ${version}`, "version 1 or 2");
    if (version === 1) body.skip(6);
    return Array.from({ length: count }, () => {
      const id = body.u16();
      const nameBytes = version === 1 || id >= 256 ? body.u16() : 0;
      const isOptional = (body.u16() & 1) === 1;
      const values = body.u16();
      body.skip(nameBytes);
      const filter = { id, isOptional, values: Array.from({ length: values }, () => body.u32()) };
      if (version === 1 && values % 2 === 1) body.skip(4);
      if (![1, 2, 3].includes(id)) this.#unsupported(`the filter ${id}`, "deflate, shuffle or Fletcher");
      return filter;
    });
  }

  #chunked(
    tree: number,
    shape: readonly number[],
    each: number,
    chunk: readonly number[],
    chunkBytes: number,
    filters: readonly Filter[],
    path: string,
    fill: Uint8Array | undefined,
  ): Uint8Array {
    const size = sizeOf(shape) * each;
    // Deflate makes at most 1032 bytes of one.
    if (size > Math.max(2 ** 20, this.file.length * 1032))
      this.#fail(`${size} bytes of chunks at ${text(path)}`, "no more than the file can hold");
    const whole = filled(size, fill);
    if (tree === Infinity) return whole;
    let chunks = 0;
    const most = shape.reduce((product, length, axis) => product * Math.ceil(length / chunk[axis]!), 1);
    const visit = (address: number, depth: number): void => {
      const node = this.#at(address);
      if (node.ascii(4) !== "TREE" || node.u8() !== 1 || depth > 8)
        this.#fail(`a tree of chunks without its mark at ${text(path)}`, "TREE");
      const level = node.u8();
      const entries = node.u16();
      node.skip(2 * this.#offsetBytes);
      for (let i = 0; i < entries; i++) {
        const stored = node.u32();
        const skipped = node.u32();
        const offset = chunk.map(() => node.u64());
        node.skip(8);
        const child = this.#offset(node);
        if (level > 0) visit(child, depth + 1);
        else {
          if (++chunks > most || offset.some((at, axis) => at % chunk[axis]! !== 0 || at >= shape[axis]!))
            this.#fail(`a chunk at ${text(offset)} of ${text(path)}`, "chunks within the shape");
          const data = this.#filterBack(this.#at(child).take(stored), filters, skipped, chunkBytes, each, path);
          placeChunk(whole, shape, data, chunk, offset, each);
        }
      }
    };
    visit(tree, 0);
    return whole;
  }

  #filterBack(stored: Uint8Array, filters: readonly Filter[], skipped: number, chunkBytes: number, each: number, path: string): Uint8Array {
    let data = stored;
    for (let i = filters.length - 1; i >= 0; i--) {
      if (skipped & (1 << i)) continue;
      const { id, values } = filters[i]!;
      if (id === 3) data = data.subarray(0, Math.max(0, data.length - 4));
      else if (id === 2) data = unshuffled(data, values[0] ?? each);
      else if (this.inflate) data = this.inflate(data, chunkBytes + 4);
      else this.#unsupported(`compressed data at ${text(path)}`, "data as it is");
    }
    if (data.length !== chunkBytes) this.#fail(`a chunk of ${data.length} bytes at ${text(path)}`, `${chunkBytes}`);
    return data;
  }
}

const number = (dtype: FileDtype, isBigEndian: boolean): Hdf5Type => ({
  kind: "number",
  dtype,
  isBigEndian: isBigEndian && bytesPer(dtype) > 1,
});

/** Room for elements that nobody wrote. */
function filled(size: number, fill: Uint8Array | undefined): Uint8Array {
  const whole = new Uint8Array(size);
  if (fill) for (let at = 0; at < size; at += fill.length) whole.set(fill, at);
  return whole;
}

/** Bytes that stood by their place within elements, as elements. */
function unshuffled(bytes: Uint8Array, each: number): Uint8Array {
  const count = Math.floor(bytes.length / each);
  const out = copyOf(bytes);
  for (let byte = 0; byte < each; byte++) for (let i = 0; i < count; i++) out[i * each + byte] = bytes[byte * count + i]!;
  return out;
}

/** Puts a chunk at its place; what lies outside of the shape is left out. */
function placeChunk(
  whole: Uint8Array,
  shape: readonly number[],
  data: Uint8Array,
  chunk: readonly number[],
  offset: readonly number[],
  each: number,
): void {
  const rank = shape.length;
  const inner = Math.min(chunk[rank - 1] ?? 1, (shape[rank - 1] ?? 1) - (offset[rank - 1] ?? 0)) * each;
  const visit = (axis: number, from: number, to: number): void => {
    if (axis >= rank - 1) {
      whole.set(data.subarray(from * each, from * each + inner), (to + (offset[rank - 1] ?? 0)) * each);
      return;
    }
    const chunkStride = sizeOf(chunk.slice(axis + 1));
    const stride = sizeOf(shape.slice(axis + 1));
    const count = Math.min(chunk[axis]!, shape[axis]! - offset[axis]!);
    for (let i = 0; i < count; i++) visit(axis + 1, from + i * chunkStride, to + (offset[axis]! + i) * stride);
  };
  visit(0, 0, 0);
}
