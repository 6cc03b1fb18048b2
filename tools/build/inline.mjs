// Writes both binaries as one module that holds them as text, so that users configure no paths and nothing has to be loaded before the
// first use: the simd build whole, and what the relaxed build differs by, packed together.
//
//  (1) LZMA packs them to three quarters of what gzip and to less than what Brotli makes of them, and who serves the text need not compress
//      it well: it is base64, of which compression leaves the packed bytes. The program that unpacks it (assembly/unpack/) is 1 kB and
//      takes 5 ms.
//  (2) The difference is copies of the simd build with new bytes between them.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, jpeg, targets, unpacker } from "./assembly.mjs";
import { root, writeGenerated } from "./steps.mjs";

const output = "lib/generated/binaries.ts";
const outputOfJpeg = "lib/generated/jpeg.ts";
const base64 = (file) => readFileSync(join(root, file)).toString("base64");
const { LZMA } = createRequire(import.meta.url)("lzma/src/lzma_worker.js");

export const inline = {
  name: "inline",
  inputs: () => [...targets.map(binaryOf), unpacker, jpeg, "tools/build/inline.mjs"],
  outputs: () => [output, outputOfJpeg],
  isSlow: true,
  run: () => {
    writeGenerated(
      outputOfJpeg,
      `// Generated from assembly/jpeg/ by npm run build. Do not edit.

/** The program that reads JPEG files, in base64. */
export const program = "${base64(jpeg)}";
`,
    );
    const [simd, relaxed] = targets.map((target) => readFileSync(join(root, binaryOf(target))));
    const { copies, inserted } = differenceOf(simd, relaxed);
    const all = Buffer.concat([simd, Buffer.from(inserted), Buffer.from(copies.map((number) => number.toString(36)).join(" "))]);
    const packed = Buffer.from(LZMA.compress([...all], 9));
    packed.writeBigUInt64LE(BigInt(all.length), 5);
    writeGenerated(
      output,
      `// Generated from assembly/ by npm run build. Do not edit.

/** The program that unpacks, in base64. */
export const unpacker = "${base64(unpacker)}";
/**
 * How many bytes the simd build has, how many new ones the relaxed build, and how many all are, in base 36 the copies of which it is made.
 */
export const lengths = [${simd.length}, ${inserted.length}, ${all.length}] as const;
/**
 * The simd build, the new bytes of the relaxed one, its copies (how many new bytes come, how far from the end of the last copy the next
 * begins, how long it is).
 */
export const packed = "${packed.toString("base64")}";
`,
    );
  },
};

const KEY = 16;
/** Shorter ones cost more than they save: what stands between copies is packed as well, and the packer finds what repeats in it. */
const SHORTEST = 500;
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
