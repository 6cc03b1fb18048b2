// The layer Reshape.

import { integer, list, registerClasses } from "../../config/index.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { isKnown, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { reshape } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * Other axes for the same numbers, sample by sample; one of them may be -1. Keras: keras.layers.Reshape
 *
 * ```ts
 * new keras.layers.Reshape([2, -1])([[1, 2, 3, 4]]); // [[[1, 2], [3, 4]]]
 * ```
 */
export class Reshape extends Layer<typeof Reshape.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["targetShape"], { targetShape: list(integer()) });

  constructor(...given: ConstructorParameters<typeof Layer<typeof Reshape.options>>) {
    super(...given);
    const { targetShape } = this.options;
    if (targetShape.filter((length) => length === -1).length > 1 || targetShape.some((length) => length < -1)) {
      throw new ValueError(`${this.name}.targetShape`, {
        given: shapeText(targetShape),
        expected: "lengths of at least 0, and -1 at most once",
      });
    }
  }

  override call(x: Tensor): Tensor {
    return reshape(x, [x.shape[0]!, ...this.#resolved(x.shape.slice(1))]);
  }

  /** The target with the length that -1 stands for; null where the input does not tell. */
  #resolved(sample: Shape): Shape {
    const { targetShape } = this.options;
    const given = isKnown(sample) ? sizeOf(sample) : null;
    const rest = sizeOf(targetShape.filter((length) => length !== -1));
    const fits = given === null || (targetShape.includes(-1) ? (rest === 0 ? given === 0 : given % rest === 0) : given === rest);
    if (!fits) {
      throw new ShapeError(this.name, {
        given: `samples of shape ${shapeText(sample)}`,
        expected: `as many numbers as targetShape ${shapeText(targetShape)} has`,
      });
    }
    return targetShape.map((length) => (length === -1 ? (given === null ? null : given / rest) : length));
  }
}

export interface Reshape extends LayerAttributes<typeof Reshape.options> {}

registerClasses("keras.layers", { Reshape });
