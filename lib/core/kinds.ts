// What kinds of values parameters take: the vocabulary of declarations. A value of another kind is refused before anything is computed.

import { keptDtype } from "./dtype.js";
import { Chainable } from "./tensor.js";

/** A kind of value. */
export interface Kind {
  accepts(value: unknown): boolean;
  /** What it is called in a message. */
  readonly expected: string;
  /** Whether plain objects are values of this kind, not options. */
  readonly isStructure?: boolean;
  /** Whether its numbers are lengths, which may be scalar tensors. */
  readonly isLength?: boolean;
  /** Whether tensors of any shape are values of this kind as they are. */
  readonly takesTensors?: boolean;
}

/** Lengths, axes and counts: what could be one of an axis in memory. */
const isInteger = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 32;
/** A length may also be a scalar tensor: part of `ops.shape(x)` where an axis is open. */
const isLength = (value: unknown): boolean => isInteger(value) || value instanceof Chainable;
const isArrayOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  (Array.isArray(value) && value.every(accepts)) ||
  (value instanceof Int32Array || value instanceof Uint8Array || value instanceof Uint32Array); // prettier-ignore
const isNumber = (value: unknown): boolean => typeof value === "number" || value instanceof Chainable;

const isTensorLike = (value: unknown): boolean => {
  if (value instanceof Chainable) return true;
  switch (typeof value) {
    case "number":
    case "boolean":
    case "bigint":
      return true;
    case "object":
      return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    default:
      return false;
  }
};

const kinds: Readonly<Record<string, Kind>> = {
  any: { accepts: () => true, expected: "a value", takesTensors: true },
  null: { accepts: (value) => value === null, expected: "null" },
  tree: { accepts: () => true, expected: "a tensor or a structure of tensors", isStructure: true, takesTensors: true },
  tensor: { accepts: isTensorLike, expected: "a tensor, a number, or nested arrays of numbers", takesTensors: true },
  tensors: {
    accepts: (value) => Array.isArray(value) && value.every(isTensorLike),
    expected: "an array of tensors",
  },
  bool: { accepts: (value) => typeof value === "boolean", expected: "true or false" },
  int: { accepts: isLength, expected: "a whole number", isLength: true },
  ints: {
    accepts: (value) => isLength(value) || isArrayOf(value, isLength),
    expected: "a whole number, or an array of them",
    isLength: true,
  },
  list: { accepts: (value) => isArrayOf(value, isLength), expected: "an array of whole numbers", isLength: true },
  pairs: {
    accepts: (value) => isArrayOf(value, (item) => isArrayOf(item, isLength)),
    expected: "an array of pairs of whole numbers",
    isLength: true,
  },
  number: { accepts: isNumber, expected: "a number" },
  numbers: { accepts: (value) => isNumber(value) || isArrayOf(value, isNumber), expected: "a number, or an array of them" },
  string: { accepts: (value) => typeof value === "string", expected: "a string" },
  dtype: {
    accepts: (value) => typeof value === "string" && keptDtype(value) !== undefined,
    expected: 'the name of a dtype such as "float32"',
  },
  shape: {
    accepts: (value) =>
      isArrayOf(value, (item) => item === null || typeof item === "number" || item instanceof Chainable) ||
      value instanceof Chainable ||
      isInteger(value),
    expected: "an array of lengths",
    isLength: true,
  },
  /** As `shape`, and no number in place of an array of one. */
  lengths: {
    accepts: (value) => kinds["shape"]!.accepts(value) && typeof value !== "number",
    expected: "an array of lengths",
    isLength: true,
  },
  array: { accepts: Array.isArray, expected: "an array" },
  function: { accepts: (value) => typeof value === "function", expected: "a function" },
};

/** The kind of a name; `int|string` takes what one of them does. */
export function kindOf(name: string): Kind {
  const parts = name.split("|").map((part) => kinds[part]!);
  if (parts.length === 1) return parts[0]!;
  return {
    accepts: (value) => parts.some(({ accepts }) => accepts(value)),
    expected: parts.map(({ expected }) => expected).join(", or "),
    ...(parts.some(({ isStructure }) => isStructure) && { isStructure: true }),
    ...(parts.some(({ isLength }) => isLength) && { isLength: true }),
    ...(parts.some(({ takesTensors }) => takesTensors) && { takesTensors: true }),
  };
}
