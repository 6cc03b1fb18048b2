// How pieces become text again: one function for each kind of decoder of a tokenizer file.

import { byteOfChar, bytesOf } from "./bytes.js";
import { named } from "./kinds.js";
import { patternOf, type PatternConfig } from "./pattern.js";
import { type CutterConfig, metaspaceOf } from "./words.js";

/** Pieces, changed: the text is what they are together. */
export type Decoder = (pieces: readonly string[]) => readonly string[];

const decoded = (bytes: readonly number[]): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));

const kinds: Readonly<Record<string, (where: string, config: CutterConfig) => Decoder>> = {
  Sequence: (where, { decoders }) => {
    const steps = (decoders as readonly CutterConfig[]).map((each) => decoderOf(where, each));
    return (pieces) => steps.reduce((each, step) => step(each), pieces);
  },
  ByteLevel: () => (pieces) => [
    decoded(
      pieces.flatMap((piece) => {
        const bytes = Array.from(piece, (char) => byteOfChar.get(char));
        return bytes.includes(undefined) ? [...bytesOf(piece)] : (bytes as number[]);
      }),
    ),
  ],
  Metaspace: (_, config) => {
    const { replacement, prepends } = metaspaceOf(config);
    return (pieces) => pieces.map((piece, i) => piece.replaceAll(replacement, i === 0 && prepends !== "never" ? "" : " "));
  },
  Replace: (where, { pattern, content }) => {
    const found = patternOf(where, pattern as PatternConfig);
    return (pieces) => pieces.map((piece) => piece.replace(found, () => String(content)));
  },
  ByteFallback: () => withBytes,
  Fuse: () => (pieces) => [pieces.join("")],
  Strip: (_, { content, start, stop }) => {
    const ends = (piece: string): string => {
      const chars = Array.from(piece);
      let [from, to] = [0, chars.length];
      while (from < Number(start) && chars[from] === content) from++;
      while (chars.length - to < Number(stop) && to > from && chars[to - 1] === content) to--;
      return chars.slice(from, to).join("");
    };
    return (pieces) => pieces.map(ends);
  },
  BPEDecoder:
    (_, { suffix = "</w>" }) =>
    (pieces) =>
      pieces.map((piece, i) => piece.replaceAll(String(suffix), i === pieces.length - 1 ? "" : " ")),
};

/** Runs of pieces such as "<0xE2>" as the characters whose bytes they are; bytes of no character as �, one each. */
function withBytes(pieces: readonly string[]): readonly string[] {
  const result: string[] = [];
  let run: number[] = [];
  const flush = (): void => {
    if (run.length === 0) return;
    try {
      result.push(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(run)));
    } catch {
      result.push(...run.map(() => "\ufffd"));
    }
    run = [];
  };
  for (const piece of pieces) {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece)?.[1];
    if (byte !== undefined) run.push(parseInt(byte, 16));
    else {
      flush();
      result.push(piece);
    }
  }
  flush();
  return result;
}

/** A decoder of a file. Without one, pieces are joined by spaces. @throws ValueError for a kind that is not known */
export function decoderOf(where: string, config: CutterConfig | null | undefined): Decoder {
  if (config === null || config === undefined) return (pieces) => [pieces.join(" ")];
  return named(where, "decoder", kinds, config.type)(where, config);
}
