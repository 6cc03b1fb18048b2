// The initializer of ones.

import { schema, type Attributes } from "../config/index.js";
import type { Dtype } from "../core/dtype.js";
import type { Tensor } from "../core/tensor.js";
import { ones } from "../ops/index.js";
import { Initializer, initializers } from "./initializer.js";

/**
 * All 1. Keras: keras.initializers.Ones
 *
 * ```ts
 * new keras.initializers.Ones()([2]); // [1, 1]
 * ```
 */
export class Ones extends Initializer<typeof Ones.options> {
  static override readonly options = schema([], {});

  override get everyElement(): number {
    return 1;
  }

  override call(shape: readonly number[], dtype: Dtype): Tensor {
    return ones(shape, { dtype });
  }
}

export interface Ones extends Attributes<typeof Ones.options> {}

initializers.register({ Ones }, "one");
