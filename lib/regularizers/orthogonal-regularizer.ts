// The penalty of vectors that are not at right angles.

import { nonNegativeNumber, oneOf, schema, type Attributes } from "../config/index.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { abs, eye, matmul, multiply, normalize, subtract, sum, transpose } from "../ops/index.js";
import { Regularizer, regularizers } from "./regularizer.js";

/**
 * Mean cosine between the rows, or columns, of a matrix, times `factor`. Keras: keras.regularizers.OrthogonalRegularizer
 *
 * ```ts
 * new keras.regularizers.OrthogonalRegularizer({ factor: 0.1 })(tf.constant([[1, 0], [1, 0]])); // 0.1
 * ```
 */
export class OrthogonalRegularizer extends Regularizer<typeof OrthogonalRegularizer.options> {
  static override readonly options = schema(["factor", "mode"], {
    factor: nonNegativeNumber(0.01),
    mode: oneOf(["rows", "columns"], "rows"),
  });

  override call(x: Tensor): Tensor {
    const { factor, mode } = this.options;
    if (x.rank !== 2)
      throw new ShapeError("OrthogonalRegularizer", { given: `a tensor of shape ${shapeText(x.shape)}`, expected: "rank 2" });
    const axis = mode === "rows" ? 1 : 0;
    const vectors = normalize(x, { axis });
    const cosines = mode === "rows" ? matmul(vectors, transpose(vectors)) : matmul(transpose(vectors), vectors);
    const count = x.shape[1 - axis]!;
    const pairs = Math.max(1, (count * (count - 1)) / 2); // one vector makes none: 0
    return multiply(sum(abs(multiply(cosines, subtract(1, eye(count))))), (factor * 0.5) / pairs);
  }

  override getConfig(): Record<string, number | string> {
    return { factor: Math.fround(this.options.factor), mode: this.options.mode };
  }
}

export interface OrthogonalRegularizer extends Attributes<typeof OrthogonalRegularizer.options> {}

regularizers.register({ OrthogonalRegularizer });
