// kerasm/numpy, in the place of tf.experimental.numpy: NumPy's names of the operations. They are keras.ops' own functions, with what NumPy
// calls otherwise.

import { asTensor, type TensorLike } from "../core/convert.js";
import { dtypes } from "../core/dtype.js";
import { ArgumentError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { sameShape } from "../core/shape.js";
import { Tensor } from "../core/tensor.js";
import { broadcastShapes } from "../ops/broadcasting.js";
import { resultType } from "../ops/promotion.js";
import * as ops from "../ops/index.js";
import * as draw from "./tf/random.js";

import "../ops/methods.js";

export * from "./ops/numpy.js";
export {
  bool,
  bool as bool_,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  newaxis,
  uint16,
  uint32,
  uint64,
  uint8,
} from "./tf/dtypes.js";
export { Tensor as ndarray, type TensorLike };

/**
 * The ratio of a circle's circumference to its diameter. NumPy: numpy.pi
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.pi; // 3.1416
 * ```
 */
export const pi = Math.PI;
/**
 * Euler's number. NumPy: numpy.e
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.e; // 2.7183
 * ```
 */
export const e = Math.E;
/**
 * Infinity. NumPy: numpy.inf
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.isfinite(np.inf); // false
 * ```
 */
export const inf = Infinity;
/**
 * Not a number. NumPy: numpy.nan
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.isnan(np.nan); // true
 * ```
 */
export const nan = NaN;

/**
 * The same as `array`: no copy is made of a tensor.
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.asarray([1, 2]); // [1, 2]
 * ```
 */
export const asarray = declare("numpy.asarray(*a, dtype:dtype=null)", (a: TensorLike, dtype: string | null): Tensor =>
  dtype === null ? asTensor(a) : ops.cast(a, dtype),
);

/**
 * Everything that NumPy's behaviour would change is so already: tensors have methods, and numbers take the dtype of the tensor they meet.
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.experimentalEnableNumpyBehavior();
 * np.array([1, 2]).add(1); // [2, 3]
 * ```
 */
export const experimentalEnableNumpyBehavior = declare(
  "numpy.experimentalEnableNumpyBehavior(preferFloat32=false, dtypeConversionMode:string=null)",
  (_prefers: boolean, _mode: string | null): void => {},
);

/**
 * x as a vector, a matrix, a block of rank 3: axes of length 1 are added in front.
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.atleast1d(5); // [5]
 * ```
 */
export const atleast1d = declare("numpy.atleast1d(*x)", (x: TensorLike): Tensor => ofRank(x, 1));
/**
 * x with at least two axes. NumPy: numpy.atleast_2d
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.atleast2d([1, 2]); // [[1, 2]]
 * ```
 */
export const atleast2d = declare("numpy.atleast2d(*x)", (x: TensorLike): Tensor => ofRank(x, 2));

function ofRank(x: TensorLike, rank: number): Tensor {
  let made = asTensor(x);
  while (made.rank < rank) made = ops.expandDims(made, 0);
  return made;
}

/**
 * x with at least three axes: a vector lies in the middle one. NumPy: numpy.atleast_3d
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.atleast3d([1, 2]).shape; // [1, 2, 1]
 * ```
 */
export const atleast3d = declare("numpy.atleast3d(*x)", (x: TensorLike): Tensor => {
  const made = ofRank(x, 2);
  return made.rank === 2 ? ops.expandDims(made, -1) : made;
});

/**
 * x rounded to so many decimal places, halves to even. NumPy: numpy.around
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.around([0.5, 1.5]); // [0, 2]
 * ```
 */
export const around = declare("numpy.around(*a, decimals:int=0)", (a: TensorLike, decimals: number): Tensor => ops.round(a, decimals));

/**
 * Whether both have one shape and the same elements. NumPy: numpy.array_equal
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.arrayEqual([1, 2], [1, 2]); // true
 * ```
 */
export const arrayEqual = declare("numpy.arrayEqual(*a1, *a2)", (a1: TensorLike, a2: TensorLike): Tensor => {
  const [first, second] = [asTensor(a1), asTensor(a2)];
  return sameShape(first.shape, second.shape) ? ops.all(ops.equal(first, second)) : asTensor(false);
});

/**
 * The same as `asarray`. NumPy: numpy.asanyarray
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.asanyarray([1, 2]); // [1, 2]
 * ```
 */
export const asanyarray = asarray;

/**
 * The same as `asarray`. NumPy: numpy.ascontiguousarray
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.ascontiguousarray([1, 2]); // [1, 2]
 * ```
 */
export const ascontiguousarray = asarray;

/**
 * All of them in the shape that they have together. NumPy: numpy.broadcast_arrays
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.broadcastArrays([1, 2], [[3], [4]])[0]; // [[1, 2], [1, 2]]
 * ```
 */
export function broadcastArrays(...args: readonly TensorLike[]): Tensor[] {
  const tensors = args.map((each) => asTensor(each));
  const shape = broadcastShapes("numpy.broadcastArrays", ...tensors.map((each) => each.shape));
  return tensors.map((each) => ops.broadcastTo(each, shape as number[]));
}

/**
 * The slices along an axis, or elements of all, whose condition is true; those behind the end of the conditions are left out.
 * NumPy: numpy.compress
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.compress([true, false, true], [1, 2, 3]); // [1, 3]
 * ```
 */
export const compress = declare(
  "numpy.compress(*condition, *a, axis:int=null)",
  (condition: TensorLike, a: TensorLike, axis: number | null): Tensor => {
    const asked = ops.cast(condition, "bool");
    const from = axis === null ? ops.reshape(a, [-1]) : asTensor(a);
    if (asked.rank !== 1)
      throw new ArgumentError("numpy.compress.condition", { given: text(asked.shape), expected: "one axis of booleans" });
    return ops.take(from, ops.nonzero(asked)[0]!, axis ?? 0);
  },
);

/**
 * The indices of a diagonal of a square array, one vector for each axis. NumPy: numpy.diag_indices
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.diagIndices(2); // [[0, 1], [0, 1]]
 * ```
 */
export const diagIndices = declare("numpy.diagIndices(n:int, ndim:int=2)", (n: number, ndim: number): Tensor[] =>
  Array.from({ length: ndim }, () => ops.arange(n, { dtype: "int32" })),
);

/**
 * The whole quotient and what is left. NumPy: numpy.divmod
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.divmod([7, -7], 2); // [[3, -4], [1, 1]]
 * ```
 */
export const divmod = declare("numpy.divmod(*x1, *x2)", (x1: TensorLike, x2: TensorLike): [Tensor, Tensor] => [
  ops.floorDivide(x1, x2),
  ops.mod(x1, x2),
]);

/**
 * x without its fraction, towards 0. NumPy: numpy.fix
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.fix([1.7, -1.7]); // [1, -1]
 * ```
 */
export const fix = declare("numpy.fix(*x)", (x: TensorLike): Tensor => ops.trunc(x));

/**
 * All elements in one row. NumPy: numpy.ndarray.flatten
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.flatten([[1], [2]]); // [1, 2]
 * ```
 */
export const flatten = declare("numpy.flatten(*a)", (a: TensorLike): Tensor => ops.reshape(a, [-1]));

/**
 * x1 to the power x2 in floats, so that 2 to the power −1 is a half. NumPy: numpy.float_power
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.floatPower([2], -1); // [0.5]
 * ```
 */
export const floatPower = declare("numpy.floatPower(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  ops.power(ops.cast(x1, "float32"), ops.cast(x2, "float32")),
);

/**
 * Whether something is a number, and no tensor or array. NumPy: numpy.isscalar
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.isscalar(3); // true
 * ```
 */
export const isscalar = (num: unknown): boolean => ["number", "bigint", "boolean", "string"].includes(typeof num);

/**
 * Vectors of indices, each along an axis of its own, so that together they choose rows and columns. NumPy: numpy.ix_
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.ix_([0, 1], [2, 3])[0].shape; // [2, 1]
 * ```
 */
export function ix_(...args: readonly TensorLike[]): Tensor[] {
  return args.map((each, axis) => {
    const indices = asTensor(each, undefined);
    if (indices.rank !== 1) throw new ArgumentError("numpy.ix_", { given: text(indices.shape), expected: "vectors" });
    const chosen = indices.dtype === "bool" ? ops.nonzero(indices)[0]! : ops.cast(indices, "int32");
    return ops.reshape(chosen, args.map((_, other) => (other === axis ? -1 : 1))); // prettier-ignore
  });
}

/**
 * A polynomial at x; the coefficient of the highest power comes first. NumPy: numpy.polyval
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.polyval([1, 0, 2], 3); // 11
 * ```
 */
export const polyval = declare("numpy.polyval(*p, *x)", (p: TensorLike, x: TensorLike): Tensor => {
  const at = asTensor(x);
  const none = ops.zerosLike(at);
  return ops.unstack(asTensor(p)).reduce<Tensor>((sum, each) => ops.add(ops.multiply(sum, at), each), none);
});

/**
 * x as it is. NumPy: numpy.positive
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.positive([-1]); // [-1]
 * ```
 */
export const positive = declare("numpy.positive(*x)", (x: TensorLike): Tensor => asTensor(x));

/**
 * What is left of a division, with the sign of the divisor. NumPy: numpy.remainder
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.remainder([-7], 2); // [1]
 * ```
 */
export const remainder = declare("numpy.remainder(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => ops.mod(x1, x2));

/**
 * The lengths of the axes. NumPy: numpy.shape
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.shape([[1, 2, 3]]); // [1, 3]
 * ```
 */
export const shape = (a: TensorLike): readonly (number | null)[] => asTensor(a).shape;

/**
 * The dtype that holds values of both. NumPy: numpy.promote_types
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.promoteTypes("int32", "float16"); // "float16"
 * ```
 */
export const promoteTypes = (type1: string, type2: string): string => resultType(type1, type2);
export { resultType };

/**
 * Bits and limits of a dtype of floats. NumPy: numpy.finfo
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.finfo("float16").max; // 65504
 * ```
 */
export function finfo(dtype: string): {
  readonly bits: number;
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  readonly tiny: number;
} {
  const found = floats[dtype as "float32"];
  if (!found) throw new ArgumentError("numpy.finfo", { given: text(dtype), expected: Object.keys(floats).join(", ") });
  const { bytes, range } = dtypes[dtype as "float32"];
  return { bits: 8 * bytes, max: range[1], min: range[0], ...found };
}

/** What the table of dtypes doesn't say: the step above 1, and the least number that is written with all bits. */
const floats = {
  float16: { eps: 2 ** -10, tiny: 2 ** -14 },
  bfloat16: { eps: 2 ** -7, tiny: 2 ** -126 },
  float32: { eps: 2 ** -23, tiny: 2 ** -126 },
};

/**
 * Bits and limits of a dtype of whole numbers. NumPy: numpy.iinfo
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.iinfo("int8").max; // 127
 * ```
 */
export function iinfo(dtype: string): { readonly bits: number; readonly max: number; readonly min: number } {
  if (!/^u?int(8|16|32)$/.test(dtype))
    throw new ArgumentError("numpy.iinfo", { given: text(dtype), expected: "int8 to int32, uint8 to uint32" });
  const { bytes, range } = dtypes[dtype as "int8"];
  return { bits: 8 * bytes, max: range[1], min: range[0] };
}

const shapeOf = (where: string, lengths: readonly unknown[]): number[] => {
  if (lengths.every((length) => Number.isInteger(length) && (length as number) >= 0)) return lengths as number[];
  throw new ArgumentError(`numpy.random.${where}`, { given: text(lengths), expected: "lengths, each as an argument" });
};

/**
 * numpy.random: seeded by `seed`, as tf.random.setSeed does.
 *
 * ```ts
 * import * as np from "kerasm/numpy";
 * np.random.rand(2, 3).shape; // [2, 3]
 * ```
 */
export const random = {
  seed: (seed: number): void => draw.setSeed(seed),
  /** Uniform from 0 to 1: `rand(2, 3)`. */
  rand: (...lengths: readonly number[]): Tensor => draw.uniform(shapeOf("rand", lengths)),
  /** Normally distributed: `randn(2, 3)`. */
  randn: (...lengths: readonly number[]): Tensor => draw.normal(shapeOf("randn", lengths)),
  random: (size: number | readonly number[] = []): Tensor => draw.uniform([size].flat()),
  uniform: (low = 0, high = 1, size: number | readonly number[] = []): Tensor => draw.uniform([size].flat(), low, high),
  standardNormal: (size: number | readonly number[] = []): Tensor => draw.normal([size].flat()),
  /** Whole numbers from low to below high; `randint(high)` from 0. */
  randint(low: number, high: number | null = null, size: number | readonly number[] = []): Tensor {
    const [least, most] = high === null ? [0, low] : [low, high];
    if (!(most > least))
      throw new ArgumentError("numpy.random.randint", { given: `${least} and ${most}`, expected: "an upper bound above the lower" });
    return draw.uniform([size].flat(), least, most, "int32");
  },
} as const;
