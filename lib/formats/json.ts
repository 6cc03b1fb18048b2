// JSON as Python reads and writes it, with infinities and NaN, and of bounded depth: what is nested deeper than any model is refused
// before anything recurses into it.

import { text as shown } from "../core/errors.js";
import { FormatError } from "./error.js";

/** How deep configs may be nested. Models of models of models stay far below. */
export const MAX_DEPTH = 400;

/** The value of a text. @throws FormatError for what is no JSON, or too deep */
export function parseJson(text: string, where: string): unknown {
  checkDepth(text, where);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (!/NaN|Infinity/.test(text)) throw new FormatError(where, { given: shown(text, 40), expected: "JSON", cause });
  }
  const mark = "\0NaN";
  const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token === "NaN" ? JSON.stringify(mark) : token.endsWith("Infinity") ? token.replace("Infinity", "1e999") : token,
  );
  try {
    return JSON.parse(strict, (_, value: unknown) => (value === mark ? NaN : value)) as unknown;
  } catch (cause) {
    throw new FormatError(where, { given: shown(text, 40), expected: "JSON", cause });
  }
}

function checkDepth(text: string, where: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_DEPTH)
        throw new FormatError(where, { given: `JSON that is more than ${MAX_DEPTH} levels deep`, expected: "a config" });
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
}

/**
 * What Keras takes as a Python float alone: of a whole number without a point it makes an integer, which it refuses or computes with.
 * Schedules compute in the dtype of their first rate: ExponentialDecay from 1 would decay by 0.96 as an integer, which is 0.
 */
const floats: ReadonlySet<string> = new Set([
  "learning_rate", "momentum", "beta", "threshold", "initial_learning_rate", "end_learning_rate", "warmup_target", "decay_rate", "alpha",
  "t_mul", "m_mul", "power", "values",
]); // prettier-ignore

/** JSON as Python's `json.dumps` lays it out. @throws FormatError for what is too deep or goes in a circle */
export function toJson(value: unknown, where = "JSON"): string {
  const parts: string[] = [];
  const write = (item: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) {
      throw new FormatError(where, { given: `a config that is more than ${MAX_DEPTH} levels deep, or holds itself`, expected: "a tree" });
    }
    if (typeof item === "number") parts.push(numberText(item));
    else if (typeof item === "string") parts.push(ascii(item));
    else if (Array.isArray(item)) {
      parts.push("[");
      item.forEach((each, i) => {
        if (i > 0) parts.push(", ");
        write(each, depth + 1);
      });
      parts.push("]");
    } else if (typeof item === "object" && item !== null) {
      parts.push("{");
      let isFirst = true;
      for (const [key, each] of Object.entries(item)) {
        if (each === undefined) continue;
        parts.push(isFirst ? "" : ", ", ascii(key), ": ");
        isFirst = false;
        const isFloat = floats.has(key);
        if (typeof each === "number" && isFloat) parts.push(floatText(each));
        else if (isFloat && Array.isArray(each) && each.every((item) => typeof item === "number"))
          parts.push(`[${each.map(floatText).join(", ")}]`);
        else write(each, depth + 1);
      }
      parts.push("}");
    } else parts.push(typeof item === "boolean" ? String(item) : "null");
  };
  write(value, 0);
  return parts.join("");
}

/** Python writes exponents with two digits at least. */
const numberText = (value: number): string =>
  Number.isFinite(value)
    ? String(value).replace(/e([+-])(\d)$/, "e$10$2")
    : Number.isNaN(value)
      ? "NaN"
      : value > 0
        ? "Infinity"
        : "-Infinity";

const floatText = (value: number): string => numberText(value).replace(/^-?\d+$/, "$&.0");

const ascii = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
