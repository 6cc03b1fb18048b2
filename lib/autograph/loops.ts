// Loops: JavaScript's own as long as their conditions have values, a recorded loop from there on where one has none yet.

import { asTensor } from "../core/convert.js";
import { ArgumentError, StateError } from "../core/errors.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { add, multiply } from "../ops/elementwise/arithmetic.js";
import { greater, less } from "../ops/elementwise/comparison.js";
import { logicalAnd, logicalOr } from "../ops/elementwise/logical.js";
import { getItem } from "../ops/indexing/get-item.js";
import { take } from "../ops/indexing/take.js";
import { boundsOf } from "../ops/shaping/open-range.js";
import { axisLength } from "../ops/shaping/axis-length.js";
import { ifElse } from "./branches.js";
import { stagedLoop } from "./staged-loop.js";
import { lineOf, type LoopOptions, type Meta } from "./state.js";
import { both, truth } from "./truth.js";

type Test = () => unknown;
type Body = () => void;

const known = ["maximumIterations", "unroll"];

/** @throws ArgumentError for options that are none */
export function checkLoopOptions(options: LoopOptions): LoopOptions {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) throw new ArgumentError("setLoopOptions", { given: `the option ${name}`, expected: known.join(", ") });
    if (!Number.isInteger(value) || (value as number) < 0)
      throw new ArgumentError(`setLoopOptions.${name}`, { given: String(value), expected: "a whole number of at least 0" });
  }
  return options;
}

const limitOf = ({ options }: Meta): number => (options ? (checkLoopOptions(options).maximumIterations ?? Infinity) : Infinity);

/** What a loop asks before each iteration, and does after. */
interface Loop {
  readonly test: Test;
  readonly body: Body;
  /** After each iteration that did not break. */
  readonly update?: Body;
  readonly meta: Meta;
  readonly word: string;
}

function run({ test, body, update, meta, word }: Loop, done = 0): void {
  const what = () => `${word} (…) at line ${lineOf(meta.at)}`;
  const goes = () => (meta.go ? truth(meta.go(), what) : true);
  const holds = () => both(goes(), () => truth(test(), what));
  const iterate = () => {
    body();
    if (!update) return;
    const go = goes();
    if (typeof go !== "boolean") ifElse(go, update, null, { ...meta, kind: "rest" });
    else if (go) update();
  };
  const limit = limitOf(meta);
  for (let n = done; n < limit; n++) {
    const now = holds();
    if (typeof now !== "boolean") return stagedLoop({ holds: now, iterate, next: holds, limit: limit - n, meta, word });
    if (!now) return;
    iterate();
  }
}

export const whileLoop = (test: Test, body: Body, meta: Meta): void => run({ test, body, meta, word: "while" });

export const forLoop = (test: Test, update: Body, body: Body, meta: Meta): void => run({ test, body, update, meta, word: "for" });

export function doLoop(body: Body, test: Test, meta: Meta): void {
  if (limitOf(meta) === 0) return;
  body();
  run({ test, body, meta, word: "while" }, 1);
}

type Each = (element: never) => void;

/** `for (const element of items) …`: over tensors along their first axis, ranges between tensors, and whatever JavaScript iterates. */
export function forOf(items: unknown, body: Each, meta: Meta): void {
  const each = body as (element: unknown) => void;
  if (!(items instanceof Chainable)) return overIterable(items as Iterable<unknown>, each, meta);
  const tensor = items.value();
  if (tensor.rank === 0) {
    throw new ArgumentError("autograph", {
      given: `for … of at line ${lineOf(meta.at)} over a scalar`,
      expected: "a tensor with a first axis",
      hint: "Use tf.range for a loop that counts.",
    });
  }
  const length = tensor.shape[0]!;
  const unroll = checkLoopOptions(meta.options ?? {}).unroll ?? 0;
  if (!tensor.isSymbolic || (length !== null && length <= unroll)) return overIterable(rowsOf(tensor, length!), each, meta);
  const range = boundsOf(tensor);
  if (range) return overRange(range.start, range.limit, range.delta, each, meta);
  overRows(tensor, length, each, meta);
}

function* rowsOf(tensor: Tensor, length: number): Generator<Tensor, void> {
  for (let i = 0; i < length; i++) yield getItem(tensor, i);
}

function overIterable(items: Iterable<unknown>, body: (element: unknown) => void, meta: Meta): void {
  const limit = limitOf(meta);
  let n = 0;
  for (const element of items) {
    if (n++ >= limit) return;
    const go = meta.go ? truth(meta.go(), () => `for … of at line ${lineOf(meta.at)}`) : true;
    if (go === false) return;
    // Whether a break came is known when the program runs: what is left is guarded.
    if (go === true) body(element);
    else ifElse(go, () => body(element), null, { ...meta, kind: "rest" });
  }
}

const going = (meta: Meta): boolean | Tensor => (meta.go ? truth(meta.go(), () => `for … of at line ${lineOf(meta.at)}`) : true);

function overRows(tensor: Tensor, length: number | null, body: (element: unknown) => void, meta: Meta): void {
  if (length === 0) return;
  const count = length ?? axisLength(tensor, 0);
  const limit = limitOf(meta);
  stagedLoop({
    holds: length === null ? less(asTensor(0, "int32"), count) : true,
    counters: [asTensor(0, "int32")],
    iterate: ([i]) => body(take(tensor, i!, 0)),
    advance: ([i]) => [add(i!, 1)],
    next: ([i]) => both(less(i!, count), () => going(meta)),
    limit,
    length: meta.go || limit < (length ?? Infinity) ? null : length,
    meta,
    word: "for",
  });
}

function overRange(start: Tensor, end: Tensor, delta: Tensor, body: (element: unknown) => void, meta: Meta): void {
  const isBelow = (value: Tensor): Tensor => {
    if (!delta.isSymbolic) {
      const step = delta.item();
      if (step === 0) throw new StateError("range", { given: "a step of 0", expected: "a step that is not 0" });
      return step > 0 ? less(value, end) : greater(value, end);
    }
    return logicalOr(logicalAnd(greater(delta, 0), less(value, end)), logicalAnd(less(delta, 0), greater(value, end)));
  };
  // Element k is start + k · delta, as in the range itself: no rounding adds up.
  const at = (k: Tensor): Tensor =>
    start.dtype === "int32" ? add(start, multiply(k, delta)) : add(start, multiply(k.cast("float32"), delta));
  stagedLoop({
    holds: isBelow(start),
    counters: [asTensor(0, "int32")],
    iterate: ([k]) => body(at(k!)),
    advance: ([k]) => [add(k!, 1)],
    next: ([k]) => both(isBelow(at(k!)), () => going(meta)),
    limit: limitOf(meta),
    meta,
    word: "for",
  });
}
