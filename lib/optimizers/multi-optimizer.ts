// Several optimizers as one, each for its part of the variables.

import {
  type Arguments,
  field,
  invalid,
  isPlainObject,
  deserializeKerasObject,
  nullable,
  number,
  registerClasses,
  type Attributes,
} from "../config/index.js";
import { type Schema, schema, serializeKerasObject, string } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { Variable } from "../variables/variable.js";
import type { LearningRate } from "./learning-rate.js";
import { LossScaleOptimizer } from "./loss-scale-optimizer.js";
import { Optimizer } from "./optimizer.js";
import { checkOptimizer, OptimizerMap } from "./optimizer-map.js";

/** What says which optimizer a variable has. */
export type OptimizerSelector = OptimizerMap | ((variable: Variable) => Optimizer<Schema>);

const selector = field<OptimizerSelector | { readonly [key: string]: unknown }, OptimizerSelector>({
  expected: "an OptimizerMap, or a function that gives a variable's optimizer",
  takesObjects: "configs",
  parse(value) {
    const found = isPlainObject(value) ? deserializeKerasObject(value) : value;
    return typeof found === "function" ? (found as OptimizerSelector) : invalid;
  },
  serialize: serializeKerasObject,
});

/**
 * Several optimizers, each for variables of its own.
 *
 * ```ts
 * const { Adam, MultiOptimizer, OptimizerMap, SGD } = keras.optimizers;
 * model.compile({ optimizer: new MultiOptimizer(new OptimizerMap(new SGD(), { "encoder/.*": new Adam() })), loss: "mse" });
 * ```
 *
 * It has no learning rate: `optimizers` have theirs. Keras: keras.optimizers.MultiOptimizer
 */
export class MultiOptimizer extends Optimizer<typeof MultiOptimizer.options> {
  static override readonly options = schema(["optimizerMap", "lossScaleFactor", "name"], {
    optimizerMap: selector,
    /** Stands for that of every optimizer. */
    lossScaleFactor: nullable(number()),
    name: nullable(string()),
  });

  /** The single optimizers. */
  readonly optimizers: Optimizer<Schema>[] = [];
  readonly #byVariable = new Map<Variable, Optimizer<Schema>>();

  constructor(...given: Arguments<typeof MultiOptimizer.options>) {
    super(...given);
    const { optimizerMap } = this.options;
    if (!(optimizerMap instanceof OptimizerMap)) return;
    for (const optimizer of [...optimizerMap.values(), optimizerMap.defaultOptimizer]) this.#add(optimizer);
  }

  #add(optimizer: Optimizer<Schema>): void {
    checkOptimizer(`${this.name}.optimizerMap`, optimizer);
    if (optimizer instanceof LossScaleOptimizer || optimizer instanceof MultiOptimizer) {
      throw new ValueError(`${this.name}.optimizerMap`, {
        given: text(optimizer),
        expected: "optimizers that update variables by themselves",
        hint: "Put a LossScaleOptimizer around the MultiOptimizer.",
      });
    }
    if (this.optimizers.includes(optimizer)) return;
    optimizer.lossScaleFactor = this.lossScaleFactor;
    this.optimizers.push(optimizer);
  }

  override get version(): number {
    return this.optimizers.reduce((sum, { version }) => sum + version, super.version);
  }

  override get lossScaleFactor(): number | null {
    return super.lossScaleFactor;
  }

  override set lossScaleFactor(factor: number | null) {
    super.lossScaleFactor = factor;
    for (const optimizer of this.optimizers) optimizer.lossScaleFactor = factor;
  }

  override get variables(): readonly Variable[] {
    return [...super.variables, ...this.optimizers.flatMap(({ variables }) => variables)];
  }

  override get learningRate(): Variable | Tensor {
    throw this.#noRate();
  }

  override set learningRate(_rate: TensorLike | LearningRate) {
    throw this.#noRate();
  }

  #noRate(): StateError {
    return new StateError(`${this.name}.learningRate`, {
      given: "a question for one learning rate",
      expected: "that of one of its optimizers",
      hint: "multi.optimizers[0].learningRate",
    });
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    for (const variable of variables) {
      const optimizer: unknown = this.options.optimizerMap(variable);
      this.#add(optimizer as Optimizer<Schema>);
      this.#byVariable.set(variable, optimizer as Optimizer<Schema>);
    }
    for (const [optimizer, own] of this.#shares(variables)) optimizer.build(own);
    super.build(variables);
  }

  /** The variables of each optimizer that has some. */
  #shares(variables: readonly Variable[]): Map<Optimizer<Schema>, Variable[]> {
    const shares = new Map<Optimizer<Schema>, Variable[]>();
    for (const variable of variables) {
      const optimizer = this.#byVariable.get(variable);
      if (!optimizer) {
        throw new ValueError(`${this.name}.apply`, {
          given: `the variable ${variable.name}`,
          expected: "variables that the optimizer was built with",
        });
      }
      shares.set(optimizer, [...(shares.get(optimizer) ?? []), variable]);
    }
    return shares;
  }

  override apply(gradients: readonly (Tensor | null)[], variables?: readonly Variable[]): void {
    if (gradients.length === 0) return;
    if (!this.built && variables) this.build(variables);
    const trained = variables ?? this.trainableVariables;
    if (gradients.length !== trained.length) {
      throw new ArgumentError(`${this.name}.apply`, {
        given: `${gradients.length} gradients for ${trained.length} variables`,
        expected: "a gradient, or null, for each variable",
      });
    }
    const byVariable = new Map(trained.map((variable, i) => [variable, gradients[i]!]));
    for (const [optimizer, own] of this.#shares(trained)) {
      const parts = own.map((variable) => byVariable.get(variable)!);
      if (parts.some((gradient) => gradient !== null)) optimizer.apply(parts, own);
    }
    const steps = this.iterations;
    if (steps instanceof Variable) steps.assignAdd(1);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    this.#byVariable.get(variable)!.updateStep(gradient, variable, learningRate);
  }

  override finalizeVariableValues(variables: readonly Variable[]): void {
    for (const [optimizer, own] of this.#shares(variables)) optimizer.finalizeVariableValues(own);
  }
}

export interface MultiOptimizer extends Attributes<typeof MultiOptimizer.options> {}

registerClasses("keras.optimizers", { MultiOptimizer });
