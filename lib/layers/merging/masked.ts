// Merges in which what a mask takes out must not count: there is no number that leaves the others as they are.

import { registerClasses } from "../../config/index.js";
import { maskOf, setMask } from "../../core/mask.js";
import type { Tensor } from "../../core/tensor.js";
import { any, broadcastTo, expandDims, logicalOr, maximum, minimum, multiply, where } from "../../ops/index.js";
import { Merge } from "./base-merge.js";

/** Where an input is there, for each of its elements; undefined without a mask. */
function presenceOf(x: Tensor): Tensor | undefined {
  const mask = maskOf(x);
  return mask && broadcastTo(expandDims(mask, -1), x.shape);
}

/** The output carries a mask: a step is there when any of its elements is. */
const withPresence = (y: Tensor, isThere: Tensor | undefined): Tensor => (isThere ? setMask(y, any(isThere, { axis: -1 })) : y);

abstract class Extremum extends Merge {
  protected abstract pick(a: Tensor, b: Tensor): Tensor;

  protected override merge([first, ...rest]: readonly Tensor[]): Tensor {
    let y = first!;
    let isThere = presenceOf(y);
    for (const x of rest) {
      const present = presenceOf(x);
      const b = present ? where(present, x, y) : x;
      const a = isThere ? where(isThere, y, b) : y;
      isThere = present && isThere && logicalOr(isThere, present);
      y = this.pick(a, b);
    }
    return withPresence(y, isThere);
  }
}

/**
 * The largest of all inputs, element by element. Keras: keras.layers.Maximum
 *
 * ```ts
 * new keras.layers.Maximum()([tf.constant([1, 5]), tf.constant([3, 2])]); // [3, 5]
 * ```
 */
export class Maximum extends Extremum {
  protected override pick(a: Tensor, b: Tensor): Tensor {
    return maximum(a, b);
  }
}

/**
 * The smallest of all inputs, element by element. Keras: keras.layers.Minimum
 *
 * ```ts
 * new keras.layers.Minimum()([tf.constant([1, 5]), tf.constant([3, 2])]); // [1, 2]
 * ```
 */
export class Minimum extends Extremum {
  protected override pick(a: Tensor, b: Tensor): Tensor {
    return minimum(a, b);
  }
}

/**
 * The product of all inputs, element by element. Keras: keras.layers.Multiply
 *
 * ```ts
 * new keras.layers.Multiply()([tf.constant([1, 2]), tf.constant([3, 4])]); // [3, 8]
 * ```
 */
export class Multiply extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    const presences = inputs.map(presenceOf);
    const factors = inputs.map((x, i) => (presences[i] ? where(presences[i], x, 1) : x));
    const product = factors.reduce((product, x) => multiply(product, x));
    if (presences.includes(undefined)) return product;
    const isThere = (presences as Tensor[]).reduce((all, each) => logicalOr(all, each));
    return withPresence(where(isThere, product, 0), isThere);
  }
}

registerClasses("keras.layers", { Maximum, Minimum, Multiply });
