// Zip archives: what is sound is read whatever wrote it, what could be read in two ways, or not at all, is refused by a typed error.

import t from "tap";
import { joined } from "../../lib/formats/bytes.js";
import { inflate } from "../../lib/formats/inflate.js";
import { writeZip, ZipArchive } from "../../lib/formats/zip.js";
import { zipSync } from "fflate";

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const archive = (content: string, more: string[] = []) =>
  joined(writeZip(["a.txt", "b/c.txt", ...more].map((name) => ({ name, content: [utf8(`${content} of ${name}`)] })))).slice();

/** Places of a mark of four bytes. */
const places = (bytes: Uint8Array, mark: string) =>
  Array.from(bytes, (_, i) => i).filter((i) => text(bytes.subarray(i, i + 4)) === mark.padEnd(4, "\0"));
const [LOCAL, CENTRAL, END] = ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06"] as const;

/** An archive whose members, or whose end, say something else at an offset behind their marks. */
function changed(bytes: Uint8Array, ...changes: (readonly [mark: string, offset: number, value: number])[]): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const [mark, offset, value] of changes) for (const place of places(bytes, mark)) view.setUint16(place + offset, value, true);
  return copy;
}

/** An archive whose numbers do not fit into the old fields, as far as its marks say. */
function zip64(bytes: Uint8Array, shift = 0): Uint8Array {
  const end = places(bytes, END)[0]!;
  const [old, head, locator] = [bytes.slice(end), new DataView(new ArrayBuffer(56)), new DataView(new ArrayBuffer(20))];
  const view = new DataView(old.buffer);
  const [count, size, at] = [view.getUint16(10, true), view.getUint32(12, true), view.getUint32(16, true)];
  head.setUint32(0, 0x06064b50, true);
  head.setBigUint64(4, 44n, true);
  for (const offset of [24, 32]) head.setBigUint64(offset, BigInt(count), true);
  head.setBigUint64(40, BigInt(size), true);
  head.setBigUint64(48, BigInt(at), true);
  locator.setUint32(0, 0x07064b50, true);
  locator.setBigUint64(8, BigInt(end + shift), true);
  locator.setUint32(16, 1, true);
  for (const offset of [8, 10]) view.setUint16(offset, 0xffff, true);
  for (const offset of [12, 16]) view.setUint32(offset, 0xffffffff, true);
  return joined([bytes.subarray(0, end), new Uint8Array(head.buffer), new Uint8Array(locator.buffer), old]).slice();
}

/** One member whose checksum and lengths stand behind its content. */
function described(): Uint8Array {
  const whole = joined(writeZip([{ name: "a.txt", content: [utf8("one")] }])).slice();
  const [at, old] = [30 + 5 + 3, new DataView(whole.buffer)];
  const descriptor = new DataView(new ArrayBuffer(16));
  descriptor.setUint32(0, 0x08074b50, true);
  for (let i = 0; i < 3; i++) descriptor.setUint32(4 + 4 * i, old.getUint32(14 + 4 * i, true), true);
  const bytes = joined([whole.subarray(0, at), new Uint8Array(descriptor.buffer), whole.subarray(at)]).slice();
  const view = new DataView(bytes.buffer);
  view.setUint16(6, 8, true);
  for (let i = 0; i < 3; i++) view.setUint32(14 + 4 * i, 0, true);
  view.setUint16(at + 16 + 8, 8, true);
  const end = places(bytes, END)[0]!;
  view.setUint32(end + 16, view.getUint32(end + 16, true) + 16, true);
  return bytes;
}

const read = (bytes: Uint8Array) => {
  const zip = new ZipArchive(bytes, "x.zip", inflate);
  return Object.fromEntries(zip.names.map((name) => [name, text(zip.read(name))]));
};

t.test("sound archives are read", (t) => {
  const expected = { "a.txt": "one of a.txt", "b/c.txt": "one of b/c.txt" };
  const plain = archive("one");
  t.same(read(plain), expected);
  t.same(read(plain.subarray(0)), expected);
  t.same(read(zip64(plain)), expected, "numbers of eight bytes");
  t.same(read(described()), { "a.txt": "one" }, "lengths behind the content");
  const packed = zipSync({ "a.txt": utf8("one of a.txt"), "b/c.txt": utf8("one of b/c.txt") });
  t.same(read(packed), expected, "deflated");
  t.same(Object.keys(read(archive("ü", ["größe.txt"]))), ["a.txt", "b/c.txt", "größe.txt"]);
  const comment = joined([changed(plain, [END, 20, 5]), utf8("hello")]);
  t.same(read(comment), expected, "a comment");
  t.end();
});

t.test("what could be read in two ways, or is not supported, is refused", (t) => {
  const [plain, other] = [archive("one"), archive("two")];
  const refused: Record<string, readonly [bytes: Uint8Array, name: string, message: RegExp]> = {
    "a second archive appended": [joined([plain, other]), "FormatError", /one archive/],
    "an archive in the comment": [joined([changed(plain, [END, 20, other.length]), other]), "FormatError", /one archive/],
    "something before it": [joined([utf8("#!/bin/sh\n"), plain]), "FormatError", /one archive/],
    "something behind it": [joined([plain, utf8("more")]), "FormatError", /directory of a zip/],
    "a part of several": [changed(plain, [END, 4, 1]), "FormatError", /a part of an archive/],
    "an end of eight bytes elsewhere": [zip64(plain, 7), "FormatError", /zip/],
    "encrypted, says the directory": [changed(plain, [CENTRAL, 8, 1]), "UnsupportedFormatError", /encrypted/],
    "encrypted, says the member": [changed(plain, [LOCAL, 6, 1]), "FormatError", /flags 1/],
    "encrypted, say both": [changed(plain, [LOCAL, 6, 65], [CENTRAL, 8, 65]), "UnsupportedFormatError", /encrypted/],
    "lengths behind the content, says the member alone": [changed(plain, [LOCAL, 6, 8]), "FormatError", /flags 8/],
    "another method": [changed(plain, [LOCAL, 8, 12], [CENTRAL, 10, 12]), "UnsupportedFormatError", /compression method 12/],
    "another checksum in the directory": [changed(plain, [CENTRAL, 16, 7]), "FormatError", /otherwise than the directory/],
    "another checksum": [changed(plain, [CENTRAL, 16, 7], [LOCAL, 14, 7]), "FormatError", /checksum/],
  };
  for (const [what, [bytes, name, message]] of Object.entries(refused))
    t.throws(() => read(bytes), { name, message, where: /x\.zip/ }, what);
  for (const name of ["../a", "b/../../a", "/etc/a", "\\a", "b\\a", "C:a", "c:\\a", "", ".", "./a", "b//../a", "a\0", "a.txt"]) {
    t.throws(() => read(archive("one", [name])), { name: "FormatError", message: /within the archive|of this name/ }, JSON.stringify(name));
  }
  t.end();
});
