// What authors of optimizers and libraries do with a strategy: update variables, and reduce to where they are.

import { ArgumentError, text } from "../core/errors.js";
import { isInReplica, whileMerging } from "../core/replicas.js";
import type { Tensor } from "../core/tensor.js";
import { Variable } from "../variables/variable.js";
import type { Keywords, ReduceOp, Strategy } from "./strategy.js";

/** Names of the devices of this process's replicas. */
export const devicesOf = (strategy: Strategy): readonly string[] =>
  (strategy as { devices?: readonly string[] }).devices ?? Array.from({ length: strategy.group.local }, (_, i) => `cpu:${i}`);

/** TensorFlow: tf.distribute.StrategyExtended */
export class StrategyExtended {
  constructor(readonly strategy: Strategy) {}

  /** Devices of the replicas of this process. */
  get workerDevices(): readonly string[] {
    return devicesOf(this.strategy);
  }

  /** Devices on which variables are: all of them see the same memory. */
  get parameterDevices(): readonly string[] {
    return devicesOf(this.strategy);
  }

  /** False: shapes may differ from step to step. */
  get experimentalRequireStaticShapes(): boolean {
    return false;
  }

  /** `strategy.reduce` without an axis; every destination sees its result. */
  reduceTo(reduceOp: ReduceOp, value: unknown, _destinations?: unknown): Tensor {
    return this.strategy.reduce(reduceOp, value);
  }

  /** `reduceTo` for pairs of a value and its destination. */
  batchReduceTo(reduceOp: ReduceOp, pairs: readonly (readonly [value: unknown, destinations?: unknown])[]): Tensor[] {
    if (!Array.isArray(pairs) || !pairs.every(Array.isArray))
      throw new ArgumentError("extended.batchReduceTo", { given: text(pairs), expected: "pairs of a value and a destination" });
    return pairs.map(([value]) => this.reduceTo(reduceOp, value));
  }

  /**
   * Calls `fn(variable, …args)` for what each replica has of a variable, which is one and the same unless their arguments differ.
   *
   * @returns the result as `run` gives it; with `group: false` a list of them
   */
  update<R>(
    variable: Variable,
    fn: (variable: Variable, ...args: never[]) => R,
    args: readonly unknown[] = [],
    kwargs: Keywords = null,
    group = true,
  ): R | readonly R[] {
    if (!(variable instanceof Variable)) throw new ArgumentError("extended.update", { given: text(variable), expected: "a variable" });
    const { strategy } = this;
    const call = (...each: unknown[]): R => whileMerging(true, () => fn(variable, ...(each as never[])));
    const result = isInReplica() ? call(...args, ...(kwargs === null ? [] : [kwargs])) : strategy.run(call, args, kwargs);
    return group ? result : (strategy.experimentalLocalResults(result) as readonly R[]);
  }

  /** Whether a variable was made in the strategy's scope. */
  variableCreatedInScope(variable: Variable): boolean {
    return variable.group === this.strategy.group;
  }
}
