import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { cast, oneHot, squeeze } from "../ops/index.js";

/**
 * Class indices as one-hot vectors, float32; a last axis of length 1 goes. Keras: keras.utils.to_categorical
 *
 * @param x           whole numbers, any shape
 * @param numClasses  default: one more than the largest index, which reads the values
 */
export function toCategorical(x: TensorLike, { numClasses }: { readonly numClasses?: number | null } = {}): Tensor {
  const given = cast(asTensor(x), "int32");
  const indices = given.rank > 1 && given.shape.at(-1) === 1 ? squeeze(given, -1) : given;
  return oneHot(indices, numClasses ?? largestOf(indices.data()) + 1);
}

function largestOf(indices: ArrayLike<number>): number {
  let largest = -1;
  for (let i = 0; i < indices.length; i++) largest = Math.max(largest, indices[i]!);
  return largest;
}
