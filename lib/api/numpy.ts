// kerasm/numpy, in the place of tf.experimental.numpy: NumPy's names of the operations. They are keras.ops' own functions, with what NumPy
// calls otherwise.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { Tensor } from "../core/tensor.js";
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
