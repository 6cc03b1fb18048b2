// Functions of elements on worker threads. A function goes there by its text, so it may use nothing but its arguments and what JavaScript
// itself has. Tensors arrive as stand-ins with shape, dtype and their elements; whoever asks more of them, or fails, is called here
// instead.

import { type Dtype, dtypes } from "../core/dtype.js";
import { adoptTensor, Tensor } from "../core/tensor.js";
import { Helpers } from "../runtime/helpers.js";
import { isBranch, mapTree } from "../core/tree.js";
import type { Later } from "./later.js";
import { spread, structured, type Element, type Leaf } from "./structure.js";

type Call = (element: Element) => Later<Element>;

/** What a worker runs. It is a text of its own: it shares nothing with this thread. */
const source = `
const isNode = typeof process !== "undefined" && typeof require === "function";
const answer = isNode ? require("node:worker_threads").parentPort : null;
const post = (message, transfer) => (answer ?? self).postMessage(message, transfer);
const functions = new Map();
const missing = new Set(["then", "toJSON"]);
function standIn({ elements, shape, dtype }) {
  const nest = (axis, at) => {
    if (axis === shape.length) return dtype === "bool" ? elements[at] !== 0 : elements[at];
    const size = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    return Array.from({ length: shape[axis] }, (_, i) => nest(axis + 1, at + i * size));
  };
  const known = {
    shape, dtype, rank: shape.length, size: elements.length, elements,
    data: () => elements.slice(),
    array: () => nest(0, 0),
    item: () => { if (elements.length !== 1) throw new Error("item"); return elements[0]; },
  };
  return new Proxy(known, {
    get(target, key) {
      if (typeof key === "symbol" || missing.has(key)) return undefined;
      if (key in target) return target[key];
      throw new Error("a tensor has no " + key + " here");
    },
  });
}
const opened = (value) => value && value.$tensor ? standIn(value.$tensor) : Array.isArray(value) ? value.map(opened)
  : value && Object.getPrototypeOf(value) === Object.prototype
    ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, opened(v)]))
    : value;
const closed = (value) => {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(closed);
  const { elements, shape, dtype } = value;
  if (elements && shape && dtype) return { $tensor: { elements, shape, dtype } };
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, closed(v)]));
};
async function run({ id, text, args }) {
  try {
    let fn = functions.get(text);
    if (!fn) functions.set(text, (fn = new Function('"use strict"; return (' + text + ');')()));
    post({ id, value: closed(await fn(...args.map(opened))) });
  } catch (error) {
    post({ id, failed: String(error) });
  }
}
if (answer) answer.on("message", run);
else self.onmessage = ({ data }) => run(data);
`;

/** Names that every thread has. */
const everywhere = new Set(
  (
    "undefined NaN Infinity Math JSON Object Array Number String Boolean BigInt Symbol Date RegExp Map Set WeakMap WeakSet Promise Error TypeError RangeError " +
    "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array " +
    "ArrayBuffer DataView TextDecoder TextEncoder parseInt parseFloat isNaN isFinite Intl encodeURIComponent decodeURIComponent"
  ).split(" "),
);
const words = new Set(
  (
    "if else for while do break continue return switch case default const let var function of in new typeof void delete instanceof throw try catch finally " +
    "async await true false null class extends static get set"
  ).split(" "),
);

/** The text of a function that can run anywhere; null for one that needs more than its arguments, as far as its text tells. */
export function portableText(fn: (...args: never[]) => unknown): string | null {
  const text = Function.prototype.toString.call(fn);
  if (!/^(async\s*)?(function\b|\(|[\w$]+\s*=>)/.test(text) || /\[native code\]/.test(text)) return null;
  if (/\b(this|super|import|yield|arguments|eval|with|new\.target)\b|#\w/.test(text)) return null;
  // Templates and regular expressions stay: what is in them counts as names, and then as names that are not known.
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ").replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, " ");
  const own = new Set<string>();
  const declare = (pattern: string): void => {
    for (const [name] of pattern.matchAll(/[A-Za-z_$][\w$]*/g)) own.add(name);
  };
  for (const [, pattern] of bare.matchAll(/\b(?:const|let|var)\s+([\w$]+|\{[^}=]*\}|\[[^\]=]*\])/g)) declare(pattern!);
  for (const [, pattern] of bare.matchAll(/(?:^|[^\w$.])(?:async\s+)?([\w$]+)\s*=>/g)) declare(pattern!);
  for (const [, pattern] of bare.matchAll(/\(([^()]*)\)\s*(?:=>|\{)/g)) if (!/[=]{2}|[<>;]|&&|\|\|/.test(pattern!)) declare(pattern!);
  for (const [, name] of bare.matchAll(/\bfunction\s*\*?\s*([\w$]+)/g)) own.add(name!);
  for (const { 0: name, index } of bare.matchAll(/[A-Za-z_$][\w$]*/g)) {
    const before = bare.slice(0, index).trimEnd();
    const after = bare.slice(index + name.length).trimStart();
    const isProperty = (before.endsWith(".") && !before.endsWith("...")) || (/[{,]$/.test(before) && after.startsWith(":"));
    const isNumber = /[\d.]$/.test(bare[index - 1] ?? "") && /^[eExXbBoOn]/.test(name);
    if (!isProperty && !isNumber && !own.has(name) && !words.has(name) && !everywhere.has(name)) return null;
  }
  return text;
}

const helpers = new Helpers({ source });

/** Tensors as messages carry them. */
const packed = (value: unknown): unknown =>
  value instanceof Tensor
    ? { $tensor: { elements: value.data(), shape: value.shape, dtype: value.dtype } }
    : isBranch(value)
      ? mapTree(value as Element, (leaf: Leaf) => packed(leaf) as never)
      : value;

interface Packed {
  readonly $tensor: { readonly elements: ArrayLike<number>; readonly shape: readonly number[]; readonly dtype: Dtype };
}

const unpacked = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if ("$tensor" in value) {
    const { elements, shape, dtype } = (value as Packed).$tensor;
    const array = new dtypes[dtype].array(elements.length);
    array.set(elements);
    return adoptTensor(array, shape, dtype);
  }
  if (Array.isArray(value)) return value.map(unpacked);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unpacked(each)]));
};

/**
 * A call of `fn` on worker threads, where its text says that it can run there, else null. What fails there is called here: with success the
 * function is none for there, and `leave` is told.
 */
export function onWorkers(fn: (...args: never[]) => unknown, here: Call, leave: () => void): Call | null {
  const text = helpers.areThere ? portableText(fn) : null;
  if (text === null) return null;
  return async (element) => {
    const answer = await helpers.ask({ text, args: spread(element).map(packed) });
    if (answer.failed === undefined) return structured(unpacked(answer.value), "dataset.map");
    const made = await here(element);
    leave();
    return made;
  };
}
