// Reads WebAssembly binaries: sections, exported functions, bodies, and which functions a body calls.

/** Reads numbers in LEB128, one after the other. */
export class Reader {
  at;
  bytes;

  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  numbers(count) {
    for (let i = 0; i < count; i++) this.number();
  }
}

export const CODE = 10;
export const EXPORT = 7;
const START = 8;

/** The sections of a binary: id, content, and where it begins with its id and length. */
export function sectionsOf(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = [];
  while (reader.at < bytes.length) {
    const begin = reader.at++;
    const length = reader.number();
    sections.push({ id: bytes[begin], begin, content: bytes.subarray(reader.at, reader.at + length) });
    reader.at += length;
  }
  return sections;
}

const contentOf = (bytes, wanted) => sectionsOf(bytes).find(({ id }) => id === wanted).content;

/** The function that runs when a binary is instantiated; -1 for none. */
export function startOf(bytes) {
  const section = sectionsOf(bytes).find(({ id }) => id === START);
  return section ? new Reader(section.content).number() : -1;
}

/** What a binary exports, in order: name, index where it is a function, and the bytes that say so. */
export function exportsOf(bytes) {
  const reader = new Reader(contentOf(bytes, EXPORT));
  return Array.from({ length: reader.number() }, () => {
    const begin = reader.at;
    const length = reader.number();
    const name = reader.bytes.toString("utf8", reader.at, (reader.at += length));
    const isFunction = reader.bytes[reader.at++] === 0;
    const index = reader.number();
    return { name, index: isFunction ? index : null, bytes: reader.bytes.subarray(begin, reader.at) };
  });
}

/** A whole number from 0 on in LEB128. */
export const leb = (value) => (value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))]);

/** The bodies of functions, each with its length before it. */
export function bodiesOf(bytes) {
  const reader = new Reader(contentOf(bytes, CODE));
  return Array.from({ length: reader.number() }, () => {
    const begin = reader.at;
    const length = reader.number();
    return reader.bytes.subarray(begin, (reader.at += length));
  });
}

/** What follows an opcode of one byte: how many numbers in LEB128. */
const counts = new Map([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2].map((opcode) => [opcode, 1]),
  ...Array.from({ length: 7 }, (_, i) => [0x20 + i, 1]),
  ...Array.from({ length: 23 }, (_, i) => [0x28 + i, 2]),
  [0x11, 2],
]);
const CALL = 0x10;

/** The functions that a body calls by their index. */
export function callsOf(body) {
  const reader = new Reader(body);
  const calls = new Set();
  reader.number(); // its length
  for (let count = reader.number(); count > 0; count--, reader.at++) reader.number(); // locals: how many, of which type
  while (reader.at < body.length) {
    const opcode = body[reader.at++];
    if (opcode === CALL) calls.add(reader.number());
    else if (opcode === 0x0e)
      reader.numbers(reader.number() + 1); // br_table
    else if (opcode === 0x1c)
      reader.numbers(reader.number()); // select with types
    else if (opcode === 0x43) reader.at += 4;
    else if (opcode === 0x44) reader.at += 8;
    else if (opcode === 0xfc) bulk(reader);
    else if (opcode === 0xfd) vector(reader);
    else if (opcode === 0xfe)
      reader.numbers(reader.number() === 3 ? 1 : 2); // atomics: a fence, or an address
    else reader.numbers(counts.get(opcode) ?? 0);
  }
  if (reader.at !== body.length) throw new Error("wasm: given a body with an instruction that callsOf does not know");
  return calls;
}

function bulk(reader) {
  const opcode = reader.number();
  if (opcode > 7) reader.numbers([8, 10, 12, 14].includes(opcode) ? 2 : 1); // up to 7: conversions that saturate
}

function vector(reader) {
  const opcode = reader.number();
  if (opcode <= 11 || opcode === 92 || opcode === 93) reader.numbers(2);
  else if (opcode === 12 || opcode === 13) reader.at += 16;
  else if (opcode >= 21 && opcode <= 34) reader.at++;
  else if (opcode >= 84 && opcode <= 91) {
    reader.numbers(2);
    reader.at++;
  }
}
