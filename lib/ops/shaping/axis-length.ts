// The length of an axis that is known when the program runs, as a tensor.

import { asTensor } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";

/** The length of an axis as an int32 scalar. Where a traced function's shapes become known, a constant. */
export const axisLength = (x: Tensor, axis: number): Tensor => lengthOp.apply({ x }, { axis });

const lengthOp = primitive({
  name: "axis_length",
  inputs: ["x"],
  infer: (_, __: { axis: number }): Spec => ({ shape: [], dtype: "int32" }),
  measures: ({ x }, { axis }, open) => x.shape[axis] ?? open,
  expand: ({ x }, { axis }) => ({ y: asTensor(x.shape[axis]!, "int32") }),
});
