// The layer RepeatVector.

import { positiveInteger, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { expandDims, repeat } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Repeats each sample: `[batch, features]` to `[batch, n, features]`. Keras: keras.layers.RepeatVector
 *
 * ```ts
 * new keras.layers.RepeatVector(2)([[1, 2]]); // [[[1, 2], [1, 2]]]
 * ```
 */
export class RepeatVector extends Layer<typeof RepeatVector.options> {
  static override readonly options = layerOptions.extend(["n"], { n: positiveInteger() });
  override inputSpec = new InputSpec({ ndim: 2 });

  override call(x: Tensor): Tensor {
    return repeat(expandDims(x, 1), this.options.n, 1);
  }
}

export interface RepeatVector extends LayerAttributes<typeof RepeatVector.options> {}

registerClasses("keras.layers", { RepeatVector });
