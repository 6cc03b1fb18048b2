// The layer Flatten.

import { dataFormat, registerClasses } from "../../config/index.js";
import { isKnown, sizeOf } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { reshape, transpose } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * All axes but the batch become one: `[batch, …]` to `[batch, features]`. Keras: keras.layers.Flatten
 *
 * ```ts
 * new keras.layers.Flatten()([[[1, 2], [3, 4]]]); // [[1, 2, 3, 4]]
 * ```
 */
export class Flatten extends Layer<typeof Flatten.options> {
  static override readonly options = layerOptions.extend(["dataFormat"], { dataFormat: dataFormat() });
  override inputSpec = new InputSpec({ minNdim: 1 });

  override call(x: Tensor): Tensor {
    const [batch, ...rest] = x.shape;
    const isFirst = this.options.dataFormat === "channels_first" && x.rank > 1;
    const ordered = isFirst ? transpose(x, [0, ...rest.slice(1).map((_, i) => i + 2), 1]) : x;
    return reshape(ordered, [batch!, isKnown(rest) ? sizeOf(rest) : null]);
  }
}

export interface Flatten extends LayerAttributes<typeof Flatten.options> {}

registerClasses("keras.layers", { Flatten });
