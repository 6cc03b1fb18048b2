// The layer PReLU, whose slope below zero is learned.

import { integer, nullable, registerClasses } from "../../config/index.js";
import { relu } from "../../activations/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, multiply, negative } from "../../ops/index.js";
import type { Variable } from "../../variables/variable.js";
import { constraint, initializer, regularizer, severalOf, weightOptions } from "../base/fields.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * `x` where it is above 0, else `alpha · x` with a learned alpha for each feature; along `sharedAxes` there is one alpha.
 * Keras: keras.layers.PReLU
 *
 * ```ts
 * new keras.layers.PReLU({ alphaInitializer: "ones" })([[-1, 2]]); // [[-1, 2]]
 * ```
 */
export class PReLU extends Layer<typeof PReLU.options> {
  static override readonly options = layerOptions.extend(["alphaInitializer", "alphaRegularizer", "alphaConstraint", "sharedAxes"], {
    alphaInitializer: initializer("Zeros"),
    alphaRegularizer: regularizer(),
    alphaConstraint: constraint(),
    sharedAxes: nullable(severalOf(integer())),
  });

  declare alpha: Variable;
  override supportsMasking = true;

  override build(inputShape: Shape): void {
    const shared = this.options.sharedAxes ?? [];
    const shape = inputShape.slice(1).map((length, i) => (shared.includes(i + 1) ? 1 : length));
    this.alpha = this.addWeight({ name: "alpha", shape, ...weightOptions(this.options, "alpha") });
    const own = inputShape.flatMap((length, axis) =>
      shared.length > 0 && axis > 0 && !shared.includes(axis) ? [[axis, length] as const] : [],
    );
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: Object.fromEntries(own) });
  }

  override call(x: Tensor): Tensor {
    return add(relu(x), multiply(negative(this.alpha), relu(negative(x))));
  }
}

export interface PReLU extends LayerAttributes<typeof PReLU.options> {}

registerClasses("keras.layers", { PReLU });
