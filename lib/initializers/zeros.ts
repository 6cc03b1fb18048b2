// The initializer of zeros.

import { schema, type Attributes } from "../config/index.js";
import type { Dtype } from "../core/dtype.js";
import type { Tensor } from "../core/tensor.js";
import { zeros } from "../ops/index.js";
import { Initializer, initializers } from "./initializer.js";

/**
 * All 0. Keras: keras.initializers.Zeros
 *
 * ```ts
 * new keras.initializers.Zeros()([2]); // [0, 0]
 * ```
 */
export class Zeros extends Initializer<typeof Zeros.options> {
  static override readonly options = schema([], {});

  override get everyElement(): number {
    return 0;
  }

  override call(shape: readonly number[], dtype: Dtype): Tensor {
    return zeros(shape, { dtype });
  }
}

export interface Zeros extends Attributes<typeof Zeros.options> {}

initializers.register({ Zeros }, "zero");
