// Convolutions along one, two and three axes.

import { registerClasses } from "../../config/index.js";
import { BaseConv, convOptions } from "./base-conv.js";

/**
 * Convolution along time: `[batch, steps, channels]` to `[batch, steps, filters]`, kernel `[size, channels / groups, filters]`.
 * Keras: keras.layers.Conv1D
 *
 * ```ts
 * new keras.layers.Conv1D(1, 2, { kernelInitializer: "ones" })([[[1], [2], [3]]]); // [[[3], [5]]]
 * ```
 */
export class Conv1D extends BaseConv {
  static override readonly options = convOptions(1);
}

/**
 * Convolution of images: `[batch, height, width, channels]` to `[batch, height, width, filters]`, kernel `[height, width, channels /
 * groups, filters]`. Keras: keras.layers.Conv2D
 *
 * ```ts
 * new keras.layers.Conv2D(1, 2, { kernelInitializer: "ones" })([[[[1], [2]], [[3], [4]]]]); // [[[[10]]]]
 * ```
 */
export class Conv2D extends BaseConv {
  static override readonly options = convOptions(2);
}

/**
 * Convolution of volumes: `[batch, depth, height, width, channels]`. Keras: keras.layers.Conv3D
 *
 * ```ts
 * new keras.layers.Conv3D(4, 2)(tf.ones([1, 3, 3, 3, 2])).shape; // [1, 2, 2, 2, 4]
 * ```
 */
export class Conv3D extends BaseConv {
  static override readonly options = convOptions(3);
}

registerClasses("keras.layers", { Conv1D, Conv2D, Conv3D });
