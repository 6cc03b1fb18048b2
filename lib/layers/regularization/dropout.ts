// Dropout, of elements and of whole channels.

import {
  fraction,
  list,
  nullable,
  positiveInteger,
  registerClasses,
  unwritten,
  dtypePolicy,
  boolean,
  dataFormat,
  type Schema,
} from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { dropout } from "../../random/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import { seed } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * In training, sets a part `rate` of the elements to 0 and scales the others up, so that the expected sum stays; otherwise
 * gives its input back. Along axes of length 1 in `noiseShape` one draw counts for all.
 *
 * ```ts
 * const layer = new keras.layers.Dropout(0.5, { seed: 1 });
 * layer(tf.ones([4]), { training: false }); // [1, 1, 1, 1]
 * ```
 *
 * @see Srivastava et al. 2014. Keras:
 * keras.layers.Dropout
 */
export class Dropout extends Layer<typeof Dropout.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["rate", "noiseShape", "seed"], {
    rate: fraction(),
    noiseShape: nullable(list(nullable(positiveInteger()))),
    seed: seed(),
  });

  readonly seedGenerator = this.options.rate > 0 ? new SeedGenerator(this.options.seed) : null;
  override supportsMasking = true;

  override call(x: Tensor, { training }: { training?: boolean | null } = {}): Tensor {
    const { rate, noiseShape } = this.options;
    return training && this.seedGenerator ? dropout(x, rate, { noiseShape, seed: this.seedGenerator }) : x;
  }
}

export interface Dropout extends LayerAttributes<typeof Dropout.options> {}

const spatialOptions = layerOptions.extend(["rate", "seed", "name", "dtype"], {
  rate: fraction(),
  seed: seed(),
  dataFormat: unwritten(dataFormat()),
  trainable: unwritten(boolean(true)),
  dtype: dtypePolicy("string"),
});

/** In training, drops whole channels of samples. */
abstract class SpatialDropout extends Layer<typeof spatialOptions> {
  static override readonly savesBuild = false;
  static override readonly options: Schema = spatialOptions;
  /** Axes beside batch and channels. */
  protected abstract readonly imageRank: number;

  readonly seedGenerator = this.options.rate > 0 ? new SeedGenerator(this.options.seed) : null;
  override supportsMasking = true;

  override build(): void {
    this.inputSpec = new InputSpec({ ndim: this.imageRank + 2 });
  }

  override call(x: Tensor, { training }: { training?: boolean | null } = {}): Tensor {
    const { rate, dataFormat } = this.options;
    const channels = dataFormat === "channels_last" ? x.rank - 1 : 1;
    const noiseShape: Shape = x.shape.map((length, axis) => (axis === 0 || axis === channels ? length : 1));
    return training && this.seedGenerator ? dropout(x, rate, { noiseShape, seed: this.seedGenerator }) : x;
  }
}

interface SpatialDropout extends LayerAttributes<typeof spatialOptions> {}

/**
 * In training, drops whole channels of `[batch, steps, channels]`.
 *
 * ```ts
 * new keras.layers.SpatialDropout1D(0.5)([[[1, 2]]]); // [[[1, 2]]]
 * ```
 *
 * @see Tompson et al. 2014. Keras: keras.layers.SpatialDropout1D
 */
export class SpatialDropout1D extends SpatialDropout {
  protected override readonly imageRank = 1;
}

/**
 * In training, drops whole channels of images `[batch, height, width, channels]`. Keras: keras.layers.SpatialDropout2D
 *
 * ```ts
 * new keras.layers.SpatialDropout2D(0.5)([[[[1, 2]]]]); // [[[[1, 2]]]]
 * ```
 */
export class SpatialDropout2D extends SpatialDropout {
  static override readonly options = spatialOptions.extend(["rate", "dataFormat", "seed", "name", "dtype"], { dataFormat: dataFormat() });
  protected override readonly imageRank = 2;
}

/**
 * In training, drops whole channels of volumes `[batch, depth, height, width, channels]`. Keras: keras.layers.SpatialDropout3D
 *
 * ```ts
 * new keras.layers.SpatialDropout3D(0.5)([[[[[1, 2]]]]]); // [[[[[1, 2]]]]]
 * ```
 */
export class SpatialDropout3D extends SpatialDropout {
  static override readonly options = spatialOptions.extend(["rate", "dataFormat", "seed", "name", "dtype"], { dataFormat: dataFormat() });
  protected override readonly imageRank = 3;
}

registerClasses("keras.layers", { Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D });
