// Add, Average and Subtract.

import { registerClasses } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, subtract } from "../../ops/index.js";
import { Merge } from "./base-merge.js";

/**
 * The sum of all inputs, element by element. Keras: keras.layers.Add
 *
 * ```ts
 * new keras.layers.Add()([tf.constant([1, 2]), tf.constant([3, 4])]); // [4, 6]
 * ```
 */
export class Add extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((sum, x) => add(sum, x));
  }
}

/**
 * The mean of all inputs, element by element. Keras: keras.layers.Average
 *
 * ```ts
 * new keras.layers.Average()([tf.constant([1, 2]), tf.constant([3, 6])]); // [2, 4]
 * ```
 */
export class Average extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return divide(
      inputs.reduce((sum, x) => add(sum, x)),
      inputs.length,
    );
  }
}

/**
 * The first input minus the second. Keras: keras.layers.Subtract
 *
 * ```ts
 * new keras.layers.Subtract()([tf.constant([5, 7]), tf.constant([1, 2])]); // [4, 5]
 * ```
 */
export class Subtract extends Merge {
  override build(inputShape: readonly Shape[]): void {
    super.build(inputShape);
    if (inputShape.length !== 2) throw new ArgumentError(this.name, { given: `${inputShape.length} inputs`, expected: "exactly 2" });
  }

  protected override merge([a, b]: readonly Tensor[]): Tensor {
    return subtract(a!, b!);
  }
}

registerClasses("keras.layers", { Add, Average, Subtract });
