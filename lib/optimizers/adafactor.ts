// Adafactor.

import { boolean, number, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, expandDims, maximum, mean, minimum, multiply, power, rsqrt, sqrt, square, subtract } from "../ops/index.js";
import type { TensorLike } from "../core/convert.js";
import { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers, type Slots } from "./optimizer.js";

const rootMeanSquare = (x: TensorLike): Tensor => sqrt(mean(square(x)));

/**
 * Running means of squared gradients kept as a row and a column for each matrix. Keras: keras.optimizers.Adafactor
 *
 * ```ts
 * const v = tf.variable([1]);
 * new keras.optimizers.Adafactor(0.1).apply([tf.constant([1])], [v]);
 * v; // [0.9]
 * ```
 *
 * @see Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018
 */
export class Adafactor extends Optimizer<typeof Adafactor.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "beta2Decay", "epsilon1", "epsilon2", "clipThreshold"], {
    beta2Decay: number(-0.8),
    epsilon1: number(1e-30),
    epsilon2: number(1e-3),
    clipThreshold: number(1),
    relativeStep: boolean(true),
  });
  readonly #rows = new Map<Variable, Variable>();
  readonly #columns = new Map<Variable, Variable>();
  #velocities!: Slots;

  protected override get isElementwise(): boolean {
    return false;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const velocities = new Map<Variable, Variable>();
    for (const variable of variables) {
      // Keras keeps place holders where there is nothing to factor.
      const isMatrix = variable.rank >= 2;
      const [row, column] = isMatrix ? [variable.shape.slice(0, -1), [...variable.shape.slice(0, -2), variable.shape.at(-1)!]] : [[], []];
      const dtype = isMatrix ? "float32" : "int32";
      this.#rows.set(variable, this.addVariable({ name: variable.name, shape: row, dtype }));
      this.#columns.set(variable, this.addVariable({ name: variable.name, shape: column, dtype }));
      velocities.set(variable, this.addVariableFromReference(variable, "velocity"));
    }
    this.#velocities = velocities;
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep } = this.options;
    const step = this.step;
    const decayed = rsqrt(step);
    const rate = relativeStep ? minimum(learningRate, decayed) : learningRate;
    const size = multiply(maximum(rootMeanSquare(variable), epsilon2), minimum(rate, decayed));
    const squares = add(square(gradient), epsilon1);
    const velocity = this.#velocities.get(variable)!;
    const next = this.#next(variable, velocity, squares, subtract(1, power(step, beta2Decay)));
    this.assign(velocity, next);
    const direction = divide(gradient, sqrt(next));
    const clipped = divide(direction, maximum(divide(rootMeanSquare(direction), clipThreshold), 1));
    this.assignSub(variable, multiply(clipped, size));
  }

  /** The running mean of squares, from its row and column where there are such. */
  #next(variable: Variable, velocity: Variable, squares: Tensor, decay: Tensor): Tensor {
    const running = (past: Variable, value: Tensor): Tensor => add(multiply(past, decay), multiply(value, subtract(1, decay)));
    if (variable.rank < 2) return running(velocity, squares);
    const [row, column] = [this.#rows.get(variable)!, this.#columns.get(variable)!];
    const nextRow = running(row, mean(squares, { axis: -1 }));
    const nextColumn = running(column, mean(squares, { axis: -2 }));
    this.assign(row, nextRow);
    this.assign(column, nextColumn);
    const share = divide(nextRow, mean(nextRow, { axis: -1, keepdims: true }));
    return multiply(expandDims(share, -1), expandDims(nextColumn, -2));
  }
}

export interface Adafactor extends Attributes<typeof Adafactor.options> {}

optimizers.register({ Adafactor });
