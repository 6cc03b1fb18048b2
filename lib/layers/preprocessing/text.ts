// Text in pieces: standardizing, splitting, n-grams, as TensorFlow's string functions do it.

/** A to Z in small letters; other letters stay, as in TensorFlow. */
export const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Without ASCII punctuation. */
export const stripPunctuation = (text: string): string => text.replace(/[!-/:-@[-`{-~]/g, "");

/** Split at ASCII white space. */
export const splitWords = (text: string): string[] => text.split(/[ \t\n\v\f\r]+/).filter((word) => word !== "");

/** The code points. */
export const splitCharacters = (text: string): string[] => Array.from(text);

/** Neighbours joined by a space: all of the first width, then of the next. */
export const ngrams = (tokens: readonly string[], widths: readonly number[]): string[] =>
  widths.flatMap((width) =>
    width === 1 ? tokens : Array.from({ length: Math.max(0, tokens.length - width + 1) }, (_, i) => tokens.slice(i, i + width).join(" ")),
  );
