// What random initializers share: a seed, which makes the same initializer give the same values.

import { classNameOf, field, invalid, nullable, type OptionValues, type Schema } from "../config/index.js";
import type { Dtype } from "../core/dtype.js";
import { applyInParts } from "../core/interpreter.js";
import { checkLengths, sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cast } from "../ops/index.js";
import type { Parts } from "../runtime/parts.js";
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

/** So many elements are made at once: some 5 ms. */
const MANY = 1 << 19;

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

  /** What a subclass calls in its own way has no parts. */
  override inParts(shape: readonly number[], dtype: Dtype): Parts<Tensor> | null {
    return this.call === RandomInitializer.prototype.call && this.isLong(shape) ? this.#callInParts(shape, dtype) : null;
  }

  /** Whether values of that shape are worth parts. */
  protected isLong(shape: readonly number[]): boolean {
    return sizeOf(shape) > MANY;
  }

  *#callInParts(shape: readonly number[], dtype: Dtype): Parts<Tensor> {
    checkLengths(shape, classNameOf(this));
    const values = yield* this.drawInParts(shape, drawSeed(this.#seed));
    return yield* applyInParts((each) => cast(each, dtype), values);
  }

  /** The same as `draw`, in parts. */
  protected drawInParts(shape: readonly number[], seed: Tensor): Parts<Tensor> {
    return applyInParts((each) => this.draw(shape, each), seed);
  }
}
