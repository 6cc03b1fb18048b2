// The layer AlphaDropout.

import { fraction, list, nullable, positiveInteger, registerClasses } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, greaterEqual, multiply, where } from "../../ops/index.js";
import { uniform } from "../../random/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import { seed } from "../base/fields.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

// The constants of SELU (Klambauer et al. 2017): dropped elements take the value that SELU tends to, −scale · alpha.
const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;
const LIMIT = -ALPHA * SCALE;

/**
 * In training, drops elements so that mean and variance stay as SELU keeps them. Keras: keras.layers.AlphaDropout
 *
 * ```ts
 * new keras.layers.AlphaDropout(0.5)([1, 2]); // [1, 2]
 * ```
 */
export class AlphaDropout extends Layer<typeof AlphaDropout.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["rate", "noiseShape", "seed"], {
    rate: fraction(),
    noiseShape: nullable(list(nullable(positiveInteger()))),
    seed: seed(),
  });

  readonly seedGenerator = this.options.rate > 0 ? new SeedGenerator(this.options.seed) : null;
  override supportsMasking = true;

  override call(x: Tensor, { training }: { training?: boolean | null } = {}): Tensor {
    const { rate, noiseShape } = this.options;
    if (!training || !this.seedGenerator) return x;
    const shape: Shape = noiseShape?.map((length, axis) => length ?? x.shape[axis]!) ?? x.shape;
    const isKept = greaterEqual(uniform(shape, { seed: this.seedGenerator }), rate);
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * LIMIT ** 2));
    return add(multiply(where(isKept, x, LIMIT), a), -a * LIMIT * rate);
  }
}

export interface AlphaDropout extends LayerAttributes<typeof AlphaDropout.options> {}

registerClasses("keras.layers", { AlphaDropout });
