// The coordinator of workers: functions that are scheduled, and who runs them.
//
//  (1) The same script runs in all tasks. `schedule` puts a function into the queue of the chief; in the others it only learns the
//      function, by the order of first use, checked by its text. `join` is where the others serve until the chief's queue is empty.
//  (2) A function runs on one worker: it fetches the variables, runs, and gives back what has changed; so it may run again where a worker
//      was lost.
//  (3) After `join` every task has the present variables, and the values of what was scheduled.

import { ArgumentError, ClusterError, StateError, text } from "../core/errors.js";
import { isPulledFrom, pulled, type Pullable } from "../core/pulls.js";
import { Tensor } from "../core/tensor.js";
import { isBranch, mapTree, type Tree } from "../core/tree.js";
import { Dataset } from "../data/dataset.js";
import { type DatasetIterator, nextOf } from "../data/iterator.js";
import { CommunicatorFailure, type Communicator } from "../runtime/communicator.js";
import { DistributedDataset, InputContext } from "./dataset.js";
import type { DistributedIterator } from "./iterator.js";
import type { ParameterServerStrategy } from "./parameter-server.js";
import type { Serving } from "./serving.js";
import { type Keywords, runArguments, type RunArguments } from "./strategy.js";

export type AnyFunction = (...args: never[]) => unknown;

let workerIndex: number | null = null;

/** Runs the action as a worker: until its promise is there, if it gives one. */
export function asWorker<R>(index: number, action: () => R): R {
  const before = workerIndex;
  workerIndex = index;
  const leave = (): void => void (workerIndex = before);
  let result: R;
  try {
    result = action();
  } catch (error) {
    leave();
    throw error;
  }
  if (result instanceof Promise) return result.finally(leave) as R;
  leave();
  return result;
}

/**
 * Which worker this is, counted from 0: in a scheduled function, or in one that makes a worker's dataset.
 * TensorFlow: tf.distribute.coordinator.experimental_get_current_worker_index
 *
 * @throws StateError elsewhere
 */
export function experimentalGetCurrentWorkerIndex(): number {
  if (workerIndex !== null) return workerIndex;
  throw new StateError("experimentalGetCurrentWorkerIndex", {
    given: "a call outside of workers",
    expected: "a call in a function that ClusterCoordinator schedules, or that makes a worker's dataset",
  });
}

/** The value of a function that is to run. TensorFlow: tf.distribute.experimental.coordinator.RemoteValue */
export class RemoteValue<T = unknown> {
  #value: T | undefined;
  #isThere = false;

  /** @internal */
  settle(value: T): void {
    this.#value = value;
    this.#isThere = true;
  }

  /** The value, after `join`. @throws StateError before */
  fetch(): T {
    if (this.#isThere) return this.#value as T;
    throw new StateError("RemoteValue.fetch", { given: "a function that has not run", expected: "await coordinator.join() before" });
  }

  get(): T {
    return this.fetch();
  }
}

/** What each worker has of its own: datasets and their iterators. TensorFlow: tf.distribute.coordinator.PerWorkerValue */
export abstract class PerWorkerValue {}

/** What a worker's elements come from. */
type Iterated<T> = Dataset<T> | DistributedDataset<T>;

/** A dataset of each worker's own. */
export class PerWorkerDataset<T> extends PerWorkerValue {
  readonly #make: () => Iterated<T>;
  #dataset: Iterated<T> | null = null;

  constructor(make: () => Iterated<T>) {
    super();
    this.#make = make;
  }

