// What a tokenizer file does to a text before it is cut: one function for each kind of normalizer.

import { byteChars } from "./bytes.js";
import { named } from "./kinds.js";
import { patternOf, type PatternConfig } from "./pattern.js";

export interface NormalizerConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

export type Normalizer = (text: string) => string;

const spaces = "[\\p{White_Space}]+";
const isChinese = /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** Letter by letter: a sigma does not ask whether it ends a word. */
const small: Normalizer = (given) => Array.from(given, (char) => char.toLowerCase()).join("");

const withoutAccents: Normalizer = (given) => given.replace(/\p{Mn}/gu, "");

const kinds: Readonly<Record<string, (where: string, config: NormalizerConfig) => Normalizer>> = {
  Sequence: (where, { normalizers }) => {
    const steps = (normalizers as readonly NormalizerConfig[]).map((each) => normalizerOf(where, each));
    return (given) => steps.reduce((each, step) => step(each), given);
  },
  NFC: () => (given) => given.normalize("NFC"),
  NFD: () => (given) => given.normalize("NFD"),
  NFKC: () => (given) => given.normalize("NFKC"),
  NFKD: () => (given) => given.normalize("NFKD"),
  Lowercase: () => small,
  StripAccents: () => withoutAccents,
  Strip: (_, { strip_left: left = true, strip_right: right = true }) => {
    const ends = [...(left === true ? [`^${spaces}`] : []), ...(right === true ? [`${spaces}$`] : [])];
    return ends.length === 0 ? (given) => given : (given) => given.replace(new RegExp(ends.join("|"), "gu"), "");
  },
  Prepend:
    (_, { prepend }) =>
    (given) =>
      given === "" ? given : `${String(prepend)}${given}`,
  Replace: (where, { pattern, content }) => {
    const found = patternOf(where, pattern as PatternConfig);
    return (given) => given.replace(found, () => String(content));
  },
  ByteLevel: () => byteChars,
  BertNormalizer: (_, { clean_text: cleans, handle_chinese_chars: spreads, strip_accents: strips, lowercase: lowers }) => {
    return (given) => {
      let made = given;
      if (cleans !== false) made = made.replace(/[\0\ufffd]|(?![\t\n\r])\p{C}/gu, "").replace(/\p{White_Space}/gu, " ");
      if (spreads !== false) made = made.replace(isChinese, " $& ");
      if ((strips ?? lowers) !== false) made = withoutAccents(made.normalize("NFD"));
      return lowers !== false ? small(made) : made;
    };
  },
};

/** A normalizer of a file. @throws ValueError for a kind that is not known */
export function normalizerOf(where: string, config: NormalizerConfig | null | undefined): Normalizer {
  if (config === null || config === undefined) return (given) => given;
  return named(where, "normalizer", kinds, config.type)(where, config);
}
