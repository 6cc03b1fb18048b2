// The layer Permute.

import { integer, list, registerClasses } from "../../config/index.js";
import { ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { transpose } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Reorders the axes of samples: `dims` counts them from 1. Keras: keras.layers.Permute
 *
 * ```ts
 * new keras.layers.Permute([2, 1])([[[1, 2], [3, 4]]]); // [[[1, 3], [2, 4]]]
 * ```
 */
export class Permute extends Layer<typeof Permute.options> {
  static override readonly options = layerOptions.extend(["dims"], { dims: list(integer()) });
  override inputSpec = new InputSpec({ ndim: this.options.dims.length + 1 });

  constructor(...given: ConstructorParameters<typeof Layer<typeof Permute.options>>) {
    super(...given);
    const { dims } = this.options;
    if ([...dims].sort((a, b) => a - b).some((axis, i) => axis !== i + 1)) {
      throw new ValueError(`${this.name}.dims`, { given: shapeText(dims), expected: `the numbers from 1 to ${dims.length}, each once` });
    }
  }

  override call(x: Tensor): Tensor {
    return transpose(x, [0, ...this.options.dims]);
  }
}

export interface Permute extends LayerAttributes<typeof Permute.options> {}

registerClasses("keras.layers", { Permute });
