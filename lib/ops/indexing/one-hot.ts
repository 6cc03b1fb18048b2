// Class indices as vectors.

import { defaults } from "../../core/defaults.js";
import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import { inForm } from "../../core/sparse.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../elementwise/cast.js";
import { equal } from "../elementwise/comparison.js";
import { max } from "../reduce/extrema.js";
import { progression } from "../shaping/create.js";
import { expandDims } from "../shaping/reshape.js";
import { moveaxis } from "../shaping/transpose.js";

export interface OneHotOptions {
  /** Where the new axis of the classes stands in the result. Default −1. */
  axis?: number;
  /** dtype of the result. Default float32. */
  dtype?: string;
}

/**
 * 1 at the class that x names, 0 at the others; all 0 for a class that does not exist.
 *
 * ```ts
 * ops.oneHot([0, 2], 3); // [[1, 0, 0], [0, 0, 1]]
 * ```
 *
 * @param sparse  whether the result is a SparseTensor where it has values; default false
 */
export const oneHot = operation(
  "nn.oneHot(*x, numClasses:int, axis:ints=-1, dtype:dtype=null, sparse=false)",
  (x: TensorLike, numClasses: number, axis: number, dtype: string | null, sparse: boolean): Tensor => {
    const classes = cast(asTensor(x), "int32");
    const hot = cast(equal(expandDims(classes, -1), progression(0, 1, numClasses, "int32")), dtype ?? defaults.floatx);
    return inForm("oneHot", sparse, moveaxis(hot, -1, checkAxis("oneHot", axis, classes.rank + 1)));
  },
  { keepsWidth: true },
);

/**
 * 1 at each class that the last axis of x names, 0 at the others.
 *
 * ```ts
 * ops.multiHot([[0, 2], [1, 1]], 3); // [[1, 0, 1], [0, 1, 0]]
 * ```
 *
 * @param sparse  whether the result is a SparseTensor where it has values; default false
 */
export const multiHot = operation(
  "nn.multiHot(*inputs, numClasses:int=null, axis:ints=-1, dtype:dtype=null, sparse=false)",
  (x: TensorLike, numClasses: number | null, axis: number, dtype: string | null, sparse: boolean): Tensor => {
    if (numClasses === null) throw new ArgumentError("multiHot.numClasses", { given: "none", expected: "the number of classes" });
    const tensor = asTensor(x);
    return inForm("multiHot", sparse, max(oneHot(tensor, numClasses, { axis, dtype }), { axis: tensor.rank > 1 ? 1 : 0 }));
  },
  { keepsWidth: true },
);
