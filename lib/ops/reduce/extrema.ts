// The largest and the smallest elements.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { ArithmeticDtype } from "../../core/dtype.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import type { BinaryFunction } from "../elementwise/family.js";
import { divide, multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal } from "../elementwise/comparison.js";
import { maximum, minimum } from "../elementwise/arithmetic.js";
import { reduction, reductionAttrs, type ReductionAttrs, type ReductionKernels, type Axis } from "./family.js";
import { spread } from "../shaping/broadcast.js";
import { sum } from "./sum.js";

/** dy where x is the extremum y, shared equally among equals. */
export function shareAmongEquals(dy: Tensor, x: Tensor, y: Tensor, attrs: ReductionAttrs): Tensor {
  const chosen = cast(equal(x, spread(y, x.shape, attrs)), "float32");
  const share = divide(dy, sum(chosen, { axis: attrs.axes, keepdims: attrs.keepdims }));
  return multiply(spread(share, x.shape, attrs), chosen);
}

type Extremum = (x: TensorLike, axis: Axis, keepdims: boolean, initial: TensorLike | null) => Tensor;

function extremum(name: "max" | "min", kernelsOf: Readonly<Record<ArithmeticDtype, ReductionKernels>>, combine: BinaryFunction): Extremum {
  const op = reduction({
    name,
    kernels: (dtype) => kernelsOf[dtype as ArithmeticDtype],
    keeps: ["x", "y"],
    gradient: (dy, { x, y }, { attrs }) => ({ x: () => shareAmongEquals(dy, x, y, attrs) }),
  });
  return (x, axis, keepdims, initial) => {
    const tensor = asTensor(x);
    const attrs = reductionAttrs(name, tensor, { axis, keepdims });
    if (initial === null && attrs.axes.some((axis) => tensor.shape[axis] === 0)) {
      throw new ShapeError(name, {
        given: `the shape ${shapeText(tensor.shape)}`,
        expected: "at least one element along the reduced axes",
        hint: "Give `initial`, the result for no elements.",
      });
    }
    const y = op.apply({ x: tensor }, attrs);
    return initial === null ? y : combine(y, initial);
  };
}

/**
 * The largest element along axes; NaN where there is one.
 *
 * ```ts
 * ops.amax([[1, 5], [7, 2]], 0); // [7, 5]
 * ```
 *
 * @param options.axis  the axes to search; default all
 * @param options.keepdims  keeps them with length 1; default false
 * @param options.initial  the least that the result can be
 */
export const max = operation(
  "numpy.max(*x, axis:ints=null, keepdims=false, initial:number=null)",
  extremum(
    "max",
    {
      float32: { first: kernels.max_f32 },
      int32: { first: kernels.max_i32 },
      uint8: { first: kernels.max_u8 },
      bool: { first: kernels.max_u8 },
    },
    (x, initial) => maximum(x, initial),
  ),
);

/**
 * The smallest element along axes; NaN where there is one.
 *
 * ```ts
 * ops.amin([[1, 5], [7, 2]], 0); // [1, 2]
 * ```
 *
 * @param options.axis  the axes to search; default all
 * @param options.keepdims  keeps them with length 1; default false
 * @param options.initial  the most that the result can be
 */
export const min = operation(
  "numpy.min(*x, axis:ints=null, keepdims=false, initial:number=null)",
  extremum(
    "min",
    {
      float32: { first: kernels.min_f32 },
      int32: { first: kernels.min_i32 },
      uint8: { first: kernels.min_u8 },
      bool: { first: kernels.min_u8 },
    },
    (x, initial) => minimum(x, initial),
  ),
);

/** The same as `max`, by NumPy's other name. */
export const amax = operation("numpy.amax(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor =>
  max(x, axis, keepdims),
);

/** The same as `min`, by NumPy's other name. */
export const amin = operation("numpy.amin(*x, axis:ints=null, keepdims=false)", (x: TensorLike, axis: Axis, keepdims: boolean): Tensor =>
  min(x, axis, keepdims),
);