  /** An argument of scheduled functions: in each worker the iterator of its own dataset. */
  iterator(): PerWorkerIterator<T> {
    return new PerWorkerIterator(() => (this.#dataset ??= this.#make()));
  }

  [Symbol.iterator](): PerWorkerIterator<T> {
    return this.iterator();
  }
}

/** The iterator of a worker's dataset, begun at its first use there; at the end it begins anew. */
export class PerWorkerIterator<T> extends PerWorkerValue implements Pullable {
  /** In a traced function its elements are taken at every call. */
  readonly [isPulledFrom] = true;
  readonly #dataset: () => Iterated<T>;
  #iterator: DatasetIterator<T> | DistributedIterator<T> | null = null;

  constructor(dataset: () => Iterated<T>) {
    super();
    this.#dataset = dataset;
  }

  next(): IteratorResult<T> {
    return pulled(this, () => this.#next());
  }

  /** The next element. @throws ValueError where the dataset has none */
  getNext(): T {
    return nextOf(this);
  }

  #next(): IteratorResult<T> {
    this.#iterator ??= this.#dataset().iterator();
    const item = this.#iterator.next();
    if (!item.done) return item;
    this.#iterator = this.#dataset().iterator();
    return this.#iterator.next();
  }
}

/** A function that is to run. */
export interface Job {
  readonly fn: number;
  readonly args: readonly unknown[];
  readonly result: RemoteValue;
  runs: number;
}

/**
 * Schedules functions on the workers of a ParameterServerStrategy.
 *
 * ```ts
 * const strategy = new tf.distribute.ParameterServerStrategy(…); // in a cluster: docs/distribution.md
 * const coordinator = new tf.distribute.coordinator.ClusterCoordinator(strategy);
 * for (let step = 0; step < 100; step++) coordinator.schedule(trainStep, [iterator]);
 * await coordinator.join();
 * ```
 *
 * TensorFlow: tf.distribute.coordinator.ClusterCoordinator
 */
export class ClusterCoordinator {
  /** Functions that were scheduled, in order of their first use. */
  readonly functions: AnyFunction[] = [];
  readonly #jobs: Job[] = [];
  #serving: Serving | null = null;

  constructor(readonly strategy: ParameterServerStrategy) {
    if (!("servers" in strategy))
      throw new ArgumentError("ClusterCoordinator", { given: text(strategy), expected: "a ParameterServerStrategy" });
  }

  get #communicator(): Communicator | null {
    return this.strategy.joined.communicator;
  }

  get #isChief(): boolean {
    return (this.#communicator?.rank ?? 0) === 0;
  }

  /**
   * Puts a function into the queue: `schedule(fn, [x])`, `schedule(fn, [x], { scale: 2 })`, or `schedule(fn, { args: [x] })`. The function
   * gets a record of arguments last.
   *
   * @returns its value, to be fetched after `join`
   */
  schedule<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    given: RunArguments = [],
    kwargs: Keywords = null,
  ): RemoteValue<Awaited<R>> {
    const args = runArguments("coordinator.schedule", fn, given, kwargs, null);
    let index = this.functions.indexOf(fn as AnyFunction);
    if (index < 0) index = this.functions.push(fn as AnyFunction) - 1;
    const result = new RemoteValue();
    this.#jobs.push({ fn: index, args, result, runs: 0 });
    return result as RemoteValue<Awaited<R>>;
  }

  /** A dataset for each worker, as `fn` makes it there. */
  createPerWorkerDataset<T>(fn: ((context: InputContext) => Iterated<T>) | Iterated<T>): PerWorkerDataset<T> {
    const { workers } = this.strategy;
    const id = Math.max(0, workers.indexOf(this.#communicator?.rank ?? 0));
    return new PerWorkerDataset(() => {
      const isMade = fn instanceof Dataset || fn instanceof DistributedDataset;
      const dataset = isMade ? fn : asWorker(id, () => fn(new InputContext(workers.length, id, 1)));
      if (dataset instanceof Dataset || dataset instanceof DistributedDataset) return dataset;
      throw new ArgumentError("coordinator.createPerWorkerDataset", { given: text(dataset), expected: "a Dataset from the function" });
    });
  }

  /** Whether everything scheduled has run. */
  done(): boolean {
    return this.#jobs.length === 0;
  }

  /** The values of what was scheduled, in the structure given. */
  fetch<T>(values: T): unknown {
    return mapTree(values as Tree<unknown>, (leaf) => (leaf instanceof RemoteValue ? leaf.fetch() : leaf));
  }

  /**
   * Waits until everything scheduled has run.
   *
   * @throws the error of a function that failed (what was scheduled after it is dropped); ClusterError where a task that keeps variables
   * was lost
   */
  async join(): Promise<void> {
    const jobs = this.#jobs.splice(0);
    const communicator = this.#communicator;
    if (!communicator) return this.#alone(jobs);
    communicator.tolerateLoss();
    const { Chief, Serving } = await import("./serving.js");
    const serving = (this.#serving ??= new Serving(this, communicator));
    try {
      if (this.#isChief) await new Chief(serving, jobs).work();
      else await serving.serve(jobs);
    } catch (error) {
      throw error instanceof CommunicatorFailure ? new ClusterError("ClusterCoordinator", { ...error.facts, cause: error }) : error;
    }
  }

  async #alone(jobs: readonly Job[]): Promise<void> {
    const { group } = this.strategy;
    for (const { fn, args, result } of jobs) {
      group.isClosed = false;
      result.settle(await asWorker(0, () => this.strategy.run(this.functions[fn]! as () => unknown, args)));
    }
  }
}
