// The wrapper TimeDistributed.

import { registerClasses } from "../../config/index.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { symbolic, type Tensor } from "../../core/tensor.js";
import { reshape, slice, stack } from "../../ops/index.js";
import { Wrapper, wrapperOptions } from "../base/wrapper.js";

/**
 * Applies a layer to each step of `[batch, time, …]`. Keras: keras.layers.TimeDistributed
 *
 * ```ts
 * new keras.layers.TimeDistributed(new keras.layers.Dense(4))(tf.ones([2, 3, 5])).shape; // [2, 3, 4]
 * ```
 */
export class TimeDistributed extends Wrapper<typeof wrapperOptions> {
  static override readonly options = wrapperOptions;

  protected override get takesMask(): boolean {
    return true;
  }

  override build(inputShape: Shape): void {
    if (inputShape.length < 3) {
      throw new ShapeError(this.name, { given: `an input of shape ${shapeText(inputShape)}`, expected: "rank 3 at least: batch, time, …" });
    }
    super.build([inputShape[0]!, ...inputShape.slice(2)]);
  }

  override call(sequence: Tensor, { training, mask }: { training?: boolean | null; mask?: Tensor | null } = {}): Tensor {
    const time = sequence.shape[1]!;
    if (mask && (mask.rank < 2 || mask.shape[0] !== sequence.shape[0] || mask.shape[1] !== time)) {
      throw new ShapeError(this.name, {
        given: `a mask of shape ${shapeText(mask.shape)}`,
        expected: `one that begins with ${shapeText(sequence.shape.slice(0, 2))}`,
      });
    }
    const apply = (i: number): Tensor => this.layer(stepOf(sequence, i), { training, ...(mask && { mask: stepOf(mask, i) }) });
    if (time !== null) return stack(Array.from({ length: time }, (_, i) => apply(i)), 1); // prettier-ignore
    const one = this.layer(symbolic({ shape: [sequence.shape[0]!, ...sequence.shape.slice(2)], dtype: sequence.dtype }), { training });
    return symbolic({ shape: [one.shape[0]!, null, ...one.shape.slice(1)], dtype: one.dtype });
  }
}

/** Step `index` of `[batch, time, …]`. */
function stepOf(sequence: Tensor, index: number): Tensor {
  const begin = sequence.shape.map((_, axis) => (axis === 1 ? index : 0));
  const size = sequence.shape.map((_, axis) => (axis === 1 ? 1 : -1));
  return reshape(slice(sequence, begin, size), [sequence.shape[0]!, ...sequence.shape.slice(2)]);
}

registerClasses("keras.layers", { TimeDistributed });
