// Chained operations: `x.mul(y).add(1)`. Each is the public function with the receiver as its first argument, in the same call forms.

import type { Declared } from "../core/operation.js";
import type { AnyFunction, MethodForms } from "../core/signature.js";
import type { TensorLike } from "../core/convert.js";
import { ShapeError, StateError, text, ValueError } from "../core/errors.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { add, divide, floorDivide, maximum, minimum, mod, multiply, subtract } from "./elementwise/arithmetic.js";
import { cast } from "./elementwise/cast.js";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./elementwise/comparison.js";
import { exp, log } from "./elementwise/exponential.js";
import { logicalAnd, logicalNot, logicalOr } from "./elementwise/logical.js";
import { abs, negative, power, sqrt, square } from "./elementwise/powers.js";
import { getItem, type Key, type Slice, sliceFrom } from "./indexing/get-item.js";
import { matmul } from "./linalg/matmul.js";
import { argmax, argmin } from "./reduce/arg.js";
import { max, min } from "./reduce/extrema.js";
import { mean, sum } from "./reduce/sum.js";
import { expandDims, reshape, squeeze } from "./shaping/reshape.js";
import { transpose } from "./shaping/transpose.js";

/** A declared function as a method. */
type Method<D> = D extends Declared<infer S, infer F> ? (...args: MethodForms<S, F>) => ReturnType<F> : never;

// Written out one by one: the types of properties are looked up when they are used, those of a mapped type at once, in a circle.
declare module "../core/tensor.js" {
  interface Chainable {
    readonly abs: Method<typeof abs>;
    readonly add: Method<typeof add>;
    readonly argMax: Method<typeof argmax>;
    readonly argMin: Method<typeof argmin>;
    /**
     * A part, as x[…] in NumPy: `x.at(0)`, `x.at(-1)`, `x.at("1:", "::-1")`, `x.at("...", 0)`, `x.at(null)` with a new axis,
     * `x.at(x.greater(0))` with what a mask lets through, `x.at([0, 2], [1, 1])` with elements that are named.
     *
     * @throws ShapeError for too many parts, an index outside, or a mask that does not fit
     */
    at(...key: readonly (Key | string)[]): Tensor;
    readonly cast: Method<typeof cast>;
    readonly div: Method<typeof divide>;
    readonly equal: Method<typeof equal>;
    readonly exp: Method<typeof exp>;
    readonly expandDims: Method<typeof expandDims>;
    readonly floorDiv: Method<typeof floorDivide>;
    readonly greater: Method<typeof greater>;
    readonly greaterEqual: Method<typeof greaterEqual>;
    readonly less: Method<typeof less>;
    readonly lessEqual: Method<typeof lessEqual>;
    readonly log: Method<typeof log>;
    readonly logicalAnd: Method<typeof logicalAnd>;
    readonly logicalNot: Method<typeof logicalNot>;
    readonly logicalOr: Method<typeof logicalOr>;
    readonly matmul: Method<typeof matmul>;
    readonly max: Method<typeof max>;
    readonly maximum: Method<typeof maximum>;
    readonly mean: Method<typeof mean>;
    readonly min: Method<typeof min>;
    readonly minimum: Method<typeof minimum>;
    readonly mod: Method<typeof mod>;
    readonly mul: Method<typeof multiply>;
    readonly neg: Method<typeof negative>;
    readonly notEqual: Method<typeof notEqual>;
    readonly pow: Method<typeof power>;
    /** other / x. */
    rdiv(other: TensorLike): Tensor;
    /** other − x. */
    rsub(other: TensorLike): Tensor;
    readonly reshape: Method<typeof reshape>;
    /**
     * x[start:stop:step] along the first axis; with lists, along as many axes: `x.slice([0, 1], [2, -1])` is x[0:2, 1:−1]. `stop` is where
     * it ends, as in NumPy and in arrays of JavaScript: `tf.slice` takes sizes.
     *
     * @param start, stop, step  whole numbers, negative ones from the end; null: the beginning, the end, 1
     */
    slice(start?: Cut, stop?: Cut, step?: Cut): Tensor;
    readonly sqrt: Method<typeof sqrt>;
    readonly square: Method<typeof square>;
    readonly squeeze: Method<typeof squeeze>;
    readonly sub: Method<typeof subtract>;
    readonly sum: Method<typeof sum>;
    readonly transpose: Method<typeof transpose>;
    /** The slices along the first axis, of a tensor with values. */
    [Symbol.iterator](): IterableIterator<Tensor>;
  }
}

const methods: Readonly<Record<string, AnyFunction>> = {
  abs, add, argMax: argmax, argMin: argmin, cast, div: divide, equal, exp, expandDims, floorDiv: floorDivide, greater, greaterEqual, less,
  lessEqual, log, logicalAnd, logicalNot, logicalOr, matmul, max, maximum, mean, min, minimum, mod, mul: multiply, neg: negative, notEqual,
  pow: power, reshape, sqrt, square, squeeze, sub: subtract, sum, transpose,
}; // prettier-ignore

type Cut = number | null | readonly (number | null)[];

const own: Readonly<Record<string, AnyFunction>> = {
  at: (x: Chainable, ...key: (Key | string)[]): Tensor =>
    getItem(x, key.map((each) => (typeof each === "string" && each !== "..." ? sliceFrom(each) : each)) as Key[]), // prettier-ignore
  rdiv: (x: Chainable, other: TensorLike): Tensor => divide(other, x),
  rsub: (x: Chainable, other: TensorLike): Tensor => subtract(other, x),
  slice(x: Chainable, ...cuts: (Cut | undefined)[]): Tensor {
    const [start, stop, step] = cuts.map((cut) => (cut === undefined || cut === null ? [] : Array.isArray(cut) ? cut : [cut])) as (
      number | null
    )[][];
    const count = Math.max(1, ...[start, stop, step].map((each) => each?.length ?? 0));
    const key = Array.from({ length: count }, (_, axis): Slice => ({
      start: start?.[axis] ?? null,
      stop: stop?.[axis] ?? null,
      step: step?.[axis] ?? null,
    }));
    for (const { start, stop, step } of key)
      for (const each of [start, stop, step])
        if (each !== null && !Number.isInteger(each))
          throw new ValueError("slice", { given: text(each), expected: "whole numbers, or null" });
    return getItem(x, key);
  },
};
for (const [name, fn] of Object.entries({ ...methods, ...own })) {
  const value = function (this: Chainable, ...args: unknown[]): unknown {
    return fn(this, ...args);
  };
  Object.defineProperty(Chainable.prototype, name, { value, writable: true, configurable: true });
}

/** The slices along the first axis. @throws StateError for a symbolic tensor; ShapeError for a scalar */
function slices(this: Chainable): Iterator<Tensor> {
  const tensor = this.value();
  if (tensor.isSymbolic) {
    throw new StateError("for … of", {
      given: `the symbolic ${tensor.toString()}`,
      expected: "a tensor with values",
      hint: "In a traced function use tf.function(fn, { autograph: true }), the plugin kerasm/autograph, or tf.whileLoop.",
    });
  }
  if (tensor.rank === 0) throw new ShapeError("for … of", { given: "a scalar", expected: "a tensor with a first axis" });
  return rowsOf(tensor);
}

function* rowsOf(tensor: Tensor): Generator<Tensor, undefined> {
  for (let i = 0; i < tensor.shape[0]!; i++) yield getItem(tensor, i);
}

Object.defineProperty(Chainable.prototype, Symbol.iterator, { value: slices, writable: true, configurable: true });
