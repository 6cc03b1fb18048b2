// The base of metrics, and the names that mean one.

import {
  type Arguments,
  automaticName,
  classAndSnakeCase,
  classNameOf,
  Configured,
  type DTypePolicy,
  dtypePolicy,
  floatxPolicy,
  type Extended,
} from "../config/index.js";
import { Family, type Identifier, type Fields, type Json, nullable, Schema, schema, string } from "../config/index.js";
import { needMethods } from "../config/python-names.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { type Dtype, isFloat } from "../core/dtype.js";
import { gathered } from "../core/one-by-one.js";
import { checkLengths } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { initializers } from "../initializers/family.js";
import type { InitializerIdentifier } from "../initializers/index.js";
import { firstValue } from "../initializers/initializer.js";
import { add, cast, isfinite, subtract, where } from "../ops/index.js";
import { type Child, children, fieldsOf, type KerasState, kerasState, partsByName } from "../saving/saveable.js";
import { stateless } from "../variables/stateless.js";
import { Variable } from "../variables/variable.js";

const common = { name: nullable(string()), dtype: dtypePolicy("string", floatxPolicy) };

/** The options of every metric. */
export type MetricFields = typeof common;

/** The options of a metric: its default name, the common ones and its own. */
export function metricOptions<const P extends readonly (keyof (MetricFields & F) & string)[], const F extends Fields>(
  name: string | null,
  positional: P,
  own: F,
): Schema<P, Extended<MetricFields, F>> {
  return new Schema(positional, { ...common, name: nullable(string(), name), ...own }) as unknown as Schema<P, Extended<MetricFields, F>>;
}

/** A variable of a metric. */
export interface MetricWeight {
  /** Default: "variable". */
  readonly name?: string;
  /** Default: a scalar. */
  readonly shape?: readonly number[];
  /** Default: zeros. */
  readonly initializer?: InitializerIdentifier;
  /** Default: the dtype of the metric. */
  readonly dtype?: Dtype;
}

/** What a metric answers: one tensor, or several by name. */
export type MetricResult = Tensor | Readonly<Record<string, Tensor>>;

export interface Metric<S extends Schema = Schema<readonly ["dtype", "name"], MetricFields>> {
  (...args: never[]): MetricResult;
}

/**
 * The base of metrics: state that updates add to, and a result.
 *
 * ```ts
 * class Positives extends keras.metrics.Metric {
 *   total = this.addWeight({ name: "total" });
 *   override updateState(yTrue: tf.Tensor) { this.total.assignAdd(tf.reduceSum(yTrue)); }
 *   override result() { return this.total.value(); }
 * }
 * ```
 *
 * Keras: keras.metrics.Metric
 */
export abstract class Metric<S extends Schema = Schema<readonly ["dtype", "name"], MetricFields>> extends Configured<S> {
  static override readonly options: Schema = schema(["dtype", "name"], common);
  static {
    needMethods(this.prototype, ["updateState", "result"]);
  }

  readonly name: string;
  /** The dtype of the state. */
  readonly dtype: Dtype;
  /** Whether more or less is better; undefined where the metric doesn't say. */
  readonly direction?: "up" | "down";
  readonly #own: Variable[] = [];
  /** What sums have lost by rounding so far, for each variable that `accumulate` adds to. */
  readonly #carries = new Map<Variable, Variable>();

  constructor(...given: Arguments<S>) {
    super(...given);
    const { name, dtype } = this.options as unknown as { name: string | null; dtype: DTypePolicy };
    this.name = name ?? automaticName(classNameOf(this));
    this.dtype = dtype.computeDtype;
  }

  /** Takes in values. */
  abstract updateState(...args: any[]): void;

  /** What the values taken in so far give. */
  abstract result(): MetricResult;

  /** Makes a variable of the metric's state; usually in the constructor. */
  addWeight(weight: MetricWeight): Variable;
  addWeight(shape: readonly number[], initializer?: InitializerIdentifier, others?: Omit<MetricWeight, "shape" | "initializer">): Variable;
  addWeight(...given: readonly unknown[]): Variable {
    const weight = gathered<MetricWeight>(`${this.name}.addWeight`, ["shape", "initializer", "dtype", "name"], given);
    const { name = "variable", initializer = "zeros", dtype = this.dtype } = weight;
    const shape = weight.shape ?? [];
    const where = `${this.name}.${String(name)}`;
    checkLengths(shape, where);
    const [initial, options] = firstValue(initializers.get(initializer, where), shape, dtype);
    const variable = new Variable(initial, {
      ...options,
      name,
      trainable: false,
      synchronization: "on_read",
      aggregation: "sum",
    });
    this.#own.push(variable);
    return variable;
  }

