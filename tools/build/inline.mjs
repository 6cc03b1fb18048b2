// Writes both binaries as one module that holds them as text, so that users configure no paths and nothing has to be loaded before the first
// use: the simd build whole, and what the relaxed build differs by.
//
//  (1) A byte is a character, the most frequent ones of ASCII: such text is no larger than the binary when it is compressed, while base64, in
//      which bytes stand athwart, is larger by 60 %.
//  (2) The difference is copies of the simd build with new bytes between them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, targets } from "./assembly.mjs";
import { root, writeGenerated } from "./steps.mjs";

const output = "lib/generated/binaries.ts";

export const inline = {
  name: "inline",
  inputs: () => [...targets.map(binaryOf), "tools/build/inline.mjs"],
  outputs: () => [output],
  run: () => {
    const [simd, relaxed] = targets.map((target) => readFileSync(join(root, binaryOf(target))));
    const { copies, inserted } = differenceOf(simd, relaxed);
    const alphabet = alphabetFor(simd);
    const text = (bytes) => Array.from(bytes, (byte) => alphabet[byte]).join("");
    writeGenerated(
      output,
      `// Generated from assembly/ by npm run build. Do not edit.

/** The character that stands for each byte. */
export const alphabet = "${alphabet.join("")}";
/** The simd build. */
export const simd = "${text(simd)}";
/** The relaxed build: how many new bytes come, how far from the end of the last copy the next one begins, how long it is; and so on. */
export const copies = "${copies.map((number) => number.toString(36)).join(" ")}";
export const inserted = "${text(inserted)}";
`,
    );
  },
};

/** Characters that mean themselves in a string, by byte: the most frequent bytes get those that are one byte themselves. */
function alphabetFor(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const byFrequency = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const characters = [];
  for (let code = 0x20; characters.length < 256; code = code === 0x7e ? 0xa1 : code + 1) {
    const character = String.fromCharCode(code);
    if (!'"\\`$'.includes(character) && code !== 0xad) characters.push(character);
  }
  const alphabet = new Array(256);
  byFrequency.forEach((byte, i) => (alphabet[byte] = characters[i]));
  return alphabet;
}

const KEY = 8;
const SHORTEST = 12;
/** Places that are tried for a copy. */
const TRIES = 64;

/** `to` as copies of parts of `from` with other bytes between. */
export function differenceOf(from, to) {
  const places = new Map();
  const keyAt = (bytes, at) => bytes.toString("latin1", at, at + KEY);
  for (let at = 0; at + KEY <= from.length; at++) {
    const key = keyAt(from, at);
    const list = places.get(key);
    if (!list) places.set(key, [at]);
    else if (list.length < TRIES) list.push(at);
  }
  const copies = [];
  const inserted = [];
  let written = 0;
  let end = 0;
  for (let at = 0; at < to.length;) {
    let best = { length: 0, place: 0 };
    // The place right after the last copy is the likeliest, and the cheapest to write down.
    for (const place of [end + at - written, ...(places.get(keyAt(to, at)) ?? [])]) {
      let length = 0;
      while (at + length < to.length && to[at + length] === from[place + length]) length++;
      if (length > best.length) best = { length, place };
    }
    if (best.length < SHORTEST) {
      inserted.push(to[at++]);
      continue;
    }
    copies.push(at - written, best.place - end, best.length);
    at += best.length;
    written = at;
    end = best.place + best.length;
  }
  return { copies, inserted };
}
