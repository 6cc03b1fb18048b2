// What random initializers share: a seed, which makes the same initializer give the same values.

import { classNameOf, field, invalid, nullable, type OptionValues, type Schema } from "../config/index.js";
import type { Dtype } from "../core/dtype.js";
import { checkLengths } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cast } from "../ops/index.js";
import { drawSeed, makeDefaultSeed, SeedGenerator } from "../variables/seed-generator.js";
import { Initializer } from "./initializer.js";

/** A seed: an integer, a generator, or null for one that is drawn. */
export const seedField = () =>
  nullable(
    field<number | SeedGenerator>({
      expected: "an integer, or a keras.random.SeedGenerator",
      takesObjects: "configs",
      parse: (value) => (Number.isInteger(value) || value instanceof SeedGenerator ? (value as number | SeedGenerator) : invalid),
      serialize: (value) => (typeof value === "number" ? value : value.seed),
    }),
  );

const seeded = { seed: seedField() };

/** The base of random initializers: the same object gives the same values at every call, as in Keras, unless its seed is a generator. */
export abstract class RandomInitializer<S extends Schema> extends Initializer<S> {
  readonly #seed: number | SeedGenerator =
    (this.options as unknown as OptionValues<Schema<readonly [], typeof seeded>>).seed ?? makeDefaultSeed();

  /** The seed that values are drawn from, also where the options name none. */
  get seed(): number | SeedGenerator {
    return this.#seed;
  }

  override get isRepeatable(): boolean {
    return typeof this.#seed === "number";
  }

  /** Values drawn from a seed, float32. */
  protected abstract draw(shape: readonly number[], seed: Tensor): Tensor;

  override call(shape: readonly number[], dtype: Dtype): Tensor {
    checkLengths(shape, classNameOf(this));
    return cast(this.draw(shape, drawSeed(this.#seed)), dtype);
  }
}
