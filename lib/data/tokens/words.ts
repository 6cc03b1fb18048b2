// How a tokenizer file cuts a text into the words within which pieces are merged: one function for each kind of pre-tokenizer.

import { byteChars } from "./bytes.js";
import { named } from "./kinds.js";
import { partsOf, patternOf, type Part, type PatternConfig } from "./pattern.js";

export interface CutterConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A text in words. `isFirst`: nothing came before it. */
export type Cutter = (text: string, isFirst: boolean) => readonly string[];

/** How GPT-2 cuts text into words (Radford et al., 2019). */
const gpt2Words = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const punctuation = /[!-/:-@[-`{-~\p{P}]/gu;
const space = /\p{White_Space}/gu;

type Joined = (parts: readonly Part[]) => string[];

/** What becomes of matches, and of what is between them. */
const behaviors: Readonly<Record<string, Joined>> = {
  Removed: (parts) => parts.filter(({ isMatch }) => !isMatch).map((part) => part.text),
  Isolated: (parts) => parts.map((part) => part.text),
  Contiguous: (parts) => joined(parts, (part, last) => part.isMatch === last.isMatch),
  MergedWithPrevious: (parts) => joined(parts, (part, last) => part.isMatch && !last.isMatch),
  MergedWithNext: (parts) => joined(parts, (part, last) => !part.isMatch && last.isMatch),
};

/** Parts put to the one before them where they belong to it. */
function joined(parts: readonly Part[], belongs: (part: Part, last: Part) => boolean): string[] {
  const result: string[] = [];
  parts.forEach((part, i) => {
    if (i > 0 && belongs(part, parts[i - 1]!)) result.push(result.pop()! + part.text);
    else result.push(part.text);
  });
  return result;
}

const cut = (pattern: RegExp, join: Joined): Cutter => (given) => join(partsOf(given, pattern)); // prettier-ignore

/** Spaces as a character of its own, and where one is put before the text. */
export interface Metaspace {
  readonly replacement: string;
  readonly prepends: "always" | "first" | "never";
}

export function metaspaceOf({ replacement = "▁", prepend_scheme: scheme, add_prefix_space: adds }: CutterConfig): Metaspace {
  const prepends = (scheme ?? (adds === false ? "never" : "always")) as Metaspace["prepends"];
  return { replacement: String(replacement), prepends };
}

const kinds: Readonly<Record<string, (where: string, config: CutterConfig) => Cutter>> = {
  Sequence: (where, { pretokenizers }) => {
    const steps = (pretokenizers as readonly CutterConfig[]).map((each) => cutterOf(where, each));
    return (given, isFirst) =>
      steps.reduce<readonly string[]>((words, step) => words.flatMap((word, i) => step(word, isFirst && i === 0)), [given]);
  },
  ByteLevel: (where, { add_prefix_space: adds, use_regex: cuts }) => {
    const pattern = patternOf(where, { Regex: gpt2Words });
    return (given) => {
      const spaced = adds !== false && !given.startsWith(" ") ? ` ${given}` : given;
      const words = cuts === false ? [spaced] : behaviors["Isolated"]!(partsOf(spaced, pattern));
      return words.map(byteChars);
    };
  },
  Metaspace: (_, config) => {
    const { replacement, prepends } = metaspaceOf(config);
    const pattern = patternOf("", replacement);
    return (given, isFirst) => {
      const spaced = given.replaceAll(" ", replacement);
      const leads = (prepends === "always" || (prepends === "first" && isFirst)) && !spaced.startsWith(replacement);
      const whole = leads ? replacement + spaced : spaced;
      return config["split"] === false ? [whole] : behaviors["MergedWithNext"]!(partsOf(whole, pattern));
    };
  },
  Split: (where, { pattern, behavior = "Isolated", invert }) => {
    const found = patternOf(where, pattern as PatternConfig);
    const join = named(where, "behavior", behaviors, behavior);
    return (given) => join(partsOf(given, found).map((part) => (invert === true ? { ...part, isMatch: !part.isMatch } : part)));
  },
  Whitespace: (where) => {
    const pattern = patternOf(where, { Regex: "\\w+|[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\s]+" });
    return (given) => partsOf(given, pattern).filter(({ isMatch }) => isMatch).map((part) => part.text); // prettier-ignore
  },
  WhitespaceSplit: () => cut(space, behaviors["Removed"]!),
  Punctuation: (where, { behavior = "Isolated" }) => cut(punctuation, named(where, "behavior", behaviors, behavior)),
  Digits: (_, { individual_digits: single }) => cut(/\p{N}/gu, behaviors[single === true ? "Isolated" : "Contiguous"]!),
  CharDelimiterSplit: (where, { delimiter }) => cut(patternOf(where, String(delimiter)), behaviors["Removed"]!),
  BertPreTokenizer: () => (given) =>
    behaviors["Removed"]!(partsOf(given, space)).flatMap((word) => behaviors["Isolated"]!(partsOf(word, punctuation))),
};

/** A pre-tokenizer of a file. @throws ValueError for a kind that is not known */
export function cutterOf(where: string, config: CutterConfig | null | undefined): Cutter {
  if (config === null || config === undefined) return (given) => [given];
  return named(where, "pre-tokenizer", kinds, config.type)(where, config);
}
