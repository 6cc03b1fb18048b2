// keras.Variable: a variable made as in Keras, of an initializer and a shape, or of values.

import { automaticName } from "../../config/index.js";
import { checkedDtype, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { ArgumentError, NotSupportedError, text } from "../../core/errors.js";
import { gathered, type OneByOne, placed } from "../../core/one-by-one.js";
import { Chainable } from "../../core/tensor.js";
import { type InitializerIdentifier, initializers } from "../../initializers/initializer.js";
import { Variable, type VariableAggregation, type VariableSynchronization } from "../../variables/variable.js";
import { isNumeric } from "./convert.js";
import { Weight } from "./weight.js";

/** What `new keras.Variable` takes beside its initializer. */
export interface KerasVariableOptions {
  /** Where an initializer makes the values: their shape. */
  readonly shape?: readonly number[] | null;
  /** Default: that of the values; "float32" where an initializer makes them. */
  readonly dtype?: Dtype | string | null;
  /** Whether an optimizer updates it. Default: true. */
  readonly trainable?: boolean;
  /** Whether layers that compute in a half read it in that half. Default: true. */
  readonly autocast?: boolean;
  /** How values of several replicas become one. Default: "none". */
  readonly aggregation?: VariableAggregation;
  /** When values of several replicas meet. Default: "auto". */
  readonly synchronization?: VariableSynchronization;
  /** Default: "variable", "variable_1" … */
  readonly name?: string | null;
  readonly layout?: null;
}

const known = ["shape", "dtype", "trainable", "autocast", "aggregation", "synchronization", "name", "layout"];

/**
 * A tensor that can be assigned, made of an initializer and a shape, or of values. Every variable, also the weights of layers, is
 * `instanceof` this class.
 *
 * ```ts
 * const kernel = new keras.Variable("ones", { shape: [2, 2], name: "kernel" });
 * kernel.assignAdd([[1, 1], [1, 1]]);
 * kernel.array(); // [[2, 2], [2, 2]]
 * ```
 *
 * @throws ArgumentError for an initializer without a shape, ShapeError for values of another one. Keras: keras.Variable
 */
export class KerasVariable extends Weight {
  constructor(initializer: InitializerIdentifier | TensorLike, ...given: OneByOne<KerasVariableOptions>);
  constructor(options: KerasVariableOptions & { readonly initializer: InitializerIdentifier | TensorLike });
  constructor(...args: readonly unknown[]) {
    const where = "keras.Variable";
    const [initializer, ...given] = placed(["initializer"], args) as [InitializerIdentifier | TensorLike, ...unknown[]];
    const options = gathered<KerasVariableOptions>(where, known, given);
    const { shape = null, dtype = null, autocast = true, name = null, layout = null, ...others } = options;
    if (layout !== null)
      throw new NotSupportedError(`${where}.layout`, {
        given: text(layout),
        expected: "null",
        hint: "A keras.distribution.LayoutMap says by paths how variables are split.",
      });
    const own = name ?? automaticName("Variable");
    if (typeof own !== "string" || own.includes("/"))
      throw new ArgumentError(`${where}.name`, { given: text(own), expected: 'a name without "/"' });
    const kept = checkedDtype(dtype ?? undefined);
    const isValue = initializer instanceof Chainable || isNumeric(initializer);
    if (isValue && shape !== null)
      throw new ArgumentError(`${where}.shape`, {
        given: `${text(shape)} beside values`,
        expected: "values, or an initializer and a shape",
      });
    if (!isValue && shape === null)
      throw new ArgumentError(`${where}.shape`, { given: "none", expected: "a shape for the initializer to fill" });
    const values = isValue
      ? (initializer as TensorLike)
      : () => initializers.get(initializer as InitializerIdentifier, `${where}.initializer`)(shape!, { dtype: kept ?? "float32" });
    super(values, { ...others, name: own, ...(isValue ? kept && { dtype: kept } : { dtype: kept ?? "float32" }) });
    this.autocast = autocast;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === KerasVariable ? value instanceof Variable : Function.prototype[Symbol.hasInstance].call(this, value);
  }
}
