// The initializer of one value, or of given values.

import { deserializeKerasObject, field, invalid, schema, serializeKerasObject, withDefault, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { broadcastTo, cast } from "../ops/index.js";
import { Initializer, initializers } from "./initializer.js";

const values = field<TensorLike>({
  expected: "a number, or values that broadcast to the shape",
  takesObjects: "configs",
  parse(value) {
    const given = deserializeKerasObject(value);
    const isValues =
      typeof given === "number" ||
      typeof given === "boolean" ||
      given instanceof Chainable ||
      Array.isArray(given) ||
      ArrayBuffer.isView(given);
    return isValues ? (given as TensorLike) : invalid;
  },
  serialize: serializeKerasObject,
});

/**
 * One value, or values that broadcast to the shape. Keras: keras.initializers.Constant
 *
 * ```ts
 * new keras.initializers.Constant(3)([2]); // [3, 3]
 * ```
 */
export class Constant extends Initializer<typeof Constant.options> {
  static override readonly options = schema(["value"], { value: withDefault(values, 0) });

  override get everyElement(): number | null {
    return typeof this.options.value === "number" ? this.options.value : null;
  }

  override call(shape: readonly number[], dtype: Dtype): Tensor {
    return broadcastTo(cast(asTensor(this.options.value), dtype), shape);
  }
}

export interface Constant extends Attributes<typeof Constant.options> {}

initializers.register({ Constant });
