// The penalty of absolute values.

import { nonNegativeNumber, schema, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { abs, multiply, sum } from "../ops/index.js";
import { Regularizer, regularizers } from "./regularizer.js";

/**
 * `l1 · sum(|x|)`. Keras: keras.regularizers.L1
 *
 * ```ts
 * new keras.regularizers.L1(0.1)(tf.constant([1, -2])); // 0.3
 * ```
 */
export class L1 extends Regularizer<typeof L1.options> {
  static override readonly options = schema(["l1"], { l1: nonNegativeNumber(0.01) });

  override call(x: Tensor): Tensor {
    return multiply(sum(abs(x)), this.options.l1);
  }

  override getConfig(): Record<string, number> {
    return { l1: Math.fround(this.options.l1) };
  }
}

export interface L1 extends Attributes<typeof L1.options> {}

regularizers.register({ L1 });
