// The penalty of squares.

import { nonNegativeNumber, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { multiply, square, sum } from "../ops/index.js";
import { Regularizer, regularizers } from "./regularizer.js";

/**
 * `l2 · sum(x²)`. Keras: keras.regularizers.L2
 *
 * ```ts
 * new keras.regularizers.L2(0.1)(tf.constant([1, -2])); // 0.5
 * ```
 */
export class L2 extends Regularizer<typeof L2.options> {
  static override readonly options = schema(["l2"], { l2: nonNegativeNumber(0.01) });

  override call(x: Tensor): Tensor {
    return multiply(sum(square(x)), this.options.l2);
  }
}

export interface L2 extends Attributes<typeof L2.options> {}

regularizers.register({ L2 });
