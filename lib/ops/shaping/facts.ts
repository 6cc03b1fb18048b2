// Conversion, copies, and what is known of a tensor: shape, rank, size.

import { declare, operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isTracing } from "../../core/interpreter.js";
import type { Dtype, TypedArray } from "../../core/dtype.js";
import { ArgumentError } from "../../core/errors.js";
import { isStrings } from "../../core/strings.js";
import { isKnown, known, sizeOf, sizeOrNull, type Shape } from "../../core/shape.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { primitive } from "../../core/primitive.js";
import { identity } from "../gradient/stop-gradient.js";
import { cast } from "../elementwise/cast.js";
import { fullLike, zeros } from "./create.js";
import { inForm, isSparse } from "../../core/sparse.js";
import { axisLength } from "./axis-length.js";
import { fillCommand } from "./slice.js";

/**
 * The values as a tensor: a tensor, a variable, a number, or nested arrays of numbers or tensors. Strings are no tensors: they come back.
 *
 * ```ts
 * ops.convertToTensor([1, 2], "float32"); // [1, 2]
 * ```
 *
 * @param sparse  true: a SparseTensor of what is not 0; false: a whole tensor also of a SparseTensor, which otherwise stays as it is
 */
export const convertToTensor = declare(
  "core.convertToTensor(*x, dtype:dtype=null, sparse:bool|null=null, ragged:bool|null=null)",
  (x: TensorLike, dtype: string | null, sparse: boolean | null, ragged: boolean | null): Tensor => {
    if (ragged)
      throw new ArgumentError("convertToTensor.ragged", {
        given: "true",
        expected: "false",
        hint: "tf.ragged.constant makes ragged rows.",
      });
    if (dtype === null && isStrings(x)) return x as never;
    if (isSparse(x) && sparse !== false)
      return (dtype === null || dtype === x.dtype ? x : x.withValues(cast(x.values as Tensor, dtype) as never)) as unknown as Tensor;
    const tensor = asTensor(x);
    return inForm("convertToTensor", sparse, dtype === null ? tensor : cast(tensor, dtype));
  },
);

/**
 * The values as a tensor.
 *
 * ```ts
 * ops.array([[1, 2]], "float32"); // [[1, 2]]
 * ```
 *
 * @param dtype  default: that of the values
 */
export const array = operation("numpy.array(*x, dtype:dtype=null)", (x: TensorLike, dtype: string | null): Tensor =>
  convertToTensor(x, { dtype }),
);

/**
 * The same values as a tensor of its own.
 *
 * ```ts
 * ops.copy([1, 2]); // [1, 2]
 * ```
 */
export const copy = operation("numpy.copy(*x)", (x: TensorLike): Tensor => identity(x));

/**
 * A tensor in the shape of x; its values mean nothing.
 *
 * ```ts
 * ops.emptyLike([[1, 2]]).shape; // [1, 2]
 * ```
 */
export const emptyLike = operation("numpy.emptyLike(*x, dtype:dtype=null)", (x: TensorLike, dtype: string | null): Tensor => {
  return fullLike(x, 0, { dtype });
});

/**
 * A tensor of a shape whose values mean nothing: zeros here.
 *
 * ```ts
 * ops.empty([2, 3]).shape; // [2, 3]
 * ```
 *
 * @param options.dtype  default float32
 */
export const empty = declare("numpy.empty(shape:shape, dtype:dtype=null)", (shape: Shape | number, dtype: string | null): Tensor =>
  zeros(shape, dtype),
);

/**
 * Whether a value is a tensor of this package; variables and arrays are none.
 *
 * ```ts
 * ops.isTensor(tf.constant(1)); // true
 * ops.isTensor([1]); // false
 * ```
 */
export const isTensor = declare("core.isTensor(x)", (x: unknown): x is Tensor => x instanceof Tensor || isSparse(x));

/**
 * The name of the dtype of a tensor or of what becomes one: `"float32"`.
 *
 * ```ts
 * ops.dtype([1, 2]); // "float32"
 * ```
 */
export const dtype = declare("core.dtype(*x)", (x: TensorLike): Dtype => asTensor(x).dtype);

/**
 * The elements as a flat typed array of their own, which carries the `shape` of the tensor.
 *
 * ```ts
 * ops.convertToNumpy([[1, 2], [3, 4]]); // [1, 2, 3, 4]
 * ```
 *
 * @throws StateError for a tensor without values
 */
export const convertToNumpy = declare("core.convertToNumpy(*x)", (x: TensorLike): TypedArray & { readonly shape: readonly number[] } => {
  const tensor = asTensor(x);
  return Object.defineProperty(tensor.data(), "shape", { value: known(tensor.shape, "convertToNumpy"), enumerable: false }) as never;
});

/**
 * The lengths of the axes. Where one is open: a scalar tensor in a layer's call or a traced function, else null.
 *
 * ```ts
 * ops.shape([[1, 2, 3]]); // [1, 3]
 * ```
 *
 * @see keras.ops.shape
 */
export const shape = declare("core.shape(*x)", (x: TensorLike): Lengths => {
  const tensor = asTensor(x);
  if (!isTracing() || isKnown(tensor.shape)) return tensor.shape as Lengths;
  return tensor.shape.map((length, axis) => length ?? axisLength(tensor, axis)) as Lengths;
});

/**
 * Lengths of axes. Inside a layer's call or a traced function an open one is a scalar tensor, which stands wherever a length does
 * (`ops.ones([b, 3])`) and is computed with by operations (`ops.multiply(b, 2)`); outside, it is null. The type is that of the usual case.
 */
type Lengths = Shape;

/**
 * The number of axes.
 *
 * ```ts
 * ops.ndim([[1, 2]]); // 2
 * ```
 */
export const ndim = operation("numpy.ndim(*x)", (x: TensorLike): number => asTensor(x).rank);

/**
 * The number of elements: a number, or a tensor that gets it where axes are not known yet.
 *
 * ```ts
 * ops.size([[1, 2], [3, 4]]); // 4
 * ```
 */
export const size = operation("numpy.size(*x)", (x: TensorLike): number | Tensor => {
  const tensor = asTensor(x);
  return sizeOrNull(tensor.shape) ?? sizeOp.apply({ x: tensor });
});

const sizeOp = primitive({
  name: "size",
  inputs: ["x"],
  infer: () => ({ shape: [], dtype: "int32" as const }),
  measures: ({ x }, _, open) => sizeOf(x.shape.map((length) => length ?? open)),
  lower: ({ x }, { y }) => fillCommand(y, x.size),
});
