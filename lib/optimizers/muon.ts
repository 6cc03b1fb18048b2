// The optimizer Muon.

import { boolean, fraction, list, nonNegativeNumber, nullable, number, positiveInteger, string, type Attributes } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import { add, divide, matmul, multiply, power, sqrt, square, subtract, sum, transpose } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer, optimizerOptions, optimizers } from "./optimizer.js";

/**
 * Momentum made orthogonal by Newton–Schulz steps for matrices, Adam for everything else. Keras: keras.optimizers.Muon
 *
 * ```ts
 * const v = tf.variable([[1, 0], [0, 1]]);
 * new keras.optimizers.Muon(0.1).apply([tf.constant([[1, 0], [0, 1]])], [v]);
 * v.shape; // [2, 2]
 * ```
 *
 * @see Jordan, Muon: An optimizer for hidden layers in neural networks, 2024; Liu et al., Muon is Scalable for LLM Training, 2025
 */
export class Muon extends Optimizer<typeof Muon.options> {
  static override readonly options = optimizerOptions(0.001, ["learningRate", "adamBeta1", "adamBeta2", "adamWeightDecay", "epsilon"], {
    weightDecay: nullable(number(), 0.004),
    adamBeta1: number(0.9),
    adamBeta2: number(0.999),
    epsilon: nonNegativeNumber(1e-7),
    excludeLayers: list(string(), []),
    muonA: number(3.4445),
    muonB: number(-4.775),
    muonC: number(2.0315),
    adamLrRatio: number(1),
    momentum: fraction(0.95),
    nsSteps: positiveInteger(5),
    nesterov: boolean(true),
    excludeEmbeddings: boolean(true),
    adamWeightDecay: nullable(number(), 0.004),
    rmsRate: nullable(number(), 0.2),
  });
  readonly #momentums = new Map<Variable, Variable>();
  /** Of the variables that Adam updates. */
  readonly #velocities = new Map<Variable, Variable>();

  protected override get isElementwise(): boolean {
    return false;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    for (const variable of variables) {
      this.#momentums.set(variable, this.addVariableFromReference(variable, "momentum"));
      if (this.#isForAdam(variable)) this.#velocities.set(variable, this.addVariableFromReference(variable, "velocity"));
    }
  }

  #isForAdam(variable: Variable): boolean {
    const path = (variable as { readonly path?: string }).path ?? variable.name;
    const { excludeEmbeddings, excludeLayers } = this.options;
    if (variable.rank !== 2 || (excludeEmbeddings && /embedding/i.test(path))) return true;
    return excludeLayers.some((pattern) => new RegExp(pattern).test(path));
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const momentum = this.#momentums.get(variable)!;
    const velocity = this.#velocities.get(variable);
    if (velocity) this.#adam(gradient, variable, multiply(learningRate, this.options.adamLrRatio), momentum, velocity);
    else this.#muon(gradient, variable, learningRate, momentum);
  }

  #muon(gradient: Tensor, variable: Variable, learningRate: Tensor, momentum: Variable): void {
    const { momentum: friction, nesterov, rmsRate } = this.options;
    const next = add(gradient, multiply(momentum, friction));
    this.assign(momentum, next);
    const update = multiply(this.#orthogonal(nesterov ? add(gradient, multiply(next, friction)) : next), learningRate);
    const scale = rmsRate === null ? 1 : Math.sqrt(Math.max(...variable.shape)) * rmsRate;
    this.assignSub(variable, multiply(update, scale));
  }

  /** The matrix with its singular values moved near 1. */
  #orthogonal(matrix: Tensor): Tensor {
    const { muonA, muonB, muonC, nsSteps } = this.options;
    const isTall = matrix.shape.at(-2)! > matrix.shape.at(-1)!;
    let x = isTall ? transpose(matrix) : matrix;
    x = divide(x, add(sqrt(sum(square(x))), 1e-7));
    for (let step = 0; step < nsSteps; step++) {
      const gram = matmul(x, transpose(x));
      const mixed = add(multiply(gram, muonB), matmul(multiply(gram, muonC), gram));
      x = add(multiply(x, muonA), matmul(mixed, x));
    }
    return isTall ? transpose(x) : x;
  }

  #adam(gradient: Tensor, variable: Variable, learningRate: Tensor, momentum: Variable, velocity: Variable): void {
    const { adamBeta1, adamBeta2, epsilon } = this.options;
    const step = this.step;
    const mean = add(momentum, multiply(subtract(gradient, momentum), 1 - adamBeta1));
    const squares = add(velocity, multiply(subtract(square(gradient), velocity), 1 - adamBeta2));
    this.assign(momentum, mean);
    this.assign(velocity, squares);
    const rate = multiply(learningRate, divide(sqrt(subtract(1, power(adamBeta2, step))), subtract(1, power(adamBeta1, step))));
    this.assignSub(variable, divide(multiply(mean, rate), add(sqrt(squares), epsilon)));
  }

  protected override decayFor(variable: Variable): number | null {
    return this.#isForAdam(variable) ? this.options.adamWeightDecay : this.options.weightDecay;
  }
}

export interface Muon extends Attributes<typeof Muon.options> {}

optimizers.register({ Muon });
