// Elements repeated, along one, two and three axes.

import { dataFormat, oneOf, positiveInteger, registerClasses, type Schema, tuple, unwritten } from "../../config/index.js";
import type { Json, OptionValues } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, repeat, transpose } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { upsampleLinearly } from "./interpolate.js";
import { Layer } from "../layer.js";

const upSamplingOptions = (rank: number) =>
  layerOptions.extend(["size", "dataFormat"], { size: tuple(rank, positiveInteger(), 2), dataFormat: dataFormat() });

type UpSamplingOptions = ReturnType<typeof upSamplingOptions>;

/** Repeats each element along the axes between batch and channels. */
abstract class UpSampling<S extends Schema = UpSamplingOptions> extends Layer<S> {
  static override readonly options: Schema = upSamplingOptions(2);
  override inputSpec = new InputSpec({ ndim: this.shared.size.length + 2 });

  protected get shared(): OptionValues<UpSamplingOptions> {
    return this.options as never;
  }

  override call(x: Tensor): Tensor {
    const { size, dataFormat } = this.shared;
    const first = dataFormat === "channels_last" ? 1 : 2;
    return size.reduce((y, times, i) => (times === 1 ? y : repeat(y, times, first + i)), x);
  }
}

/**
 * Repeats each step of `[batch, steps, channels]`. Keras: keras.layers.UpSampling1D
 *
 * ```ts
 * new keras.layers.UpSampling1D(2)([[[1], [2]]]); // [[[1], [1], [2], [2]]]
 * ```
 */
export class UpSampling1D extends UpSampling {
  static override readonly options = upSamplingOptions(1).extend(["size"], { dataFormat: unwritten(dataFormat()) });

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), size: this.options.size[0]! };
  }
}

/**
 * Makes images `[batch, height, width, channels]` larger by whole factors. Keras: keras.layers.UpSampling2D
 *
 * ```ts
 * new keras.layers.UpSampling2D(2)([[[[1], [2]]]]); // [[[[1], [1], [2], [2]], [[1], [1], [2], [2]]]]
 * ```
 */
export class UpSampling2D extends UpSampling<typeof UpSampling2D.options> {
  static override readonly options = upSamplingOptions(2).extend(["size", "dataFormat", "interpolation"], {
    interpolation: oneOf(["nearest", "bilinear"], "nearest"),
  });

  override call(x: Tensor): Tensor {
    const { size, dataFormat, interpolation } = this.options;
    if (interpolation === "nearest") return super.call(x);
    const isFirst = dataFormat === "channels_first";
    const images = cast(isFirst ? transpose(x, [0, 2, 3, 1]) : x, "float32");
    const larger = cast(upsampleLinearly(images, [size[0]!, size[1]!]), x.dtype);
    return isFirst ? transpose(larger, [0, 3, 1, 2]) : larger;
  }
}

export interface UpSampling2D extends LayerAttributes<typeof UpSampling2D.options> {}

/**
 * Repeats each element of volumes `[batch, depth, height, width, channels]`. Keras: keras.layers.UpSampling3D
 *
 * ```ts
 * new keras.layers.UpSampling3D(2)(tf.ones([1, 2, 2, 2, 3])).shape; // [1, 4, 4, 4, 3]
 * ```
 */
export class UpSampling3D extends UpSampling {
  static override readonly options = upSamplingOptions(3);
}

registerClasses("keras.layers", { UpSampling1D, UpSampling2D, UpSampling3D });
