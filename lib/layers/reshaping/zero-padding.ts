// Zeros around, along one, two and three axes.

import { dataFormat, registerClasses, type Schema } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { pad } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { margins, type Margin } from "./margins.js";

const paddingOptions = (rank: number) =>
  layerOptions.extend(["padding", "dataFormat"], { padding: margins(rank, 1), dataFormat: dataFormat() });

/** Zeros around the axes between batch and channels. */
abstract class ZeroPadding extends Layer<ReturnType<typeof paddingOptions>> {
  static override readonly options: Schema = paddingOptions(2);
  override inputSpec = new InputSpec({ ndim: this.options.padding.length + 2 });

  override call(x: Tensor): Tensor {
    const { padding, dataFormat } = this.options;
    const none: Margin = [0, 0];
    return pad(x, dataFormat === "channels_last" ? [none, ...padding, none] : [none, none, ...padding]);
  }
}

interface ZeroPadding extends LayerAttributes<ReturnType<typeof paddingOptions>> {}

/**
 * Zeros before and after the steps of `[batch, steps, channels]`. Keras: keras.layers.ZeroPadding1D
 *
 * ```ts
 * new keras.layers.ZeroPadding1D(1)([[[1], [2]]]); // [[[0], [1], [2], [0]]]
 * ```
 */
export class ZeroPadding1D extends ZeroPadding {
  static override readonly options = paddingOptions(1);
}

/**
 * Zeros around images `[batch, height, width, channels]`. Keras: keras.layers.ZeroPadding2D
 *
 * ```ts
 * new keras.layers.ZeroPadding2D([[0, 0], [1, 0]])([[[[1], [2]]]]); // [[[[0], [1], [2]]]]
 * ```
 */
export class ZeroPadding2D extends ZeroPadding {
  static override readonly options = paddingOptions(2);
}

/**
 * Zeros around volumes `[batch, depth, height, width, channels]`. Keras: keras.layers.ZeroPadding3D
 *
 * ```ts
 * new keras.layers.ZeroPadding3D(1)(tf.ones([1, 2, 2, 2, 3])).shape; // [1, 4, 4, 4, 3]
 * ```
 */
export class ZeroPadding3D extends ZeroPadding {
  static override readonly options = paddingOptions(3);
}

registerClasses("keras.layers", { ZeroPadding1D, ZeroPadding2D, ZeroPadding3D });
