// Zip archives after PKWARE's APPNOTE 6.3: members stored or deflated. Everything that an archive says twice is compared, checksums are
// checked, and a member has the length that the directory promises, so that a damaged archive is an error and a bomb has no room.

import { text } from "../core/errors.js";
import { ByteReader, ByteWriter, lengthOf, type Pieces, textOf } from "./bytes.js";
import { crc32 } from "./crc.js";
import { FormatError, UnsupportedFormatError } from "./error.js";

/** A member of an archive. */
export interface ZipMember {
  readonly name: string;
  readonly content: Pieces;
  /** The last change; default: the epoch of zip, 1980-01-01. */
  readonly date?: Date;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly stored: number;
  readonly length: number;
  readonly at: number;
}

/** What inflates raw deflate data to at most a length. */
type Inflate = (bytes: Uint8Array, length: number) => Uint8Array;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const UTF_8 = 1 << 11;
/** Flags of encryption: of the old kind, of the strong kind, of the directory. */
const ENCRYPTED = 1 | (1 << 6) | (1 << 13);
/** Checksum and lengths follow the content. */
const DESCRIPTOR = 1 << 3;

/** A reader of members by name. */
export class ZipArchive {
  readonly #entries: ReadonlyMap<string, Entry>;

  /**
   * @param where    the file's name, for errors
   * @param inflate  what inflates deflated members
   * @throws FormatError for bytes that are no archive, names that lead out of a folder, and names that occur twice
   */
  constructor(
    readonly file: Uint8Array,
    readonly where: string,
    readonly inflate: Inflate,
  ) {
    this.#entries = directory(file, where);
  }

  /** Names of the members, in the order of the archive. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The content of a member, not copied where it is stored as it is.
   *
   * @param limit  the longest content that is taken
   * @throws FormatError for a member that is missing, damaged or too long
   */
  read(name: string, limit = 2 ** 32): Uint8Array {
    const where = `${this.where}: ${name}`;
    const entry = this.#entries.get(name);
    if (!entry) throw new FormatError(where, { given: `an archive of ${text(this.names)}`, expected: "this member" });
    const fail = (given: string, expected: string): never => {
      throw new FormatError(where, { given, expected, hint: "The file is damaged." });
    };
    const refuse = (given: string, expected: string): never => {
      throw new UnsupportedFormatError(where, { given, expected });
    };
    if (entry.flags & ENCRYPTED) refuse("an encrypted member", "one that is not");
    if (entry.method !== 0 && entry.method !== 8) refuse(`the compression method ${entry.method}`, "stored or deflated");
    if (entry.length > limit) fail(`a member of ${entry.length} bytes`, `at most ${limit}`);
    const reader = new ByteReader(this.file, where).from(entry.at);
    if (reader.u32() !== LOCAL) fail("a member without its mark", "one");
    reader.skip(2);
    const flags = reader.u16();
    const method = reader.u16();
    reader.skip(4);
    const [crc, stored, length] = [reader.u32(), reader.u32(), reader.u32()];
    const [nameBytes, extraBytes] = [reader.u16(), reader.u16()];
    const local = textOf(reader.take(nameBytes), where);
    reader.skip(extraBytes);
    if (local !== name || method !== entry.method) fail(`a member ${text(local)} of method ${method}`, `${text(name)}, ${entry.method}`);
    if ((flags ^ entry.flags) & (ENCRYPTED | DESCRIPTOR)) fail(`a member with the flags ${flags}`, `${entry.flags}, as in the directory`);
    // With bit 3 the numbers follow the content; at 2 ** 32 - 1 they are in the extra field.
    if (!(flags & DESCRIPTOR) && (crc !== entry.crc || differ(stored, entry.stored) || differ(length, entry.length)))
      fail("a member that says otherwise than the directory", "the same");
    const content = reader.take(entry.stored);
    if (entry.method === 0 && entry.stored !== entry.length) fail(`${entry.stored} bytes stored`, `${entry.length}`);
    // Deflate makes at most 1032 bytes of one.
    if (entry.length > entry.stored * 1032 + 64) fail(`${entry.length} bytes of ${entry.stored}`, "what deflate can give");
    let whole = content;
    try {
      if (entry.method === 8) whole = this.inflate(content, entry.length);
    } catch (cause) {
      throw new FormatError(where, { given: "deflated data that is damaged", expected: `${entry.length} bytes`, cause });
    }
    if (whole.length !== entry.length) fail(`${whole.length} bytes`, `${entry.length}`);
    const sum = crc32(whole);
    if (sum !== entry.crc) fail(`content with the checksum ${sum}`, `${entry.crc}`);
    return whole;
  }
}

const differ = (local: number, central: number): boolean => local !== central && local !== 0xffffffff;

