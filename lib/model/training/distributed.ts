// How a model's steps are run by the replicas of the strategy in whose scope it was made. With one replica nothing differs.

import { ArgumentError, NotSupportedError, StateError } from "../../core/errors.js";
import { isComposite, leaves, mapTree, type Tree } from "../../core/tree.js";
import { Strings } from "../../core/strings.js";
import { replica } from "../../core/replicas.js";
import { Tensor } from "../../core/tensor.js";
import type { Dataset } from "../../data/dataset.js";
import { isDataset } from "../../data/is-dataset.js";
import { batchLength, checkGlobalBatch, cut, partsOf, shares } from "../../distribution/batch-parts.js";
import { divided, dividesItself, type Parts } from "../../distribution/divided.js";
import { joined, partOf } from "../../distribution/per-replica.js";
import { currentStrategy } from "../../distribution/scopes.js";
import type { Strategy } from "../../distribution/strategy.js";
import { concatenate, sum } from "../../ops/index.js";
import { mapLeaves } from "../../layers/functional/structure.js";
import type { Variable } from "../../variables/variable.js";
import type { Batch } from "./batches.js";
import type { Execution } from "./run.js";

/** What becomes of the answers of several replicas: the first one's, or all, the samples one behind the other. */
export type Merge = "first" | "concatenate";

export class Distribution {
  /** The strategy, where there are several replicas. */
  readonly strategy: Strategy | null;
  /** The strategy, where it hands steps out to other processes. */
  readonly #served: Strategy | null;
  /** Whether the next batch is the first one of a pass, a full one. */
  #isFirst = true;

  constructor() {
    const strategy = currentStrategy();
    this.strategy = strategy !== null && strategy.numReplicasInSync > 1 ? strategy : null;
    this.#served = strategy?.isServed ? strategy : null;
  }

  /** Runs what may make variables, so that they belong to the replicas. */
  scope<R>(action: () => R): R {
    const strategy = this.strategy ?? this.#served;
    return strategy ? strategy.scope(action) : action();
  }

  /** @throws StateError where the model, or a metric, was made outside of the scope */
  check(where: string, variables: () => Iterable<Variable>): void {
    const present = currentStrategy();
    if (present !== null && present.numReplicasInSync > 1 && present !== this.strategy) {
      throw new StateError(where, {
        given: "a model made outside of the strategy's scope",
        expected: "a model made and compiled in strategy.scope()",
      });
    }
    if (!this.strategy) return;
    for (const variable of variables()) {
      if (variable.group === this.strategy.group) continue;
      throw new StateError(where, {
        given: `the variable ${variable.name}, made outside of the strategy's scope`,
        expected: "variables made in strategy.scope()",
        hint: "Make layers, metrics and the optimizer there.",
      });
    }
  }

  /**
   * Data as this process reads them for itself, where they are divided already: those of a DatasetCreator, of the strategy's datasets, and
   * datasets whose options say FILE or OFF. Other data as they are.
   *
   * @param steps  how many were asked for; null: as many as there are
   */
  data(where: string, given: unknown, steps: number | null): unknown {
    const { strategy } = this;
    if (dividesItself(given)) {
      if (given.isEndless && steps === null)
        throw new ArgumentError(where, { given: "a DatasetCreator without steps", expected: "stepsPerEpoch, validationSteps or steps" });
      return this.#parts(where, given[divided](strategy));
    }
    if (!isDataset(given) || strategy === null || strategy.group.local === strategy.group.count) return given;
    const policy = given.options().experimentalDistribute.autoShardPolicy;
    return policy === "FILE" || policy === "OFF" ? this.#parts(where, strategy.experimentalDistributeDataset(given)) : given;
  }

