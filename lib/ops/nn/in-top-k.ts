// Whether a class is among the best k.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { cast } from "../elementwise/cast.js";
import { greater, less } from "../elementwise/comparison.js";
import { isfinite } from "../elementwise/inspection.js";
import { logicalAnd } from "../elementwise/logical.js";
import { pickAlong } from "../indexing/take.js";
import { asFloat } from "../promotion.js";
import { sum } from "../reduce/sum.js";
import { expandDims, squeeze } from "../shaping/reshape.js";

/**
 * Whether the target class of each row is among its k best predictions; ties count as in.
 *
 * ```ts
 * ops.inTopK([2, 0], [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]], 2); // [true, false]
 * ```
 *
 * @param targets      class indices `[batch]`
 * @param predictions  `[batch, classes]`
 * @returns            bool `[batch]`
 */
export const inTopK = operation(
  "math.inTopK(*targets, *predictions, k:int)",
  (targets: TensorLike, predictions: TensorLike, k: number): Tensor => {
    const scores = asFloat(predictions);
    const own = pickAlong(scores, expandDims(cast(asTensor(targets), "int32"), -1), -1);
    const better = sum(cast(greater(scores, own), "int32"), { axis: -1 });
    return logicalAnd(less(better, k), squeeze(isfinite(own), -1));
  },
);
