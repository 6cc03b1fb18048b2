// Metrics are variables of the model, but what they have seen belongs to a run: one `fit`, one `evaluate`, one `trainOnBatch`. The run that
// is about to update them takes the floor; what the one before had seen is kept for when it goes on.

import { platform } from "#platform";
import { StateError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import type { Metric } from "../../metrics/index.js";
import { ready } from "../../runtime/machine.js";
import type { Variable } from "../../variables/variable.js";
import type { Batch } from "./batches.js";
import type { Execution } from "./run.js";

/** One run over batches. */
export class Run {
  /** What its metrics had seen when another run took the floor. */
  kept: ReadonlyMap<Variable, Tensor> | null = null;
  isOver = false;

  constructor(readonly method: string) {}
}

/** The runs of one model. */
export class Runs {
  readonly #metrics: () => readonly Metric[];
  #holder: Run | null = null;
  #training: Run | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(metrics: () => readonly Metric[]) {
    this.#metrics = metrics;
  }

  /** Whether `fit` is under way. */
  get isTraining(): boolean {
    return this.#training !== null;
  }

  /** @throws StateError while `fit` runs */
  refuseWhileTraining(where: string): void {
    if (!this.#training) return;
    throw new StateError(where, {
      given: "a call while fit of the same model runs",
      expected: "its end to be awaited first",
      hint: "await model.fit(…); evaluate and predict may run beside it.",
    });
  }

  /** Runs the body as a run of its own. With `trains` no other such run may be under way. */
  async during<T>(where: string, method: string, trains: boolean, body: (run: Run) => Promise<T>): Promise<T> {
    if (trains) this.refuseWhileTraining(where);
    const run = new Run(method);
    if (trains) this.#training = run;
    try {
      return await body(run);
    } finally {
      run.isOver = true;
      if (trains) this.#training = null;
    }
  }

  /** Gives a run the metrics as it left them. To be called before each use of them, and in a page in the same turn (`between`, `aside`). */
  take(run: Run): void {
    const before = this.#holder;
    if (before === run) return;
    const isGoingOn = before !== null && !before.isOver;
    const metrics = isGoingOn || run.kept ? this.#metrics() : [];
    if (isGoingOn) before.kept = new Map(metrics.flatMap(({ state }) => state).map((variable) => [variable, variable.value()]));
    this.#holder = run;
    const { kept } = run;
    run.kept = null;
    if (!kept) return;
    for (const metric of metrics) {
      // A metric that came into being under the other run has seen nothing of this one.
      if (!metric.state.every((variable) => kept.has(variable))) metric.resetState();
      else for (const variable of metric.state) variable.assign(kept.get(variable)!);
    }
  }

  /** What uses metrics, or other state of the model, beside steps: at once, but in a page between two steps. */
  between<T>(action: () => T): T | Promise<T> {
    if (platform.mayBlock) return action();
    const done = this.#queue.then(action);
    this.#queue = done.catch(() => {});
    return done;
  }

  /**
   * A step of a page, whose thread stays free meanwhile: one after the other whichever run they are of.
   *
   * @param prepare  called when its turn has come
   */
  aside<R>(prepare: () => Execution<R>, group: readonly Batch[]): Promise<R> {
    const done = this.#queue.then(async () => {
      await ready();
      const execute = prepare();
      return execute.aside ? execute.aside(group) : execute(group);
    });
    this.#queue = done.catch(() => {});
    return done;
  }
}
