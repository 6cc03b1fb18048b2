// Conversion at run time: a function is made anew from its text.
//
//  (1) The converter (tools/autograph) has a parser, and is no part of the core: Node loads it at first use, a page imports
//      kerasm/autograph.
//  (2) A function made from text has no closure: what it uses beside its parameters, globals and `tf` is refused, unless a scope gives it.

import { $ag } from "./index.js";
import { checkFunction } from "../core/options.js";
import { asTensor } from "../core/convert.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import type { Dtype } from "../core/dtype.js";
import { Chainable } from "../core/tensor.js";
import { leaves, mapTree, type Tree } from "../core/tree.js";
import { setConversion, type ConversionOptions } from "../graph/conversion.js";
import { platform } from "#platform";
import { weakDtype } from "./reconcile.js";
import { checkLoopOptions } from "./loops.js";
import type { LoopOptions } from "./state.js";

// eslint-disable-next-line -- any function
type AnyFunction = (...args: never[]) => unknown;

interface ConvertedSource {
  readonly code: string;
  readonly free: readonly string[];
}

type Converter = (source: string, options: { operators?: boolean }) => ConvertedSource;

let converter: Converter | null = null;
let root: unknown;

/** To be called by kerasm/autograph. */
export const setConverter = (convert: Converter): void => void (converter = convert);

/** To be called by the public face: what `tf` stands for in converted functions. */
export const setRoot = (tf: unknown): void => void (root = tf);

const exempt = new WeakSet<object>();
const made = new WeakSet<object>();

function convert(where: string, source: string, options: { operators?: boolean }): ConvertedSource {
  converter ??= (platform.loadConverter?.() as { convertSource: Converter } | undefined)?.convertSource ?? null;
  if (converter) return converter(source, options);
  throw new StateError(where, { given: "no converter", expected: 'import "kerasm/autograph" before' });
}

const optionNames = ["scope", "operators"];

function checkOptions(where: string, options: object): void {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) throw new ArgumentError(where, { given: `the option ${unknown}`, expected: optionNames.join(", ") });
}

function sourceOf(where: string, fn: AnyFunction): string {
  checkFunction(where, fn);
  const source = Function.prototype.toString.call(original(fn));
  if (!/\{\s*\[native code\]\s*\}\s*$/.test(source)) return source;
  throw new ArgumentError("autograph", {
    given: `"${source.replace(/\s+/g, " ")}", whose source can't be read`,
    expected: "a function written in JavaScript",
    hint: "Bound functions and those of the engine have no text: pass the function itself.",
  });
}

/** A traced function stands for the one that it traces. */
const original = (fn: AnyFunction): AnyFunction => (fn as unknown as { pythonFunction?: AnyFunction }).pythonFunction ?? fn;

/**
 * The function with its `if`, `while`, `for … of`, `break`, `continue`, `return`, `&&`, `!`, `?:` and operators taking tensors: at once
 * where they have values, recorded in a traced function where they have none yet. Numbers that it gives back become tensors. TensorFlow:
 * tf.autograph.to_graph.
 *
 * ```ts
 * const half = tf.autograph.toGraph((n: any) => { while (n > 10) n = n / 2; return n; });
 * half(tf.constant(100)); // 6.25
 * ```
 *
 * @param options.scope  what it uses of the code around it: `{ names }`, or `(code) => eval(code)`. Default: nothing but globals and tf
 * @param options.operators  whether operators and indices are converted, beside control flow. Default: true
 * @throws ArgumentError for what has no text, or uses what it can't see
 */
export function toGraph<F extends AnyFunction>(fn: F, options: ConversionOptions = {}): F {
  checkOptions("tf.autograph.toGraph", options);
  if (typeof fn === "function" && (exempt.has(fn) || made.has(fn))) return fn;
  const { scope, operators = true } = options;
  const { code, free } = convert("tf.autograph.toGraph", sourceOf("tf.autograph.toGraph", fn), { operators });
  const name = fn.name || "function";
  const inner = build(name, code, free, scope);
  const graphed = function (this: unknown, ...args: never[]): unknown {
    return asTensors(inner.apply(this, args), args);
  };
  Object.defineProperty(graphed, "name", { value: name });
  Object.defineProperty(graphed, "length", { value: fn.length });
  made.add(graphed);
  return graphed as unknown as F;
}

