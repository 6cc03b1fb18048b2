// Regular expressions of tokenizer files (Oniguruma's syntax) as JavaScript's.

import { literally } from "../../config/names.js";
import { text, ValueError } from "../../core/errors.js";

/** A pattern of a file: literal text, or a regular expression. */
export interface PatternConfig {
  readonly Regex?: string;
  readonly String?: string;
}

/** Letters that stand for a small ASCII letter where case does not count, beside its capital. */
const foldedTo: Readonly<Record<string, string>> = { s: "ſ", k: "\u212a" };

/** What stands for classes of characters, alone and inside of brackets: by Unicode, as Oniguruma reads them. */
const classes: Readonly<Record<string, readonly [alone: string, inside: string | null]>> = {
  s: ["\\p{White_Space}", "\\p{White_Space}"],
  S: ["\\P{White_Space}", "\\P{White_Space}"],
  d: ["\\p{Nd}", "\\p{Nd}"],
  D: ["\\P{Nd}", "\\P{Nd}"],
  w: ["[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]", "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"],
  W: ["[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]", null],
  h: ["[0-9a-fA-F]", "0-9a-fA-F"],
  A: ["(?<![^])", null],
  z: ["(?![^])", null],
};

/** All matches of literal texts, the longest first. */
export const anyOf = (literals: readonly string[]): RegExp =>
  new RegExp([...literals].sort((a, b) => b.length - a.length).map(literally).join("|"), "gu"); // prettier-ignore

/** The matches of a pattern. @throws ValueError for what JavaScript has nothing for */
export function patternOf(where: string, pattern: PatternConfig | string): RegExp {
  if (typeof pattern === "string") return anyOf([pattern]);
  if (typeof pattern.String === "string") return anyOf([pattern.String]);
  if (typeof pattern.Regex !== "string") {
    throw new ValueError(where, { given: `the pattern ${text(pattern)}`, expected: "a record with Regex or String" });
  }
  const source = pattern.Regex;
  try {
    return new RegExp(new Translation(source).made(), "gmu");
  } catch (cause) {
    throw new ValueError(where, {
      given: `the pattern ${text(source)}`,
      expected: "one that JavaScript has, too",
      ...(cause instanceof Error ? { hint: cause.message } : {}),
      cause,
    });
  }
}

/** One pass over a pattern. What has to be seen whole (an atom that is not to be tried again) is put together at its end. */
class Translation {
  #at = 0;
  #names = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  made(): string {
    const isInsensitive = this.#source.startsWith("(?i)");
    if (isInsensitive) this.#at = 4;
    const result = this.#alternatives(isInsensitive);
    if (this.#at < this.#source.length) throw new SyntaxError("a parenthesis that was not opened");
    return result;
  }

