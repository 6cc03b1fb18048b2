// GaussianNoise and GaussianDropout.

import { fraction, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { add, multiply } from "../../ops/index.js";
import { normal } from "../../random/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import { seed } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/**
 * In training, adds normal noise of mean 0 and standard deviation `stddev`. Keras: keras.layers.GaussianNoise
 *
 * ```ts
 * new keras.layers.GaussianNoise(0.1)([1, 2]); // [1, 2]
 * ```
 */
export class GaussianNoise extends Layer<typeof GaussianNoise.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["stddev", "seed"], { stddev: fraction(), seed: seed() });

  readonly seedGenerator = this.options.stddev > 0 ? new SeedGenerator(this.options.seed) : null;
  override supportsMasking = true;

  override call(x: Tensor, { training }: { training?: boolean | null } = {}): Tensor {
    if (!training || !this.seedGenerator) return x;
    return add(x, normal(x.shape, { stddev: this.options.stddev, seed: this.seedGenerator }));
  }
}

export interface GaussianNoise extends LayerAttributes<typeof GaussianNoise.options> {}

/**
 * In training, multiplies with normal noise of mean 1 and variance `rate / (1 − rate)`. Keras: keras.layers.GaussianDropout
 *
 * ```ts
 * new keras.layers.GaussianDropout(0.5)([1, 2]); // [1, 2]
 * ```
 */
export class GaussianDropout extends Layer<typeof GaussianDropout.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["rate", "seed"], { rate: fraction(), seed: seed() });

  readonly seedGenerator = this.options.rate > 0 ? new SeedGenerator(this.options.seed) : null;
  override supportsMasking = true;

  override call(x: Tensor, { training }: { training?: boolean | null } = {}): Tensor {
    const { rate } = this.options;
    if (!training || !this.seedGenerator) return x;
    return multiply(x, normal(x.shape, { mean: 1, stddev: Math.sqrt(rate / (1 - rate)), seed: this.seedGenerator }));
  }
}

export interface GaussianDropout extends LayerAttributes<typeof GaussianDropout.options> {}

registerClasses("keras.layers", { GaussianNoise, GaussianDropout });
