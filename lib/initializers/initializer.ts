// The base of initializers and their family.

import {
  classAndSnakeCase,
  classNameOf,
  Configured,
  Family,
  type Identifier,
  type NoOptions,
  objectFromConfig,
  type Schema,
} from "../config/index.js";
import { needMethods } from "../config/python-names.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { defaults } from "../core/defaults.js";
import { isFloat, keptDtype, type Dtype } from "../core/dtype.js";
import { DtypeError, ShapeError, text } from "../core/errors.js";
import { checkOptions } from "../core/options.js";
import { sameShape, shapeText } from "../core/shape.js";
import type { First } from "../core/state.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { cast } from "../ops/index.js";
import type { Parts } from "../runtime/parts.js";
import type { VariableOptions } from "../variables/variable.js";

/** What an initializer is called with beside a shape. */
export interface InitializerCallOptions {
  /** Default: float32. */
  readonly dtype?: Dtype;
}

export interface Initializer<S extends Schema = NoOptions> {
  (shape: readonly number[], options?: Dtype | InitializerCallOptions): Tensor;
}

/**
 * The base of initial values; one of one's own implements `call`. Keras: keras.initializers.Initializer
 *
 * ```ts
 * class Sevens extends keras.Initializer {
 *   override call(shape: tf.Shape) { return tf.fill(shape as number[], 7); }
 * }
 * new keras.layers.Dense(2, { kernelInitializer: new Sevens() })([[1, 1]]); // [[14, 14]]
 * ```
 */
export abstract class Initializer<S extends Schema = NoOptions> extends Configured<S> {
  static {
    needMethods(this.prototype, ["call"]);
  }

  /** Values for a tensor of this shape and dtype. */
  abstract call(shape: readonly number[], dtype: Dtype): Tensor;

  /** Refuses a shape that it has no values for. @throws ShapeError */
  checkShape(_shape: readonly number[]): void {}

  /** Whether it gives the same values whenever it is called: then a variable's first value can wait until it is wanted. */
  get isRepeatable(): boolean {
    return this.everyElement !== null;
  }

  /** The value of every element, where it is the same one in every shape; null: elements differ. */
  get everyElement(): number | null {
    return null;
  }

  /** Makes the values in parts, in a tensor that nobody else has; null where that takes no time worth it. */
  inParts(_shape: readonly number[], _dtype: Dtype): Parts<Tensor> | null {
    return null;
  }

  /** An initializer of the same config; without a seed in it, it draws one of its own. Keras: clone */
  clone(): this {
    return another(this as unknown as InitializerLike) as unknown as this;
  }

  protected override invoke(shape: readonly number[], options: Dtype | InitializerCallOptions = {}): Tensor {
    if (typeof options === "string") return this.invoke(shape, { dtype: options });
    checkOptions(classNameOf(this), arguments, 1, ["dtype"]);
    const dtype = keptDtype(options.dtype ?? defaults.floatx);
    if (dtype) return this.call(shape, dtype);
    throw new DtypeError(`${classNameOf(this)}.dtype`, { given: text(options.dtype), expected: "the name of a dtype" });
  }
}

/** An initializer, or a function that stands for one. */
export type InitializerLike = (shape: readonly number[], options?: InitializerCallOptions) => Tensor;

/** What names an initializer. */
export type InitializerIdentifier = Identifier<InitializerLike>;

/** Initializers by name, config, class or function. Keras: keras.initializers.get */
export const initializers = new Family<InitializerLike>({
  module: "keras.initializers",
  noun: "initializer",
  spelling: classAndSnakeCase,
  accepts: (value): value is InitializerLike => value instanceof Initializer || (typeof value === "function" && !("fromConfig" in value)),
});

/** An initializer that gives these values, and no others. */
export function valuesOf(values: TensorLike): InitializerLike {
  return (shape, { dtype = defaults.floatx } = {}) => {
    const tensor = values instanceof Chainable ? values.value() : asTensor(values);
    if (sameShape(tensor.shape, shape)) return cast(tensor, dtype);
    throw new ShapeError("keras.initializers.get", { given: `values of shape ${shapeText(tensor.shape)}`, expected: shapeText(shape) });
  };
}

/** A first value and options of `new Variable`, by which an initializer's values wait until they are wanted, where they can. */
export function firstValue(make: InitializerLike, shape: readonly number[], dtype: Dtype): [First, VariableOptions] {
  const values = (): Tensor => make(shape, { dtype });
  if (!(make instanceof Initializer && make.isRepeatable)) return [values, { dtype }];
  make.checkShape(shape);
  const every = make.everyElement;
  const isExact = every !== null && (isFloat(dtype) || every === 0 || every === 1);
  if (isExact) return [every, { dtype, shape }];
  const isLong = make.inParts(shape, dtype) !== null;
  return [isLong ? Object.assign(values, { inParts: () => make.inParts(shape, dtype)! }) : values, { dtype, shape }];
}

/** An initializer of the same config, which draws a seed of its own where the config names none; a plain function is given back. */
export function another(initializer: InitializerLike): InitializerLike {
  if (!(initializer instanceof Initializer)) return initializer;
  const { constructor } = initializer as unknown as { constructor: new () => InitializerLike };
  return objectFromConfig(constructor, (initializer as Initializer).getConfig());
}