  /** Up to the end of a group, or of the pattern. */
  #alternatives(folds: boolean): string {
    let result = "";
    while (this.#at < this.#source.length && this.#source[this.#at] !== ")") {
      const atom = this.#atom(folds);
      result += this.#quantified(atom);
    }
    return result;
  }

  #quantified(atom: string): string {
    const quantifier = /^(?:[*+?]|\{\d*,?\d*\})/.exec(this.#source.slice(this.#at))?.[0];
    if (quantifier === undefined || atom === "|") return atom;
    this.#at += quantifier.length;
    const counted = quantifier.startsWith("{,") ? `{0${quantifier.slice(1)}` : quantifier;
    const next = this.#source[this.#at];
    if (next === "?") {
      this.#at++;
      return `${atom}${counted}?`;
    }
    if (next !== "+") return atom + counted;
    this.#at++;
    // After braces a plus repeats; else it says that the match is not tried again with fewer.
    if (quantifier.startsWith("{")) return `(?:${atom}${counted})+`;
    return this.#whole(atom + counted);
  }

  #whole(inner: string): string {
    const name = `_${this.#names++}`;
    return `(?=(?<${name}>${inner}))\\k<${name}>`;
  }

  #atom(folds: boolean): string {
    const char = this.#next();
    if (char === "(") return this.#group(folds);
    if (char === "[") return this.#brackets(folds);
    if (char === "\\") return this.#escape(folds, false);
    if (char === ".") return "[^\\n]";
    return "]}{/".includes(char) ? `\\${char}` : folded(char, folds, false);
  }

  /** The next code point. */
  #next(): string {
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    this.#at += char.length;
    return char;
  }

  #group(folds: boolean): string {
    const opening = /^\?(?:i:|-i:|:|=|!|<=|<!|>|<\w+>)/.exec(this.#source.slice(this.#at))?.[0] ?? "";
    if (opening === "" && this.#source[this.#at] === "?") throw new SyntaxError("a group of a kind that JavaScript does not have");
    this.#at += opening.length;
    const inner = this.#alternatives(opening === "?i:" ? true : opening === "?-i:" ? false : folds);
    if (this.#source[this.#at++] !== ")") throw new SyntaxError("a parenthesis that is not closed");
    if (opening === "?>") return this.#whole(inner);
    return /^\?-?i:$/.test(opening) ? `(?:${inner})` : `(${opening}${inner})`;
  }

  #brackets(folds: boolean): string {
    let result = "[";
    if (this.#source[this.#at] === "^") {
      this.#at++;
      result += "^";
    }
    for (let first = true; ; first = false) {
      if (this.#at >= this.#source.length) throw new SyntaxError("a bracket that is not closed");
      const char = this.#next();
      if (char === "]" && !first) return `${result}]`;
      if (char === "[" || (char === "&" && this.#source[this.#at] === "&")) throw new SyntaxError("brackets inside of brackets");
      if (char === "\\") result += this.#escape(folds, true);
      else result += "](){}/|".includes(char) ? `\\${char}` : folded(char, folds, true);
    }
  }

  #escape(folds: boolean, isInside: boolean): string {
    const char = this.#next();
    const stands = classes[char];
    if (stands) {
      const [alone, inside] = stands;
      if (isInside && inside === null) throw new SyntaxError(`\\${char} inside of brackets`);
      return isInside ? inside! : alone;
    }
    if (char === "p" || char === "P") return this.#property(char);
    if (char === "x") {
      const code = /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/.exec(this.#source.slice(this.#at));
      if (!code) throw new SyntaxError("\\x without a number");
      this.#at += code[0].length;
      return `\\u{${code[1] ?? code[2]!}}`;
    }
    if (/[a-zA-Z0-9]/.test(char)) return `\\${char}`;
    return /[\^$\\.*+?()[\]{}|/]/.test(char) || (isInside && char === "-") ? `\\${char}` : folded(char, folds, isInside);
  }

  /** Categories and scripts: JavaScript names a script as one. */
  #property(kind: string): string {
    const name = /^(?:\{(\^?)([\w=]+)\}|([A-Z]))/.exec(this.#source.slice(this.#at));
    if (!name) throw new SyntaxError("a property without a name");
    this.#at += name[0].length;
    const property = name[2] ?? name[3]!;
    const known = [property, `Script=${property}`].find((each) => isProperty(each));
    if (known === undefined) throw new SyntaxError(`the property ${property}`);
    return `\\${name[1] === "^" ? (kind === "p" ? "P" : "p") : kind}{${known}}`;
  }
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** A letter, or the letters it may be where case does not count. */
function folded(char: string, folds: boolean, isInside: boolean): string {
  if (!folds || !/\p{L}/u.test(char)) return char;
  const forms = new Set([char, char.toLowerCase(), char.toUpperCase(), foldedTo[char.toLowerCase()] ?? char]);
  const all = [...forms].filter((form) => Array.from(form).length === 1);
  return isInside ? all.join("") : `[${all.join("")}]`;
}

/** A part of a text between matches, or a match. */
export interface Part {
  readonly text: string;
  readonly isMatch: boolean;
}

/** A text in its matches and what is between them, in order; empty parts are left out. */
export function partsOf(given: string, pattern: RegExp): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of given.matchAll(pattern)) {
    if (match[0] === "") continue;
    if (match.index > end) parts.push({ text: given.slice(end, match.index), isMatch: false });
    parts.push({ text: match[0], isMatch: true });
    end = match.index + match[0].length;
  }
  if (end < given.length) parts.push({ text: given.slice(end), isMatch: false });
  return parts;
}