  /** The same as `addWeight`. Keras: add_variable */
  addVariable(weight: MetricWeight): Variable;
  addVariable(
    shape: readonly number[],
    initializer?: InitializerIdentifier,
    others?: Omit<MetricWeight, "shape" | "initializer">,
  ): Variable;
  addVariable(...given: readonly unknown[]): Variable {
    return this.addWeight(...(given as [MetricWeight]));
  }

  /**
   * A variable that `accumulate` adds to: a sum or a count of any size. Float32 alone counts to 2²⁴; what rounding takes is kept beside it,
   * so
   * that the variable is always the number nearest to the true sum.
   */
  protected addTotal(weight: MetricWeight): Variable {
    const total = this.addWeight(weight);
    const { shape, dtype, name } = total;
    const options = { name: `${name}_carry`, shape, dtype, trainable: false, synchronization: "on_read", aggregation: "sum" } as const;
    this.#carries.set(total, new Variable(0, options));
    return total;
  }

  /** Adds to a variable of `addTotal`. @see Neumaier 1974, with the correction applied at every step */
  protected accumulate(total: Variable, delta: TensorLike): void {
    const carry = this.#carries.get(total)!;
    const before = total.value();
    const added = cast(asTensor(delta), total.dtype);
    if (!isFloat(total.dtype)) return void total.assign(add(before, added));
    const sum = add(before, added);
    const taken = subtract(sum, before);
    const lost = add(subtract(before, subtract(sum, taken)), subtract(added, taken));
    const rest = add(carry, lost);
    const nearest = add(sum, rest);
    // Where a sum is infinite or undefined, so is what rounding takes: then there is nothing to keep.
    const left = subtract(rest, subtract(nearest, sum));
    carry.assign(where(isfinite(left), left, 0));
    total.assign(where(isfinite(nearest), nearest, sum));
  }

  /** Forgets all values. */
  resetState(): void {
    for (const variable of this.state) variable.clear();
  }

  /** All state: `variables`, and what rounding has taken from sums. */
  get state(): readonly Variable[] {
    return [...this.variables, ...this.#carriesWithin()];
  }

  #carriesWithin(): Variable[] {
    const carries = [...this.#carries.values()];
    for (const metric of this.#inner()) carries.push(...metric.#carriesWithin());
    return carries;
  }

  /** The state: variables of the metric, then those of metrics it holds. */
  get variables(): readonly Variable[] {
    const variables = [...this.#own];
    for (const metric of this.#inner()) variables.push(...metric.variables);
    return variables;
  }

  /** The metrics that fields hold. */
  #inner(): Metric[] {
    const found: Metric[] = [];
    for (const key of Object.keys(this)) {
      const value = (this as unknown as Record<string, unknown>)[key];
      if (value instanceof Metric) found.push(value);
    }
    return found;
  }

  /** What checkpoints save. */
  *[children](): Iterable<Child> {
    yield* fieldsOf(this);
    yield ["variables", this.#own];
    if (this.#carries.size > 0) yield ["carries", [...this.#carries.values()]];
  }

  /** The variables after an update from the given ones; the metric stays as it is. Keras: stateless_update_state */
  statelessUpdateState(variables: readonly TensorLike[], ...args: Parameters<this["updateState"]>): Tensor[] {
    return stateless(this.variables, variables, () => this.updateState(...args), `${this.name}.statelessUpdateState`).values;
  }

  /** The result for the given variables; the metric stays as it is. Keras: stateless_result */
  statelessResult(variables: readonly TensorLike[]): MetricResult {
    return stateless(this.variables, variables, () => this.result(), `${this.name}.statelessResult`).result;
  }

  /** The variables of a metric that has seen nothing. Keras: stateless_reset_state */
  statelessResetState(): Tensor[] {
    const present = this.variables.map((variable) => variable.value());
    return stateless(this.variables, present, () => this.resetState(), `${this.name}.statelessResetState`).values;
  }

  /** What Keras's files save. */
  [kerasState](): KerasState {
    return { name: this.name, variables: this.#own, parts: partsByName(fieldsOf(this)) };
  }

  protected override invoke(...args: unknown[]): MetricResult {
    this.updateState(...(args as never[]));
    return this.result();
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), name: this.name };
  }

  /** A value as a tensor of the metric's dtype. */
  protected tensor(value: TensorLike): Tensor {
    return cast(asTensor(value), this.dtype);
  }
}

/** A function that stands for a metric: its values of samples are averaged. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A metric, or a function that stands for one. */
export type MetricLike = Metric<Schema> | MetricFunction;

/** What names a metric. */
export type MetricIdentifier = Identifier<MetricLike>;

/** Metrics by name, config, class or function. Keras: keras.metrics.get */
export const metrics = new Family<MetricLike>({
  module: "keras.metrics",
  noun: "metric",
  spelling: classAndSnakeCase,
  accepts: (value): value is MetricLike => value instanceof Metric || (typeof value === "function" && !("fromConfig" in value)),
});
