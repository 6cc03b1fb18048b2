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

/** The mean of each window of `[batch, steps, channels]`. Keras: keras.layers.AveragePooling1D */
export class AveragePooling1D extends AveragePooling {
  static override readonly options = poolingOptions(1);
}

/** The mean of each window of `[batch, height, width, channels]`. Keras: keras.layers.AveragePooling2D */
export class AveragePooling2D extends AveragePooling {
  static override readonly options = poolingOptions(2);
}

/** The mean of each window of `[batch, depth, height, width, channels]`. Keras: keras.layers.AveragePooling3D */
export class AveragePooling3D extends AveragePooling {
  static override readonly options = poolingOptions(3);
}

registerClasses("keras.layers", { AveragePooling1D, AveragePooling2D, AveragePooling3D });
