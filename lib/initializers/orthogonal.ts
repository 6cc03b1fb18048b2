// The initializer of orthogonal matrices: normal numbers, made orthogonal vector after vector.

import { number, schema, type Attributes } from "../config/index.js";
import { constant } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { multiply, subtract } from "../ops/elementwise/arithmetic.js";
import { matrixProduct } from "../ops/linalg/matmul.js";
import { randomNormal } from "../ops/random/random.js";
import { reshape } from "../ops/shaping/reshape.js";
import { slice } from "../ops/shaping/slice.js";
import { transpose } from "../ops/shaping/transpose.js";
import { finish, type Parts } from "../runtime/parts.js";
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

  override checkShape(shape: readonly number[]): void {
    if (shape.length < 2) throw new ShapeError("Orthogonal", { given: `the shape ${shapeText(shape)}`, expected: "at least rank 2" });
  }

  /** Initial values are made outside of traces, so that the numbers are there. */
  protected override draw(shape: readonly number[], seed: Tensor): Tensor {
    return initScope(() => finish(this.drawInParts(shape, seed)));
  }

  protected override isLong(): boolean {
    return true;
  }

  protected override *drawInParts(shape: readonly number[], seed: Tensor): Parts<Tensor> {
    this.checkShape(shape);
    const columns = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const vectors = multiply(yield* orthonormal(randomNormal(seed, [count, length])), this.options.gain);
    return reshape(rows < columns ? vectors : transpose(vectors), shape);
  }
}

export interface Orthogonal extends Attributes<typeof Orthogonal.options> {}

/** So many vectors are made orthogonal among themselves, one after the other; to those before by products of matrices. */
const BLOCK = 32;

/** The rows made orthogonal and of length 1, in their order; twice, since what rounding leaves counts where little is left of a row. */
function* orthonormal(rows: Tensor): Parts<Tensor> {
  const [count, length] = rows.shape as [number, number];
  const done = new Float32Array(count * length);
  for (let begin = 0; begin < count; begin += BLOCK) {
    const size = Math.min(BLOCK, count - begin);
    let block = slice(rows, [begin, 0], [size, length]);
    const before = constant(done.subarray(0, begin * length), { shape: [begin, length] });
    for (let pass = 0; pass < 2; pass++) {
      yield;
      if (begin > 0) block = subtract(block, matrixProduct(matrixProduct(block, before, { transposeB: true }), before));
      block = constant(amongThemselves(Float64Array.from(block.data()), size, length), { shape: [size, length] });
    }
    done.set(block.data() as Float32Array, begin * length);
  }
  return constant(done, { shape: [count, length] });
}

/** Modified Gram–Schmidt. */
function amongThemselves(vectors: Float64Array, count: number, length: number): Float32Array {
  for (let current = 0; current < count; current++) {
    const at = current * length;
    for (let other = 0; other < at; other += length) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += vectors[at + i]! * vectors[other + i]!;
      for (let i = 0; i < length; i++) vectors[at + i] = vectors[at + i]! - dot * vectors[other + i]!;
    }
    let norm = 0;
    for (let i = 0; i < length; i++) norm += vectors[at + i]! ** 2;
    norm = Math.sqrt(norm);
    for (let i = 0; i < length; i++) vectors[at + i] = vectors[at + i]! / norm;
  }
  return Float32Array.from(vectors);
}

initializers.register({ Orthogonal }, "OrthogonalInitializer");
