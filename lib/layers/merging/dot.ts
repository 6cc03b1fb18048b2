// The layer Dot.

import { boolean, integer, oneOrMore, registerClasses } from "../../config/index.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { divide, matmul, maximum, moveaxis, reshape, sqrt, square, sum } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Merge } from "./base-merge.js";

/**
 * The dot product of two inputs, sample by sample, along one axis of each. Keras: keras.layers.Dot
 *
 * ```ts
 * new keras.layers.Dot(1)([tf.constant([[1, 2]]), tf.constant([[3, 4]])]); // [[11]]
 * ```
 */
export class Dot extends Merge<typeof Dot.options> {
  static override readonly options = layerOptions.extend(["axes", "normalize"], { axes: oneOrMore(integer()), normalize: boolean(false) });

  override build(inputShape: readonly Shape[]): void {
    this.checkList(inputShape);
    if (inputShape.length !== 2) throw new ShapeError(this.name, { given: `${inputShape.length} inputs`, expected: "exactly 2" });
    const [a, b] = this.#axesOf(inputShape);
    const [first, second] = inputShape as [Shape, Shape];
    if (first[a] !== second[b] || first[a] === undefined) {
      throw new ShapeError(this.name, {
        given: `inputs of shapes ${inputShape.map(shapeText).join(", ")}`,
        expected: `axis ${a} of the first and axis ${b} of the second to have one length`,
      });
    }
  }

  override call(inputs: readonly Tensor[]): Tensor {
    this.checkList(inputs);
    return this.merge(inputs);
  }

  protected override merge([x, y]: readonly Tensor[]): Tensor {
    const [a, b] = this.#axesOf([x!.shape, y!.shape]);
    return this.options.normalize ? batchDot(unit(x!, a), unit(y!, b), a, b) : batchDot(x!, y!, a, b);
  }

  override computeMask(): null {
    return null;
  }

  /** The axes counted from the front. @throws ValueError for the batch axis */
  #axesOf(shapes: readonly Shape[]): [number, number] {
    const { axes } = this.options;
    const given = Array.isArray(axes) ? axes : [axes, axes];
    if (given.length !== 2)
      throw new ValueError(`${this.name}.axes`, { given: shapeText(given), expected: "one axis, or one for each input" });
    const [a, b] = given.map((axis, i) => (axis < 0 ? axis + shapes[i]!.length : axis)) as [number, number];
    if (a === 0 || b === 0) throw new ValueError(`${this.name}.axes`, { given: shapeText(given), expected: "axes behind the batch axis" });
    return [a, b];
  }
}

export interface Dot extends LayerAttributes<typeof Dot.options> {}

/** Vectors along an axis, divided by their length. */
const unit = (x: Tensor, axis: number): Tensor => divide(x, sqrt(maximum(sum(square(x), { axis, keepdims: true }), 1e-12)));

/** `[batch, …]` and `[batch, …]`, summed over one axis of each: a batched matrix product. */
export function batchDot(x: Tensor, y: Tensor, a: number, b: number): Tensor {
  const [rows, columns] = [moveaxis(x, a, -1), moveaxis(y, b, 1)];
  const left = rows.shape.slice(1, -1);
  const right = columns.shape.slice(2);
  const length = rows.shape.at(-1)!;
  const batch = x.shape[0]!;
  const product = (shape: Shape): number | null =>
    shape.includes(null) ? null : (shape as readonly number[]).reduce((size, each) => size * each, 1);
  const z = matmul(reshape(rows, [batch, product(left), length]), reshape(columns, [batch, length, product(right)]));
  const shape = [batch, ...left, ...right];
  return reshape(z, shape.length === 1 ? [batch, 1] : shape);
}

registerClasses("keras.layers", { Dot });
