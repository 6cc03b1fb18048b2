// Means of windows, along one, two and three axes.

import { registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { averagePool } from "../../ops/index.js";
import { BasePooling, poolingOptions, type PoolOptions } from "./base-pooling.js";

/** The mean of each window along the axes between batch and channels. */
abstract class AveragePooling extends BasePooling {
  protected override pool(x: Tensor, poolSize: readonly number[], options: PoolOptions): Tensor {
    return averagePool(x, poolSize, options);
  }
}

/**
 * The mean of each window of `[batch, steps, channels]`. Keras: keras.layers.AveragePooling1D
 *
 * ```ts
 * new keras.layers.AveragePooling1D(2)([[[1], [3], [5], [7]]]); // [[[2], [6]]]
 * ```
 */
export class AveragePooling1D extends AveragePooling {
  static override readonly options = poolingOptions(1);
}

/**
 * The mean of each window of `[batch, height, width, channels]`. Keras: keras.layers.AveragePooling2D
 *
 * ```ts
 * new keras.layers.AveragePooling2D(2)([[[[1], [2]], [[3], [4]]]]); // [[[[2.5]]]]
 * ```
 */
export class AveragePooling2D extends AveragePooling {
  static override readonly options = poolingOptions(2);
}

/**
 * The mean of each window of `[batch, depth, height, width, channels]`. Keras: keras.layers.AveragePooling3D
 *
 * ```ts
 * new keras.layers.AveragePooling3D(2)(tf.ones([1, 4, 4, 4, 3])).shape; // [1, 2, 2, 2, 3]
 * ```
 */
export class AveragePooling3D extends AveragePooling {
  static override readonly options = poolingOptions(3);
}

registerClasses("keras.layers", { AveragePooling1D, AveragePooling2D, AveragePooling3D });
