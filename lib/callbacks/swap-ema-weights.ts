// Moving averages of weights, shown to evaluation and prediction.

import { type Arguments, boolean, type Schema, schema } from "../config/index.js";
import { StateError } from "../core/errors.js";
import { LossScaleOptimizer, MultiOptimizer, type Optimizer } from "../optimizers/index.js";
import type { MovingAverages } from "../optimizers/averages.js";
import { Callback } from "./callback.js";

const options = schema(["swapOnEpoch"], {
  /** Whether epochs end with the averages in the model, for callbacks behind this one that save it. Default: false. */
  swapOnEpoch: boolean(false),
});

/**
 * Puts the moving averages of the weights, which an optimizer with `useEma` keeps, into the model while it is evaluated or predicts, and
 * the
 * weights back afterwards. Keras: keras.callbacks.SwapEMAWeights
 *
 * ```ts
 * model.compile({ optimizer: new keras.optimizers.SGD(0.1, { useEma: true }), loss: "mse" });
 * const history = await model.fit(x, y, { verbose: 0, callbacks: [new keras.callbacks.SwapEMAWeights()] });
 * history.epoch; // [0]
 * ```
 */
export class SwapEMAWeights extends Callback {
  readonly swapOnEpoch: boolean;
  #holdsAverages = false;

  constructor(...given: Arguments<typeof options>) {
    super();
    ({ swapOnEpoch: this.swapOnEpoch } = options.parse("SwapEMAWeights", given));
  }

  override onEpochBegin(): void {
    if (this.swapOnEpoch) this.#show(false);
  }

  override onEpochEnd(epoch: number): void {
    if (!this.swapOnEpoch || this.#holdsAverages) return;
    this.#show(true);
    if (epoch === this.params.epochs - 1) for (const averages of this.#averages()) averages.follow();
  }

  override onTestBegin(): void {
    this.#show(true);
  }

  override onTestEnd(): void {
    this.#show(false);
  }

  override onPredictBegin(): void {
    this.#show(true);
  }

  override onPredictEnd(): void {
    this.#show(false);
  }

  #show(averages: boolean): void {
    if (this.#holdsAverages === averages) return;
    for (const each of this.#averages()) each.swap();
    this.#holdsAverages = averages;
  }

  #averages(): readonly MovingAverages[] {
    const found = optimizersIn(this.model.optimizer).flatMap(({ movingAverages }) => movingAverages ?? []);
    if (found.length > 0) return found;
    throw new StateError("SwapEMAWeights", {
      given: `the optimizer ${this.model.optimizer.name} without moving averages`,
      expected: "one with useEma: true, that is built",
    });
  }
}

/** The optimizers that update: those inside of others. */
export function optimizersIn(optimizer: Optimizer<Schema>): readonly Optimizer<Schema>[] {
  if (optimizer instanceof LossScaleOptimizer) return optimizersIn(optimizer.innerOptimizer);
  return optimizer instanceof MultiOptimizer ? optimizer.optimizers : [optimizer];
}
