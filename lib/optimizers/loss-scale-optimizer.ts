// The optimizer that scales losses for mixed precision and skips steps that overflow.

import {
  type Arguments,
  nullable,
  positiveInteger,
  positiveNumber,
  registerClasses,
  type Schema,
  schema,
  string,
  type Attributes,
} from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { checkGradients } from "./checks.js";
import { all, divide, equal, isfinite, logicalAnd, multiply, where, zerosLike } from "../ops/index.js";
import { type KerasState, kerasState } from "../saving/saveable.js";
import type { Variable } from "../variables/variable.js";
import { updateIf } from "./conditional.js";
import type { LearningRate } from "./learning-rate.js";
import { Optimizer, optimizers } from "./optimizer.js";

/**
 * Scales losses for an inner optimizer, so that small gradients do not vanish in float16. A step whose gradients are not all finite is left
 * out, and the scale is halved; after `dynamicGrowthSteps` steps without one the scale is doubled. Keras:
 * keras.optimizers.LossScaleOptimizer
 *
 * ```ts
 * const scaled = new keras.mixedPrecision.LossScaleOptimizer(new keras.optimizers.SGD(0.1), { initialScale: 8 });
 * scaled.scaleLoss(tf.constant(0.5)); // 4
 * ```
 *
 * @see Micikevicius et al., Mixed Precision Training, 2017
 */
export class LossScaleOptimizer extends Optimizer<typeof LossScaleOptimizer.options> {
  static override readonly options = schema(["innerOptimizer", "initialScale", "dynamicGrowthSteps", "name"], {
    name: nullable(string()),
    /** The optimizer that updates: its options say everything else. */
    innerOptimizer: optimizers.field(),
    /** Default: 2¹⁵. */
    initialScale: positiveNumber(2 ** 15),
    /** Steps without infinite gradients before the scale is doubled. Default: 2000. */
    dynamicGrowthSteps: positiveInteger(2000),
  });

  readonly innerOptimizer: Optimizer<Schema>;
  #stepCounter: Variable | null = null;
  #dynamicScale: Variable | null = null;

  constructor(...given: Arguments<typeof LossScaleOptimizer.options>) {
    super(...given);
    this.innerOptimizer = this.options.innerOptimizer;
    this.innerOptimizer.lossScaleFactor = null;
  }

  /** The present scale; null before the optimizer is built. */
  get dynamicScale(): Variable | null {
    return this.#dynamicScale;
  }

  override get version(): number {
    return super.version + this.innerOptimizer.version;
  }

  override get variables(): readonly Variable[] {
    return [...super.variables, ...this.innerOptimizer.variables];
  }

  /** Keras writes what the inner optimizer has here, too. */
  override [kerasState](): KerasState {
    return { ...super[kerasState](), variables: this.variables };
  }

  override get iterations(): Variable | Tensor {
    return this.innerOptimizer.iterations;
  }

  override get learningRate(): Variable | Tensor {
    return this.innerOptimizer.learningRate;
  }

  override set learningRate(rate: TensorLike | LearningRate) {
    this.innerOptimizer.learningRate = rate;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    this.#stepCounter = this.addVariable({ name: "step_counter", dtype: "int32" });
    this.#dynamicScale = this.addVariable({ name: "dynamic_scale", initializer: () => fill(this.options.initialScale) });
    this.innerOptimizer.build(variables);
    super.build(variables);
  }

  override apply(gradients: readonly (Tensor | null)[], variables?: readonly Variable[]): void {
    checkGradients(`${this.name}.apply.gradients`, gradients);
    if (gradients.length === 0) return;
    if (!this.built) this.build(variables ?? []);
    const [counter, scale] = [this.#stepCounter!, this.#dynamicScale!];
    const { dynamicGrowthSteps } = this.options;
    const finite = this.checkFinite(gradients);
    const unscaled = gradients.map((gradient) => gradient && divide(gradient, scale));
    const trained = variables ?? this.trainableVariables;
    updateIf(finite, [...trained, ...this.innerOptimizer.variables], () => this.innerOptimizer.apply(unscaled, trained));
    const grows = equal(counter, dynamicGrowthSteps - 1);
    const next = where(grows, zerosLike(counter), counter.value().add(1));
    counter.assign(where(finite, next, zerosLike(counter)));
    scale.assign(multiply(scale, where(finite, where(grows, 2, 1), 0.5)));
  }

  /** Whether no gradient has an element that is infinite or no number: a bool scalar. */
  checkFinite(gradients: readonly (Tensor | null)[]): Tensor {
    return gradients.flatMap((gradient) => (gradient ? [all(isfinite(gradient))] : [])).reduce((a, b) => logicalAnd(a, b));
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    this.innerOptimizer.updateStep(gradient, variable, learningRate);
  }

  override scaleLoss(loss: Tensor): Tensor {
    return multiply(loss, this.#dynamicScale ?? this.options.initialScale);
  }

  override finalizeVariableValues(variables: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }
}

export interface LossScaleOptimizer extends Attributes<typeof LossScaleOptimizer.options> {}

const fill = (value: number): Tensor => asTensor(value, "float32");

registerClasses("keras.optimizers", { LossScaleOptimizer });
registerClasses("keras.mixed_precision", { LossScaleOptimizer });
