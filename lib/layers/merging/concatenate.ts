// The layer Concatenate.

import { integer, registerClasses } from "../../config/index.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { any, concatenate, expandDims, logicalOr, onesLike, zerosLike } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { Mask } from "../base/types.js";
import { Merge } from "./base-merge.js";

/**
 * The inputs one behind the other along an axis. Keras: keras.layers.Concatenate
 *
 * ```ts
 * new keras.layers.Concatenate()([tf.constant([[1]]), tf.constant([[2, 3]])]); // [[1, 2, 3]]
 * ```
 */
export class Concatenate extends Merge<typeof Concatenate.options> {
  static override readonly options = layerOptions.extend(["axis"], { axis: integer(-1) });

  override build(inputShape: readonly Shape[]): void {
    this.checkList(inputShape);
    const [first] = inputShape as [Shape];
    const { axis } = this.options;
    const own = axis < 0 ? axis + first.length : axis;
    const fits = inputShape.every(
      (shape) =>
        shape.length === first.length &&
        shape.every((length, i) => i === own || length === null || first[i] === null || length === first[i]),
    );
    if (own < 0 || own >= first.length || !fits) {
      throw new ShapeError(this.name, {
        given: `inputs of shapes ${inputShape.map(shapeText).join(", ")}`,
        expected: `equal shapes but for axis ${axis}`,
      });
    }
  }

  override call(inputs: readonly Tensor[]): Tensor {
    this.checkList(inputs);
    return this.merge(inputs);
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return concatenate(inputs, this.options.axis);
  }

  override computeMask(inputs: readonly Tensor[], mask: readonly Mask[] | null): Tensor | null {
    if (mask === null || mask.every((each) => each === null)) return null;
    const masks = inputs.map((x, i) => {
      const own = mask[i] as Tensor | null;
      if (own === null) return onesLike(x, { dtype: "bool" });
      return own.rank < x.rank ? logicalOr(expandDims(own, -1), zerosLike(x, { dtype: "bool" })) : own;
    });
    return any(concatenate(masks, this.options.axis), { axis: -1, keepdims: false });
  }
}

export interface Concatenate extends LayerAttributes<typeof Concatenate.options> {}

registerClasses("keras.layers", { Concatenate });
