// The penalty of absolute values and of squares together.

import { nonNegativeNumber, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { abs, add, multiply, square, sum } from "../ops/index.js";
import { Regularizer, regularizers } from "./regularizer.js";

/**
 * `l1 · sum(|x|) + l2 · sum(x²)`. Keras: keras.regularizers.L1L2
 *
 * ```ts
 * new keras.regularizers.L1L2({ l1: 0.1, l2: 0.1 })(tf.constant([1, -2])); // 0.8
 * ```
 */
export class L1L2 extends Regularizer<typeof L1L2.options> {
  static override readonly options = schema(["l1", "l2"], { l1: nonNegativeNumber(0), l2: nonNegativeNumber(0) });

  override call(x: Tensor): Tensor {
    const { l1, l2 } = this.options;
    if (l1 === 0) return multiply(sum(square(x)), l2);
    const straight = multiply(sum(abs(x)), l1);
    return l2 === 0 ? straight : add(straight, multiply(sum(square(x)), l2));
  }
}

export interface L1L2 extends Attributes<typeof L1L2.options> {}

regularizers.register({ L1L2 }, "l1_l2");
