// Copies between a tensor and a strided view of another: what transposition, slicing, flipping, tiling and concatenation lower to.

import { dtypes } from "../../core/dtype.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import type { Command } from "../../runtime/command.js";

/** A view: lengths of its axes, steps between neighbours and the place of its first element, in elements of the other tensor. */
export interface View {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

const MAXIMUM_RANK = 8;
const GRAIN = 1 << 16;

/** Lengths and strides innermost first, neighbouring axes merged where that is possible. */
function merged({ shape, strides }: View): { sizes: number[]; strides: number[] } {
  const sizes: number[] = [];
  const steps: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides[axis] === steps[last]! * sizes[last]!) sizes[last]! *= size;
    else {
      sizes.push(size);
      steps.push(strides[axis]!);
    }
  }
  if (sizes.length > MAXIMUM_RANK) {
    throw new ShapeError("view", { given: shapeText(shape), expected: `at most ${MAXIMUM_RANK} axes that cannot be merged` });
  }
  return sizes.length > 0 ? { sizes, strides: steps } : { sizes: [1], strides: [1] };
}

/** y = the view of x. */
export function gatherView(x: Tensor, y: Tensor, view: View): Command {
  const walk = merged(view);
  const kernel = dtypes[x.dtype].bytes === 4 ? kernels.gather_view_32 : kernels.gather_view_8;
  return kernel({ x, y, offset: view.offset, ...walk }, sizeOf(view.shape), GRAIN);
}

/** The view of y = x; other elements of y stay. */
export function scatterView(x: Tensor, y: Tensor, view: View): Command {
  const walk = merged(view);
  const kernel = dtypes[x.dtype].bytes === 4 ? kernels.scatter_view_32 : kernels.scatter_view_8;
  return kernel({ x, y, offset: view.offset, ...walk }, sizeOf(view.shape), GRAIN);
}
