// Convolutions along one, two and three axes.

import { registerClasses } from "../../config/index.js";
import { BaseConv, convOptions } from "./base-conv.js";

/**
 * Convolution along time: `[batch, steps, channels]` to `[batch, steps, filters]`, kernel `[size, channels / groups, filters]`.
 * Keras: keras.layers.Conv1D
 */
export class Conv1D extends BaseConv {
  static override readonly options = convOptions(1);
}

/**
 * Convolution of images: `[batch, height, width, channels]` to `[batch, height, width, filters]`, kernel `[height, width, channels /
 * groups, filters]`. Keras: keras.layers.Conv2D
 */
export class Conv2D extends BaseConv {
  static override readonly options = convOptions(2);
}

/** Convolution of volumes: `[batch, depth, height, width, channels]`. Keras: keras.layers.Conv3D */
export class Conv3D extends BaseConv {
  static override readonly options = convOptions(3);
}

registerClasses("keras.layers", { Conv1D, Conv2D, Conv3D });