setConversion(toGraph);

/** Numbers of a result as tensors: float32 where one of the arguments is, as in a traced function, whose branches give them their dtype. */
function asTensors(result: unknown, args: readonly unknown[]): unknown {
  const isFloat = () => leaves(args as Tree<unknown>).some((leaf) => leaf instanceof Chainable && leaf.value().dtype === "float32");
  const dtypeOf = (value: number | boolean): Dtype => {
    const own = weakDtype([value]);
    return own === "int32" && isFloat() ? "float32" : own;
  };
  return mapTree(result as Tree<unknown>, (leaf) =>
    typeof leaf === "number" || typeof leaf === "boolean" ? asTensor(leaf, dtypeOf(leaf)) : leaf,
  );
}

function build(name: string, code: string, free: readonly string[], scope: ConversionOptions["scope"]): AnyFunction {
  const tail = `\n//# sourceURL=kerasm-autograph/${name.replace(/[^\w$]/g, "_")}.js`;
  try {
    if (typeof scope === "function") return (scope(`($ag) => (${code})${tail}`) as (ag: typeof $ag) => AnyFunction)($ag);
    const names = { tf: root, ...scope };
    const hidden = free.filter((each) => !Object.hasOwn(names, each) && !(each in globalThis));
    if (hidden.length > 0) throw hiddenNames(name, hidden);
    const factory = new Function("$ag", ...Object.keys(names), `"use strict"; return (${code});${tail}`);
    return factory($ag, ...Object.values(names)) as AnyFunction;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new StateError("autograph", {
      given: "a page whose Content-Security-Policy forbids unsafe-eval",
      expected: "functions that a build step has transformed",
      hint: "Use the plugin kerasm/autograph/vite, /rollup, /rolldown, /webpack or /esbuild.",
      cause: error,
    });
  }
}

function hiddenNames(name: string, hidden: readonly string[]): ArgumentError {
  return new ArgumentError("autograph", {
    given: `${name} that uses ${hidden.join(", ")} of the code around it`,
    expected: "a function that uses its parameters, globals and tf",
    hint: `A function made anew from its text has no closure: pass { scope: (code) => eval(code) } or { scope: { ${hidden.join(", ")} } }, or use the build-time plugin kerasm/autograph/vite.`,
  });
}

/**
 * The text of what `toGraph` makes of a function. TensorFlow: tf.autograph.to_code.
 *
 * ```ts
 * tf.autograph.toCode((n: number) => (n > 0 ? n : -n)).includes("=>"); // true
 * ```
 */
export function toCode(fn: AnyFunction, options: Omit<ConversionOptions, "scope"> = {}): string {
  checkOptions("tf.autograph.toCode", options);
  const { operators = true } = options;
  const { code } = convert("tf.autograph.toCode", sourceOf("tf.autograph.toCode", fn), { operators });
  return `${HEADER}${code}\n`;
}

const HEADER = `// $ag decides at run time: with values JavaScript goes on, without them both ways are recorded.
//   at: line and column in the source; names: the variables that a branch or loop may change, read by get, written by set
`;

/**
 * Leaves a function as it is, for toGraph, tf.function and the plugins. TensorFlow: tf.autograph.experimental.do_not_convert.
 *
 * ```ts
 * const plain = tf.autograph.doNotConvert((n: tf.Tensor) => n.mul(2));
 * plain(tf.constant(3)); // 6
 * ```
 */
export function doNotConvert<F extends AnyFunction>(func: F): F {
  exempt.add(func);
  return func;
}

/**
 * As the first statement of a loop's body: how the loop runs. TensorFlow: tf.autograph.experimental.set_loop_options.
 *
 * ```ts
 * const doubled = tf.autograph.toGraph((n: any) => {
 *   while (n < 100) { tf.autograph.setLoopOptions({ maximumIterations: 3 }); n = n * 2; }
 *   return n;
 * });
 * doubled(tf.constant(1)); // 8
 * ```
 *
 * @param options.maximumIterations  ends the loop after so many. Default: none
 * @param options.unroll  a loop over so many elements, or fewer, is written out when traced. Default: 0
 */
export function setLoopOptions(options: LoopOptions): void {
  checkLoopOptions(options);
}
