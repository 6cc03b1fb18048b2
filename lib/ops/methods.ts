// Chained operations: `x.mul(y).add(1)`. Each is the public function with the receiver as its first argument.

import type { TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { ShapeError, StateError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { add, divide, floorDivide, maximum, minimum, mod, multiply, subtract } from "./elementwise/arithmetic.js";
import { cast } from "./elementwise/cast.js";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./elementwise/comparison.js";
import { exp, log } from "./elementwise/exponential.js";
import { logicalAnd, logicalNot, logicalOr } from "./elementwise/logical.js";
import { abs, negative, power, sqrt, square } from "./elementwise/powers.js";
import { argmax, argmin } from "./reduce/arg.js";
import { getItem } from "./indexing/get-item.js";
import { matmul } from "./linalg/matmul.js";
import { max, min } from "./reduce/extrema.js";
import type { ReductionOptions } from "./reduce/family.js";
import { mean, sum } from "./reduce/sum.js";
import { expandDims, reshape, squeeze } from "./shaping/reshape.js";
import { transpose } from "./shaping/transpose.js";

const binary = { add, sub: subtract, mul: multiply, div: divide, floorDiv: floorDivide, mod, pow: power, matmul, maximum, minimum, equal, notEqual, greater, greaterEqual, less, lessEqual, logicalAnd, logicalOr }; // prettier-ignore
const unary = { neg: negative, abs, square, sqrt, exp, log, logicalNot };
const reductions = { sum, mean, max, min };

interface ChainedMethods {
  argMax(axis?: number): Tensor;
  argMin(axis?: number): Tensor;
  cast(dtype: Dtype): Tensor;
  expandDims(axis: number): Tensor;
  reshape(shape: readonly (number | null)[]): Tensor;
  squeeze(axis?: number | readonly number[]): Tensor;
  transpose(axes?: readonly number[]): Tensor;
  /** The slices along the first axis, of a tensor with values. */
  [Symbol.iterator](): IterableIterator<Tensor>;
}

declare module "../core/tensor.js" {
  interface Chainable extends BinaryMethods, UnaryMethods, ReductionMethods, ChainedMethods {}
}

type BinaryMethods = { readonly [K in keyof typeof binary]: (other: TensorLike) => Tensor };
type UnaryMethods = { readonly [K in keyof typeof unary]: () => Tensor };
type ReductionMethods = { readonly [K in keyof typeof reductions]: (options?: ReductionOptions) => Tensor };

const own: Record<string, (this: Chainable, ...args: never[]) => Tensor> = {
  argMax(axis?: number) {
    return argmax(this, { axis: axis ?? null });
  },
  argMin(axis?: number) {
    return argmin(this, { axis: axis ?? null });
  },
  cast(dtype: Dtype) {
    return cast(this, dtype);
  },
  expandDims(axis: number) {
    return expandDims(this, axis);
  },
  reshape(shape: Shape) {
    return reshape(this, shape);
  },
  squeeze(axis?: number | readonly number[]) {
    return squeeze(this, axis);
  },
  transpose(axes?: readonly number[]) {
    return transpose(this, axes);
  },
};

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

const methods: Record<PropertyKey, unknown> = { ...own, [Symbol.iterator]: slices };
for (const [name, fn] of Object.entries(binary)) {
  methods[name] = function (this: Chainable, other: TensorLike) {
    return fn(this, other);
  };
}
for (const [name, fn] of Object.entries(unary)) {
  methods[name] = function (this: Chainable) {
    return fn(this);
  };
}
for (const [name, fn] of Object.entries(reductions)) {
  methods[name] = function (this: Chainable, options?: ReductionOptions) {
    return fn(this, options);
  };
}
for (const name of Reflect.ownKeys(methods))
  Object.defineProperty(Chainable.prototype, name, { value: methods[name], writable: true, configurable: true });
