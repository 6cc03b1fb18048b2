// Arrays as NumPy prints them (numpy.array2string with its defaults: precision 8, threshold 1000, edge items 3, line width 75).

import type { Dtype, TypedArray } from "./dtype.js";

const THRESHOLD = 1000;
const EDGE = 3;
const LINE_WIDTH = 75;

/** What `String(tensor)` gives, with the elements laid out by `printArray`. */
export function printTensor(elements: string, shape: readonly number[], dtype: Dtype): string {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  return `tf.Tensor(${elements.includes("\n") ? "\n" : ""}${elements}, shape=${tuple}, dtype=${dtype})`;
}

/** The elements laid out in brackets, columns aligned, long axes summarized. */
export function printArray(flat: TypedArray, shape: readonly number[], dtype: Dtype): string {
  const summarize = flat.length > THRESHOLD;
  const shown = shownElements(flat, shape, summarize);
  const format = formatter(shown, dtype);
  if (shape.length === 0) return dtype === "float32" ? printScalar(flat[0]!) : format(flat[0]!).trim();
  if (flat.length === 0) return "[]";
  const layout = (axis: number, offset: number, step: number, indent: number, closing: number): string => {
    const length = shape[axis]!;
    const inner = step / length;
    const indices = visible(length, summarize);
    if (axis < shape.length - 1) {
      const separator = "\n".repeat(shape.length - 1 - axis) + " ".repeat(indent + 1);
      const parts = indices.map((i) =>
        i < 0 ? "..." : layout(axis + 1, offset + i * inner, inner, indent + 1, i === length - 1 ? closing + 1 : 1),
      );
      return `[${parts.join(separator)}]`;
    }
    return wrapRow(
      indices.map((i) => (i < 0 ? "..." : format(flat[offset + i]!))),
      indent,
      closing,
    );
  };
  return layout(0, 0, flat.length, 0, 1);
}

/** One innermost row, broken where it would pass the line width. */
function wrapRow(words: readonly string[], indent: number, closing: number): string {
  const prefix = " ".repeat(indent + 1);
  let line = "";
  let text = "";
  words.forEach((word, i) => {
    const room = LINE_WIDTH - (i === words.length - 1 ? closing : 0);
    const next = line === "" ? word : `${line} ${word}`;
    if (line !== "" && prefix.length + next.length > room) {
      text += `${line}\n${prefix}`;
      line = word;
    } else line = next;
  });
  return `[${text}${line}]`;
}

/** Indices of an axis that are printed; −1 stands for "...". */
function visible(length: number, summarize: boolean): number[] {
  if (!summarize || length <= 2 * EDGE) return Array.from({ length }, (_, i) => i);
  return [0, 1, 2, -1, length - 3, length - 2, length - 1];
}

function shownElements(flat: TypedArray, shape: readonly number[], summarize: boolean): number[] {
  const shown: number[] = [];
  const walk = (axis: number, offset: number, step: number): void => {
    if (axis === shape.length) return void shown.push(flat[offset]!);
    const inner = step / shape[axis]!;
    for (const i of visible(shape[axis]!, summarize)) if (i >= 0) walk(axis + 1, offset + i * inner, inner);
  };
  if (flat.length > 0) walk(0, 0, flat.length);
  return shown;
}

type Format = (value: number) => string;

function formatter(shown: readonly number[], dtype: Dtype): Format {
  if (dtype === "bool") {
    const width = shown.some((value) => value === 0) && shown.length > 0 ? 5 : 4;
    return (value) => (value ? "True" : "False").padStart(shown.length === 1 ? 0 : width);
  }
  if (dtype !== "float32") {
    const width = Math.max(0, ...shown.map((value) => String(value).length));
    return (value) => String(value).padStart(width);
  }
  return floatFormatter(shown);
}

