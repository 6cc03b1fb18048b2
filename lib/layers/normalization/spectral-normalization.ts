// The wrapper SpectralNormalization, which bounds the largest singular value of a kernel.

import type { LayerAttributes } from "../base/options.js";
import { positiveInteger, registerClasses } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { TruncatedNormal } from "../../initializers/index.js";
import { all, divide, equal, matmul, maximum, reshape, sqrt, square, sum, transpose, where } from "../../ops/index.js";
import { stopGradient } from "../../ops/gradient/stop-gradient.js";
import { Variable } from "../../variables/variable.js";
import { InputSpec } from "../base/input-spec.js";
import { Wrapper, wrapperOptions } from "../base/wrapper.js";

/**
 * Divides the kernel of a layer by its largest singular value, found by power iteration, at each step of training.
 *
 * ```ts
 * new keras.layers.SpectralNormalization(new keras.layers.Dense(4))(tf.ones([2, 3]), { training: true }).shape; // [2, 4]
 * ```
 *
 * @see Miyato et al. 2018. Keras: keras.layers.SpectralNormalization
 */
export class SpectralNormalization extends Wrapper<typeof SpectralNormalization.options> {
  static override readonly options = wrapperOptions.extend(["layer", "powerIterations"], { powerIterations: positiveInteger(1) });

  declare vectorU: Variable;
  /** The weight of the layer that is normalized. */
  declare kernel: Variable;

  override build(inputShape: Shape): void {
    super.build(inputShape);
    const { kernel, embeddings } = this.layer as { kernel?: unknown; embeddings?: unknown };
    const found = kernel ?? embeddings;
    if (!(found instanceof Variable)) {
      throw new ArgumentError(`${this.name}.layer`, { given: this.layer.name, expected: "a layer with a kernel or embeddings" });
    }
    this.kernel = found;
    this.inputSpec = new InputSpec({ minNdim: 1, axes: { [-1]: inputShape.at(-1)! } });
    const shape = [1, found.shape.at(-1)!];
    this.vectorU = this.addWeight({ name: "vector_u", shape, initializer: new TruncatedNormal({ stddev: 0.02 }), trainable: false });
  }

  override call(x: Tensor, { training }: { training?: boolean | null } = {}): Tensor {
    if (training) {
      const { u, kernel } = this.normalizedWeights();
      this.vectorU.assign(u);
      this.kernel.assign(kernel);
    }
    return this.layer(x);
  }

  /** What the kernel becomes when it is divided by its largest singular value, and the vector that the next estimate begins with. */
  normalizedWeights(): { u: Tensor; kernel: Tensor } {
    const kernel = this.kernel.value();
    const weights = reshape(kernel, [-1, kernel.shape.at(-1)!]);
    let u = this.vectorU.value();
    let v = u;
    for (let i = 0; i < this.options.powerIterations; i++) {
      v = unit(matmul(u, transpose(weights)));
      u = unit(matmul(v, weights));
    }
    [u, v] = [stopGradient(u), stopGradient(v)];
    const sigma = matmul(matmul(v, weights), transpose(u));
    const isZero = all(equal(kernel, 0));
    return { u: where(isZero, this.vectorU, u), kernel: where(isZero, kernel, reshape(divide(weights, sigma), kernel.shape)) };
  }
}

export interface SpectralNormalization extends LayerAttributes<typeof SpectralNormalization.options, "layer"> {}

/** A vector divided by its length. */
const unit = (x: Tensor): Tensor => divide(x, sqrt(maximum(sum(square(x)), 1e-12)));

registerClasses("keras.layers", { SpectralNormalization });