function directory(file: Uint8Array, where: string): Map<string, Entry> {
  const end = findEnd(file, where);
  const entries = new Map<string, Entry>();
  const reader = new ByteReader(file, where).from(end.at);
  for (let i = 0; i < end.count; i++) {
    if (reader.u32() !== CENTRAL) throw new FormatError(where, { given: `a directory of ${i} members`, expected: `${end.count}` });
    reader.skip(4);
    const flags = reader.u16();
    const method = reader.u16();
    reader.skip(4);
    const crc = reader.u32();
    let [stored, length] = [reader.u32(), reader.u32()];
    const [nameBytes, extraBytes, commentBytes] = [reader.u16(), reader.u16(), reader.u16()];
    reader.skip(8);
    let at = reader.u32();
    const name = textOf(reader.take(nameBytes), where);
    const extra = new ByteReader(reader.take(extraBytes), where);
    reader.skip(commentBytes);
    while (extra.left >= 4) {
      const [id, size] = [extra.u16(), extra.u16()];
      const field = new ByteReader(extra.take(size), where);
      if (id !== 1) continue;
      if (length === 0xffffffff) length = field.u64();
      if (stored === 0xffffffff) stored = field.u64();
      if (at === 0xffffffff) at = field.u64();
    }
    checkName(name, where);
    if (entries.has(name)) throw new FormatError(`${where}: ${name}`, { given: "two members of this name", expected: "one" });
    entries.set(name, { name, flags, method, crc, stored, length, at });
  }
  // The number of members has no checksum: with a smaller one, some would be gone without a word.
  const read = reader.at - end.at;
  if (read !== end.size)
    throw new FormatError(where, { given: `a directory of ${read} bytes`, expected: `${end.size}`, hint: "The file is damaged." });
  return entries;
}

function checkName(name: string, where: string): void {
  const isInside = name !== "" && !/^[/\\]|^[a-z]:|\\|\0/i.test(name) && !name.split("/").some((part) => part === ".." || part === ".");
  if (isInside) return;
  throw new FormatError(where, { given: `a member named ${text(name)}`, expected: "names within the archive" });
}

/** Where the directory begins, how many bytes it takes, and how many members it has. */
function findEnd(file: Uint8Array, where: string): { at: number; size: number; count: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let place = file.length - 22; place >= Math.max(0, file.length - 22 - 0xffff); place--) {
    if (view.getUint32(place, true) !== END || place + 22 + view.getUint16(place + 20, true) !== file.length) continue;
    const reader = new ByteReader(file, where, place + 4);
    const disks = reader.u16() + reader.u16();
    reader.skip(2);
    let [count, size, at] = [reader.u16(), reader.u32(), reader.u32()];
    let end = place;
    if (place >= 20 && view.getUint32(place - 20, true) === LOCATOR_64) {
      end = new ByteReader(file, where, place - 12).u64();
      const end64 = new ByteReader(file, where).from(end);
      if (end64.u32() !== END_64) break;
      end64.skip(8 + 2 + 2 + 4 + 4 + 8);
      [count, size, at] = [end64.u64(), end64.u64(), end64.u64()];
    }
    if (at + size > place || count > size / 46) break;
    // What stands elsewhere is of another archive, or would be of this one if something did not stand before it: readers differ in which.
    if (at + size !== end || disks > 0) {
      throw new FormatError(where, {
        given: disks > 0 ? "a part of an archive" : `a directory that ends at ${at + size}, and its end mark at ${end}`,
        expected: "one archive, from the first byte to the last",
        hint: "Two archives were joined, or the file is damaged.",
      });
    }
    return { at, size, count };
  }
  throw new FormatError(where, {
    given: `a file of ${file.length} bytes without the directory of a zip archive`,
    expected: "an archive",
    hint: "It is another kind of file, or was cut short.",
  });
}

/** An archive of members that are stored as they are. @throws FormatError where it would be 4 GB or more */
export function writeZip(members: readonly ZipMember[]): Pieces {
  const pieces: Uint8Array[] = [];
  const central = new ByteWriter();
  let at = 0;
  for (const { name, content, date } of members) {
    const key = new TextEncoder().encode(name);
    const length = lengthOf(content);
    const crc = content.reduce((before, piece) => crc32(piece, before), 0);
    const isAscii = key.length === name.length;
    const common = new ByteWriter(26)
      .u16(isAscii ? 0 : UTF_8)
      .u16(0)
      .u32(dosTime(date))
      .u32(crc)
      .u32(length)
      .u32(length)
      .u16(key.length)
      .u16(0);
    const local = new ByteWriter(30 + key.length).u32(LOCAL).u16(20).put(common.bytes()).put(key);
    central.u32(CENTRAL).u16(0x0314).u16(20).put(common.bytes()).u16(0).u16(0).u16(0).u32(0o600 << 16).u32(at).put(key); // prettier-ignore
    pieces.push(local.bytes(), ...content);
    at += local.length + length;
    if (at >= 0xffffffff) {
      throw new FormatError(name, { given: `${at} bytes`, expected: "an archive below 4 GB", hint: "Save the weights in shards." });
    }
  }
  const end = new ByteWriter(22).u32(END).u16(0).u16(0).u16(members.length).u16(members.length).u32(central.length).u32(at).u16(0);
  return [...pieces, central.bytes(), end.bytes()];
}

/** A time as zip has it: two seconds are the unit, time in the low half. */
function dosTime(date: Date | undefined): number {
  if (!date) return 0x21 << 16;
  const day = ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  return ((day << 16) | (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)) >>> 0;
}