  /** Elements that are divided already. */
  #parts(where: string, distributed: Parts | Dataset<unknown>): unknown {
    const { strategy } = this;
    if (isDataset(distributed)) return distributed;
    if (distributed.group.count > 1 && distributed.group !== strategy?.group)
      throw new StateError(where, { given: "a dataset of another strategy", expected: "one of the model's own strategy" });
    if (strategy === null) return distributed;
    const own = this.#own;
    return async function* () {
      for await (const element of distributed) {
        // Replicas of one process: their parts become a batch, which is cut again where they met.
        const parts = Array.from({ length: strategy.group.local }, (_, i) => partOf(element, i));
        const whole = parts.length === 1 ? parts[0] : joinRows(parts);
        const first = firstTensor(whole);
        if (first) own.set(first, parts.map((part) => batchLength(part) ?? 0)); // prettier-ignore
        yield whole;
      }
    };
  }

  /** First tensors of batches that are this process's as they are, and the lengths of its replicas' parts. */
  readonly #own = new WeakMap<Tensor, readonly number[]>();

  /** Lengths of the parts of a batch that is this process's alone; undefined for a batch of all. */
  #ownParts(batch: Batch): readonly number[] | undefined {
    const first = firstTensor(batch);
    return first && this.#own.get(first);
  }

  /** A pass over batches begins: the first one is a full one. */
  begin(): void {
    this.#isFirst = true;
  }

  /** The batch with a part for each replica. */
  #divided(batch: Batch): Batch {
    const { group } = this.strategy!;
    if (leaves(batch).some((leaf) => leaf instanceof Strings || typeof leaf === "string")) {
      throw new NotSupportedError("model.fit", {
        given: `strings under a strategy of ${group.count} replicas`,
        expected: "numbers",
        hint: "Apply the layers that read strings in the dataset's map.",
      });
    }
    const own = this.#ownParts(batch);
    if (own) return own.length === 1 ? batch : (joined(cut(batch, own)) as Batch);
    const length = batchLength(batch) ?? 0;
    if (this.#isFirst) checkGlobalBatch("model.fit", length, group.count);
    this.#isFirst = false;
    const parts = partsOf(batch, group);
    return (parts.length === 1 ? parts[0] : joined(parts)) as Batch;
  }

  /** A step as the replicas run it: its argument is divided, its answers are merged. */
  step<R>(step: (batch: Batch) => R, merge: Merge): (batch: Batch) => R {
    const { strategy } = this;
    if (!strategy) return step;
    return (batch) => {
      const answers: unknown = strategy.run((part: Batch) => step(part), [batch]);
      return (merge === "first" ? partOf(answers, 0) : answers) as R;
    };
  }

  /** An execution of such steps, on whole batches. */
  execution<R>(run: Execution<R>, merge: Merge, isTraining: boolean): Execution<R> {
    const elsewhere = isTraining ? this.#served?.elsewhere((batch: Batch) => run([batch])) : null;
    if (elsewhere) return Object.assign((batches: readonly Batch[]) => run(batches), { elsewhere });
    const { strategy } = this;
    if (!strategy) return run;
    const gathered = (answer: R): R =>
      merge === "first" ? answer : (mapLeaves(answer, (leaf) => (leaf instanceof Object ? strategy.gather(leaf, 0) : leaf)) as R);
    const { group } = strategy;
    const begun = <A>(action: (batches: readonly Batch[]) => A, batches: readonly Batch[]): A => {
      const divided = batches.map((batch) => this.#divided(batch));
      const isDivided = !batches.some((batch) => this.#ownParts(batch));
      group.divided?.(isDivided ? batches.map((batch) => shares(batchLength(batch) ?? 0, group.count)) : null);
      try {
        return action(divided);
      } finally {
        group.divided?.(null);
      }
    };
    const execute = (batches: readonly Batch[]): R => gathered(begun(run, batches));
    const { aside } = run;
    const { profile } = run as { profile?: (batches: readonly Batch[]) => unknown };
    return Object.assign(
      execute,
      aside && { aside: async (batches: readonly Batch[]) => gathered(await begun(aside, batches)) },
      profile && { profile: (batches: readonly Batch[]) => begun(profile, batches) },
    );
  }
}

/** Ragged and sparse tensors, by their rows. */
interface Stacked {
  readonly shape: readonly number[];
  row(index: number): unknown;
  stacked(rows: readonly unknown[]): unknown;
}
const rowsApart = (batch: Stacked): unknown[] => Array.from({ length: batch.shape[0]! }, (_, i) => batch.row(i));

/** Batches of replicas as one. */
function joinRows(parts: readonly unknown[]): unknown {
  const flat = parts.map((part) => leaves(part as Tree<unknown>));
  let at = 0;
  return mapTree(parts[0] as Tree<unknown>, (leaf) => {
    const all = flat.map((each) => each[at]);
    at++;
    if (leaf instanceof Tensor) return concatenate(all as Tensor[], 0);
    return isComposite(leaf) && "stacked" in leaf ? (leaf as unknown as Stacked).stacked((all as Stacked[]).flatMap(rowsApart)) : leaf;
  });
}

const firstTensor = (element: unknown): Tensor | undefined =>
  leaves(element as Tree<unknown>).find((leaf): leaf is Tensor => leaf instanceof Tensor);

/** The loss of a part without samples is 0. */
export const lossOfPart = (loss: Tensor): Tensor => (replica().group.count > 1 && loss.shape.includes(0) ? sum(loss) : loss);
