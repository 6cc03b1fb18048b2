// keras.utils.toCategorical: class indices as one-hot vectors.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import type { Tensor } from "../core/tensor.js";
import { cast, oneHot, squeeze } from "../ops/index.js";

/**
 * Class indices as one-hot vectors, float32; a last axis of length 1 goes. Keras: keras.utils.to_categorical
 *
 * ```ts
 * keras.utils.toCategorical([0, 2]); // [[1, 0, 0], [0, 0, 1]]
 * ```
 *
 * @param x           whole numbers, any shape
 * @param numClasses  default: one more than the largest index
 * @throws ValueError for what is no index of a class
 */
export const toCategorical = declare("utils.toCategorical(*x, numClasses:int=null)", (x: TensorLike, numClasses: number | null): Tensor => {
  const given = asTensor(x);
  // In a traced function labels have no values yet.
  const largest = given.isSymbolic && numClasses !== null ? -1 : checkLabels(given.data(), numClasses ?? Infinity);
  const indices = cast(given, "int32");
  const classes = numClasses ?? largest + 1;
  return oneHot(indices.rank > 1 && indices.shape.at(-1) === 1 ? squeeze(indices, -1) : indices, classes);
});

/** The largest label. @throws ValueError for one that is no class */
function checkLabels(labels: ArrayLike<number>, classes: number): number {
  let largest = -1;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) largest = Math.max(largest, label);
    else {
      throw new ValueError("toCategorical", {
        given: `the label ${label} (number ${i})`,
        expected: classes === Infinity ? "whole numbers of at least 0" : `whole numbers from 0 to ${classes - 1}`,
      });
    }
  }
  return largest;
}
