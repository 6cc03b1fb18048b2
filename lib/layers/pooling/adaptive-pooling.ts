// Pooling to a given size, along one, two and three axes.

import { dataFormat, positiveInteger, registerClasses, type Schema, tuple } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { adaptiveAveragePool, adaptiveMaxPool } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

const adaptiveOptions = (rank: number) =>
  layerOptions.extend(["outputSize", "dataFormat"], { outputSize: tuple(rank, positiveInteger()), dataFormat: dataFormat() });

/** Pooling with windows such that the output has a given size, whatever that of the input. */
abstract class AdaptivePooling extends Layer<ReturnType<typeof adaptiveOptions>> {
  static override readonly options: Schema = adaptiveOptions(2);
  override inputSpec = new InputSpec({ ndim: this.options.outputSize.length + 2 });

  protected abstract readonly pool: typeof adaptiveMaxPool;

  override call(x: Tensor): Tensor {
    const { outputSize, dataFormat } = this.options;
    return this.pool(x, outputSize, { dataFormat });
  }
}

interface AdaptivePooling extends LayerAttributes<ReturnType<typeof adaptiveOptions>> {}

abstract class AdaptiveAveragePooling extends AdaptivePooling {
  protected override readonly pool = adaptiveAveragePool;
}

abstract class AdaptiveMaxPooling extends AdaptivePooling {
  protected override readonly pool = adaptiveMaxPool;
}

/**
 * Means of `outputSize` parts of the steps of `[batch, steps, channels]`. Keras: keras.layers.AdaptiveAveragePooling1D
 *
 * ```ts
 * new keras.layers.AdaptiveAveragePooling1D(2)([[[1], [2], [3], [4]]]); // [[[1.5], [3.5]]]
 * ```
 */
export class AdaptiveAveragePooling1D extends AdaptiveAveragePooling {
  static override readonly options = adaptiveOptions(1);
}

/**
 * Means of `outputSize` parts of images. Keras: keras.layers.AdaptiveAveragePooling2D
 *
 * ```ts
 * new keras.layers.AdaptiveAveragePooling2D(1)([[[[1], [2]], [[3], [4]]]]); // [[[[2.5]]]]
 * ```
 */
export class AdaptiveAveragePooling2D extends AdaptiveAveragePooling {
  static override readonly options = adaptiveOptions(2);
}

/**
 * Means of `outputSize` parts of volumes. Keras: keras.layers.AdaptiveAveragePooling3D
 *
 * ```ts
 * new keras.layers.AdaptiveAveragePooling3D(1)(tf.ones([1, 2, 2, 2, 3])).shape; // [1, 1, 1, 1, 3]
 * ```
 */
export class AdaptiveAveragePooling3D extends AdaptiveAveragePooling {
  static override readonly options = adaptiveOptions(3);
}

/**
 * Largest values of `outputSize` parts of the steps of `[batch, steps, channels]`. Keras: keras.layers.AdaptiveMaxPooling1D
 *
 * ```ts
 * new keras.layers.AdaptiveMaxPooling1D(2)([[[1], [2], [3], [4]]]); // [[[2], [4]]]
 * ```
 */
export class AdaptiveMaxPooling1D extends AdaptiveMaxPooling {
  static override readonly options = adaptiveOptions(1);
}

/**
 * Largest values of `outputSize` parts of images. Keras: keras.layers.AdaptiveMaxPooling2D
 *
 * ```ts
 * new keras.layers.AdaptiveMaxPooling2D(1)([[[[1], [2]], [[3], [4]]]]); // [[[[4]]]]
 * ```
 */
export class AdaptiveMaxPooling2D extends AdaptiveMaxPooling {
  static override readonly options = adaptiveOptions(2);
}

/**
 * Largest values of `outputSize` parts of volumes. Keras: keras.layers.AdaptiveMaxPooling3D
 *
 * ```ts
 * new keras.layers.AdaptiveMaxPooling3D(1)(tf.ones([1, 2, 2, 2, 3])).shape; // [1, 1, 1, 1, 3]
 * ```
 */
export class AdaptiveMaxPooling3D extends AdaptiveMaxPooling {
  static override readonly options = adaptiveOptions(3);
}

registerClasses("keras.layers", { AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D });
registerClasses("keras.layers", { AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D });
