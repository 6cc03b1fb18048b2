// Largest values of windows, along one, two and three axes.

import { registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { maxPool } from "../../ops/index.js";
import { BasePooling, poolingOptions, type PoolOptions } from "./base-pooling.js";

/** The largest value of each window along the axes between batch and channels. */
abstract class MaxPooling extends BasePooling {
  protected override pool(x: Tensor, poolSize: readonly number[], options: PoolOptions): Tensor {
    return maxPool(x, poolSize, options);
  }
}

/**
 * The largest value of each window of `[batch, steps, channels]`. Keras: keras.layers.MaxPooling1D
 *
 * ```ts
 * new keras.layers.MaxPooling1D(2)([[[1], [3], [5], [7]]]); // [[[3], [7]]]
 * ```
 */
export class MaxPooling1D extends MaxPooling {
  static override readonly options = poolingOptions(1);
}

/**
 * The largest value of each window of `[batch, height, width, channels]`. Keras: keras.layers.MaxPooling2D
 *
 * ```ts
 * new keras.layers.MaxPooling2D(2)([[[[1], [2]], [[3], [4]]]]); // [[[[4]]]]
 * ```
 */
export class MaxPooling2D extends MaxPooling {
  static override readonly options = poolingOptions(2);
}

/**
 * The largest value of each window of `[batch, depth, height, width, channels]`. Keras: keras.layers.MaxPooling3D
 *
 * ```ts
 * new keras.layers.MaxPooling3D(2)(tf.ones([1, 4, 4, 4, 3])).shape; // [1, 2, 2, 2, 3]
 * ```
 */
export class MaxPooling3D extends MaxPooling {
  static override readonly options = poolingOptions(3);
}

registerClasses("keras.layers", { MaxPooling1D, MaxPooling2D, MaxPooling3D });
