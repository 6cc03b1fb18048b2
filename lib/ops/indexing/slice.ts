// Blocks of a tensor, from places that may be known only when the operation runs.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { add, maximum, minimum, subtract } from "../elementwise/arithmetic.js";
import { integers, isStatic, type Integers } from "../static.js";
import { axisLength } from "../shaping/axis-length.js";
import { arange, progression } from "../shaping/create.js";
import { slice as staticSlice } from "../shaping/slice.js";
import { asIndices, take } from "./take.js";

/**
 * A block of x.
 *
 * ```ts
 * ops.slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, 2]); // [[2, 3], [5, 6]]
 * ```
 *
 * @param startIndices  the first index along each axis; a tensor may be known only when the operation runs
 * @param shape         how many along each axis; −1: all that follow
 */
export const slice = operation(
  "core.slice(*inputs, *startIndices, shape:shape)",
  (inputs: TensorLike, startIndices: Integers, shape: Integers): Tensor => {
    const tensor = asTensor(inputs);
    const lengths = integers(shape);
    if (isStatic(startIndices)) return staticSlice(tensor, integers(startIndices), lengths);
    const starts = asIndices(startIndices);
    return lengths.reduce((y, length, axis) => {
      const first = take(starts, axis, 0);
      const whole = tensor.shape[axis]! ?? axisLength(tensor, axis);
      // How many follow is known when the operation runs.
      if (length === -1) return take(y, arange(first, whole), axis);
      // As in Keras, a block that would reach beyond the end is moved back to fit.
      const fitting = maximum(minimum(first, subtract(whole, length)), 0);
      return take(y, add(progression(0, 1, length, "int32"), fitting), axis);
    }, tensor);
  },
);
