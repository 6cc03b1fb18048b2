// Margins cut off, along one, two and three axes.

import { dataFormat, registerClasses, type Schema, unwritten } from "../../config/index.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { slice } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { margins } from "./margins.js";

const croppingOptions = (rank: number, fallback: number) =>
  layerOptions.extend(["cropping", "dataFormat"], { cropping: margins(rank, fallback), dataFormat: dataFormat() });

/** Cuts off margins along the axes between batch and channels. */
abstract class Cropping extends Layer<ReturnType<typeof croppingOptions>> {
  static override readonly options: Schema = croppingOptions(2, 0);
  override inputSpec = new InputSpec({ ndim: this.options.cropping.length + 2 });

  override call(x: Tensor): Tensor {
    const { cropping, dataFormat } = this.options;
    const first = dataFormat === "channels_last" ? 1 : 2;
    const begin = x.shape.map(() => 0);
    const size = x.shape.map(() => -1);
    cropping.forEach(([before, after], i) => {
      const length = x.shape[first + i]!;
      if (length !== null && before + after >= length) {
        throw new ShapeError(`${this.name}.cropping`, {
          given: `[${before}, ${after}] for axis ${first + i} of an input of shape ${shapeText(x.shape)}`,
          expected: `less than ${length} in all`,
        });
      }
      begin[first + i] = before;
      size[first + i] = length === null ? -1 : length - before - after;
    });
    return slice(x, begin, size);
  }
}

interface Cropping extends LayerAttributes<ReturnType<typeof croppingOptions>> {}

/**
 * Cuts steps off `[batch, steps, channels]`. Keras: keras.layers.Cropping1D
 *
 * ```ts
 * new keras.layers.Cropping1D(1)([[[1], [2], [3], [4]]]); // [[[2], [3]]]
 * ```
 */
export class Cropping1D extends Cropping {
  static override readonly options = croppingOptions(1, 1).extend(["cropping"], { dataFormat: unwritten(dataFormat()) });
}

/**
 * Cuts margins off images `[batch, height, width, channels]`. Keras: keras.layers.Cropping2D
 *
 * ```ts
 * new keras.layers.Cropping2D([[1, 0], [0, 1]])([[[[1], [2]], [[3], [4]]]]); // [[[[3]]]]
 * ```
 */
export class Cropping2D extends Cropping {
  static override readonly options = croppingOptions(2, 0);
}

/**
 * Cuts margins off volumes `[batch, depth, height, width, channels]`. Keras: keras.layers.Cropping3D
 *
 * ```ts
 * new keras.layers.Cropping3D(1)(tf.ones([1, 4, 4, 4, 2])).shape; // [1, 2, 2, 2, 2]
 * ```
 */
export class Cropping3D extends Cropping {
  static override readonly options = croppingOptions(3, 1);
}

registerClasses("keras.layers", { Cropping1D, Cropping2D, Cropping3D });
