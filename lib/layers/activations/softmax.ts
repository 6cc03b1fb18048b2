// The layer Softmax, which leaves out what a mask takes out.

import { softmax } from "../../activations/index.js";
import { integer, oneOrMore, registerClasses } from "../../config/index.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { exp, greater, logsumexp, subtract, where } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/** What stands in for scores that a mask takes out. */
const LARGE_NEGATIVE = -1e9;

/**
 * `eˣ / Σ eˣ` along an axis or several; what a mask takes out gets 0. Keras: keras.layers.Softmax
 *
 * ```ts
 * new keras.layers.Softmax()([[0, 0], [0, 1]]); // [[0.5, 0.5], [0.2689, 0.7311]]
 * ```
 */
export class Softmax extends Layer<typeof Softmax.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["axis"], { axis: oneOrMore(integer(), -1) });
  override supportsMasking = true;

  protected override get takesMask(): boolean {
    return true;
  }

  override call(x: Tensor, { mask }: { mask?: Tensor | null } = {}): Tensor {
    if (!mask) return softmaxAlong(x, this.options.axis);
    this.#checkMask(x, mask);
    const isThere = mask.dtype === "bool" ? mask : greater(mask, 0.5);
    return where(isThere, softmaxAlong(where(isThere, x, LARGE_NEGATIVE), this.options.axis), 0);
  }

  #checkMask(x: Tensor, mask: Tensor): void {
    const offset = x.rank - mask.rank;
    const fits =
      offset >= 0 &&
      mask.shape.every((length, i) => length === 1 || length === null || x.shape[i + offset] === null || length === x.shape[i + offset]);
    if (fits) return;
    throw new ShapeError(this.name, {
      given: `a mask of shape ${shapeText(mask.shape)}`,
      expected: `one that broadcasts to ${shapeText(x.shape)}`,
    });
  }
}

export interface Softmax extends LayerAttributes<typeof Softmax.options> {}

function softmaxAlong(x: Tensor, axis: number | number[]): Tensor {
  const axes = [axis].flat();
  return axes.length === 1 ? softmax(x, { axis: axes[0]! }) : exp(subtract(x, logsumexp(x, { axis: axes, keepdims: true })));
}

registerClasses("keras.layers", { Softmax });