/** Shortest decimal digits that give the same float32, and the exponent of the first: value = 0.d₁d₂… × 10^exponent. */
function shortest(value: number): { digits: string; exponent: number } {
  for (let precision = 1; precision <= 9; precision++) {
    const text = Math.abs(value).toExponential(precision - 1);
    if (precision === 9 || Math.fround(Number(text)) === Math.abs(value)) {
      const [mantissa, exponent] = text.split("e");
      return { digits: mantissa!.replace(".", "").replace(/0+$/, "") || "0", exponent: Number(exponent) + 1 };
    }
  }
  throw new Error("unreachable");
}

const special = (value: number): string => (Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");

function floatFormatter(shown: readonly number[]): Format {
  const finite = shown.filter(Number.isFinite);
  const sizes = finite.filter((value) => value !== 0).map(Math.abs);
  const largest = Math.max(0, ...sizes);
  const smallest = Math.min(Infinity, ...sizes);
  const specials = shown.filter((value) => !Number.isFinite(value)).map((value) => special(value).length);
  const scientific = sizes.length > 0 && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000);
  const parts = finite.map((value) => (scientific ? scientificParts(value) : plainParts(value)));
  const fraction = Math.max(0, ...parts.map((part) => part.fraction.length));
  const whole = Math.max(0, ...parts.map((part) => part.whole.length));
  const exponentDigits = Math.max(2, ...parts.map((part) => part.exponent.length));
  const tail = scientific ? 2 + exponentDigits : 0;
  const left = Math.max(whole, ...specials.map((length) => length - fraction - 1 - tail));
  return (value) => {
    if (!Number.isFinite(value)) return special(value).padStart(left + 1 + fraction + tail);
    const part = scientific ? scientificParts(value) : plainParts(value);
    if (!scientific) return `${part.whole.padStart(left)}.${part.fraction.padEnd(fraction)}`;
    return `${part.whole.padStart(left)}.${part.fraction.padEnd(fraction, "0")}e${part.sign}${part.exponent.padStart(exponentDigits, "0")}`;
  };
}

interface Parts {
  whole: string;
  fraction: string;
  sign: string;
  exponent: string;
}

/** One float32 as NumPy's str gives it: shortest digits, a zero behind the point where there is nothing else. */
function printScalar(value: number): string {
  if (!Number.isFinite(value)) return special(value);
  const { digits, exponent } = value === 0 ? { digits: "0", exponent: 1 } : shortest(value);
  if (exponent > -4 && exponent <= 16) {
    const { whole, fraction } = plainText(digits, exponent);
    return `${minus(value)}${whole}.${fraction || "0"}`;
  }
  const { whole, fraction, sign, exponent: power } = scientificParts(value);
  return `${whole}${fraction ? "." : ""}${fraction}e${sign}${power.padStart(2, "0")}`;
}

/** 0.d₁d₂… × 10^exponent with a point and no exponent. */
function plainText(digits: string, exponent: number): { whole: string; fraction: string } {
  if (exponent <= 0) return { whole: "0", fraction: "0".repeat(-exponent) + digits };
  if (digits.length <= exponent) return { whole: digits.padEnd(exponent, "0"), fraction: "" };
  return { whole: digits.slice(0, exponent), fraction: digits.slice(exponent) };
}

const minus = (value: number): string => (value < 0 || Object.is(value, -0) ? "-" : "");

/** At most 8 digits behind the point, as NumPy's default precision has it. */
function plainParts(value: number): Parts {
  const { digits, exponent } = value === 0 ? { digits: "0", exponent: 1 } : shortest(value);
  let { whole, fraction } = plainText(digits, exponent);
  if (fraction.length > 8) [whole, fraction] = Math.abs(value).toFixed(8).replace(/0+$/, "").split(".") as [string, string];
  return { whole: minus(value) + whole, fraction, sign: "", exponent: "" };
}

function scientificParts(value: number): Parts {
  const { digits, exponent } = value === 0 ? { digits: "0", exponent: 1 } : shortest(value);
  const power = exponent - 1;
  return { whole: minus(value) + digits[0]!, fraction: digits.slice(1), sign: power < 0 ? "-" : "+", exponent: String(Math.abs(power)) };
}
