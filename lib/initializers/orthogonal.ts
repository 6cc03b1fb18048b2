// The initializer of orthogonal matrices, by the QR factorization of normal numbers.

import { number, schema, type Attributes } from "../config/index.js";
import { constant } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { randomNormal } from "../ops/random/random.js";
import { initScope } from "../variables/variable.js";
import { initializers } from "./initializer.js";
import { RandomInitializer, seedField } from "./random.js";

/**
 * A matrix with orthogonal rows or columns, whichever are fewer, of length `gain`; other shapes are flattened to
 * `[everything else, last]`. Keras: keras.initializers.Orthogonal
 *
 * ```ts
 * const q = new keras.initializers.Orthogonal({ seed: 1 })([3, 3]);
 * tf.round(tf.matmul(q, q.transpose())); // [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
 * ```
 *
 * @see Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, 2014
 */
export class Orthogonal extends RandomInitializer<typeof Orthogonal.options> {
  static override readonly options = schema(["gain", "seed"], { gain: number(1), seed: seedField() });

  /** It refuses shapes of less than two axes, when the layer is made. */
  override get isRepeatable(): boolean {
    return false;
  }

  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    if (shape.length < 2) throw new ShapeError("Orthogonal", { given: `the shape ${shapeText(shape)}`, expected: "at least rank 2" });
    const columns = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    // Initial values are made outside of traces, so that the numbers are there.
    return initScope(() => {
      const vectors = orthonormal(Float64Array.from(randomNormal(seed, [count, length]).data()), count, length);
      const values = new Float32Array(rows * columns);
      for (let vector = 0; vector < count; vector++) {
        for (let i = 0; i < length; i++) {
          const place = rows < columns ? vector * columns + i : i * columns + vector;
          values[place] = vectors[vector * length + i]! * this.options.gain;
        }
      }
      return constant(values, { shape });
    });
  }
}

export interface Orthogonal extends Attributes<typeof Orthogonal.options> {}

/** Vectors made orthogonal and of length 1 one after the other, in place: modified Gram–Schmidt, twice for precision. */
function orthonormal(vectors: Float64Array, count: number, length: number): Float64Array {
  for (let current = 0; current < count; current++) {
    const vector = vectors.subarray(current * length, (current + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < current; other++) {
        const done = vectors.subarray(other * length, (other + 1) * length);
        let dot = 0;
        for (let i = 0; i < length; i++) dot += vector[i]! * done[i]!;
        for (let i = 0; i < length; i++) vector[i] = vector[i]! - dot * done[i]!;
      }
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < length; i++) vector[i] = vector[i]! / norm;
  }
  return vectors;
}

initializers.register({ Orthogonal }, "OrthogonalInitializer");
