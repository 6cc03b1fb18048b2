// The initializer of identity matrices.

import { number, schema, type Attributes } from "../config/index.js";
import type { Dtype } from "../core/dtype.js";
import { ShapeError } from "../core/errors.js";
import { checkLengths, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cast, eye, multiply } from "../ops/index.js";
import { Initializer, initializers } from "./initializer.js";

/**
 * `gain` on the diagonal of a matrix, 0 elsewhere. Keras: keras.initializers.Identity
 *
 * ```ts
 * new keras.initializers.Identity({ gain: 2 })([2, 2]); // [[2, 0], [0, 2]]
 * ```
 */
export class Identity extends Initializer<typeof Identity.options> {
  static override readonly options = schema(["gain"], { gain: number(1) });

  override call(shape: readonly number[], dtype: Dtype): Tensor {
    checkLengths(shape, "Identity");
    const [rows, columns] = shape;
    if (shape.length !== 2) throw new ShapeError("Identity", { given: `the shape ${shapeText(shape)}`, expected: "a matrix: rank 2" });
    return cast(multiply(eye(rows!, columns!), this.options.gain), dtype);
  }
}

export interface Identity extends Attributes<typeof Identity.options> {}

initializers.register({ Identity }, "IdentityInitializer");
