// The coordinator of workers: functions that are scheduled, and who runs them.
//
//  (1) The same script runs in all tasks. `schedule` puts a function into the queue of the chief; in the others it only learns the function, by
//      the order of first use, checked by its text. `join` is where the others serve until the chief's queue is empty.
//  (2) A function runs on one worker: it fetches the variables, runs, and gives back what has changed; so it may run again where a worker was lost.
//  (3) After `join` every task has the present variables, and the values of what was scheduled.

import { platform } from "#platform";
import { ArgumentError, ClusterError, StateError, text } from "../core/errors.js";
import { isPulledFrom, pulled, type Pullable } from "../core/pulls.js";
import { Tensor } from "../core/tensor.js";
import { isBranch, mapTree, type Tree } from "../core/tree.js";
import { Dataset } from "../data/dataset.js";
import { type DatasetIterator, nextOf } from "../data/iterator.js";
import { CommunicatorFailure, type Communicator } from "../runtime/communicator.js";
import { DistributedDataset, InputContext } from "./dataset.js";
import type { DistributedIterator } from "./iterator.js";
import { post, take, type Message } from "./messages.js";
import { addTo, copyOf, differenceOf, elementsOf, type ParameterServerStrategy, take as takeOver } from "./parameter-server.js";

type AnyFunction = (...args: never[]) => unknown;

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

/** What a worker's elements come from. */
type Iterated<T> = Dataset<T> | DistributedDataset<T>;

/** A dataset of each worker's own. */
export class PerWorkerDataset<T> {
  readonly #make: () => Iterated<T>;
  #dataset: Iterated<T> | null = null;

  constructor(make: () => Iterated<T>) {
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
export class PerWorkerIterator<T> implements Pullable {
  /** In a traced function its elements are taken at every call. */
  readonly [isPulledFrom] = true;
  readonly #dataset: () => Iterated<T>;
  #iterator: DatasetIterator<T> | DistributedIterator<T> | null = null;

  constructor(dataset: () => Iterated<T>) {
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

interface Job {
  readonly fn: number;
  readonly args: readonly unknown[];
  readonly result: RemoteValue;
  runs: number;
}

/** How often a function may be lost with its worker. */
const MOST_RUNS = 10;

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
  readonly #functions: AnyFunction[] = [];
  readonly #jobs: Job[] = [];
  readonly #iterators: PerWorkerIterator<unknown>[] = [];
  #joins = 0;

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

  /** Puts a function into the queue. @returns its value, to be fetched after `join` */
  schedule<A extends readonly unknown[], R>(fn: (...args: A) => R, args: readonly unknown[] = []): RemoteValue<Awaited<R>> {
    if (typeof fn !== "function") throw new ArgumentError("coordinator.schedule", { given: text(fn), expected: "a function" });
    let index = this.#functions.indexOf(fn as AnyFunction);
    if (index < 0) index = this.#functions.push(fn as AnyFunction) - 1;
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
      const dataset = isMade ? fn : fn(new InputContext(workers.length, id, 1));
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
   * @throws the error of a function that failed (what was scheduled after it is dropped); ClusterError where a task that keeps variables was lost
   */
  async join(): Promise<void> {
    this.#joins++;
    const jobs = this.#jobs.splice(0);
    const communicator = this.#communicator;
    if (!communicator) return this.#alone(jobs);
    communicator.tolerateLoss();
    try {
      if (this.#isChief) await new Chief(this, communicator, jobs).work();
      else await this.#serve(communicator, jobs);
    } catch (error) {
      throw error instanceof CommunicatorFailure ? new ClusterError("ClusterCoordinator", { ...error.facts, cause: error }) : error;
    }
  }

  async #alone(jobs: readonly Job[]): Promise<void> {
    const { group } = this.strategy;
    for (const { fn, args, result } of jobs) {
      group.isClosed = false;
      result.settle(await this.strategy.run(this.#functions[fn]! as () => unknown, args));
    }
  }

  /** The function of a number, and what tells whether it is the same in another task. */
  functionOf(index: number): { readonly fn: AnyFunction; readonly hash: number } {
    const fn = this.#functions[index];
    if (!fn)
      throw new StateError("ClusterCoordinator", {
        given: `function ${index}, which is not known here`,
        expected: "the same script in all tasks",
      });
    const source = (fn as { pythonFunction?: AnyFunction }).pythonFunction ?? fn;
    return { fn, hash: [...String(source)].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5) | 0 };
  }

  /** Arguments as they travel: tensors aside, iterators by number. */
  packed(args: readonly unknown[], tensors: Tensor[]): unknown {
    return args.map((arg) => this.#packedOne(arg, tensors));
  }

  #packedOne(value: unknown, tensors: Tensor[]): unknown {
    if (value instanceof Tensor) return { $tensor: tensors.push(value) - 1 };
    if (value instanceof PerWorkerIterator) return { $iterator: this.#iteratorNumber(value) };
    if (value === undefined) return { $undefined: true };
    if (Array.isArray(value)) return value.map((each) => this.#packedOne(each, tensors));
    if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#packedOne(each, tensors)]));
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean" || value === null) return value;
    throw new ArgumentError("coordinator.schedule", {
      given: `the argument ${text(value)}`,
      expected: "tensors, numbers, strings, iterators of per-worker datasets, and structures of them",
    });
  }

  unpacked(value: unknown, tensors: readonly Tensor[]): unknown {
    if (Array.isArray(value)) return value.map((each) => this.unpacked(each, tensors));
    if (!isBranch(value)) return value;
    const record = value as Record<string, unknown>;
    if ("$tensor" in record) return tensors[record.$tensor as number];
    if ("$iterator" in record) return this.#iterators[record.$iterator as number];
    if ("$undefined" in record) return undefined;
    return Object.fromEntries(Object.entries(record).map(([key, each]) => [key, this.unpacked(each, tensors)]));
  }

  #iteratorNumber(iterator: PerWorkerIterator<unknown>): number {
    const found = this.#iterators.indexOf(iterator);
    return found >= 0 ? found : this.#iterators.push(iterator) - 1;
  }

  /** A worker, or a task that keeps variables, until the chief's queue is empty. */
  async #serve(communicator: Communicator, jobs: readonly Job[]): Promise<void> {
    for (const { args } of jobs) this.packed(args, []); // iterators get their numbers in the order of the script
    const idle = new Idle();
    for (;;) {
      const message = take(communicator);
      if (!message) {
        if (communicator.lost().includes(0)) throw lostTask(0);
        await idle.pause();
        continue;
      }
      idle.reset();
      const { header, tensors } = message;
      if (header.kind === "joined") {
        const results = this.unpacked(header.results, tensors) as unknown[];
        jobs.forEach(({ result }, i) => result.settle(results[i]));
        return this.leave(communicator);
      }
      if (header.kind === "run") await this.#run(communicator, message);
      else this.answer(communicator, message);
    }
  }

  /** Tasks that have fetched the variables of this join from here, and those that are through with it. */
  readonly #fetched = new Set<number>();
  readonly #through = new Set<number>();

  /** What any task answers at any time. */
  answer(communicator: Communicator, message: Message): void {
    const { from, header } = message;
    if (header.kind === "through") this.#through.add(from);
    if (header.kind === "pull" && header.isLast === true) this.#fetched.add(from);
    keep(this.strategy, communicator, message);
  }

  /** Invariant (3): fetches the variables, and stays until the others have fetched those that are kept here; the chief stays until all are through. */
  async leave(communicator: Communicator): Promise<void> {
    const { strategy } = this;
    await this.refresh(communicator, true);
    const { rank, size } = communicator;
    const others = Array.from({ length: size }, (_, i) => i).filter((each) => each !== rank);
    const keeps = (strategy.shares().get(rank)?.length ?? 0) > 0;
    if (keeps) await this.#until(communicator, () => others.every((each) => this.#fetched.has(each) || communicator.lost().includes(each)));
    this.#fetched.clear();
    if (rank !== 0) return post(communicator, 0, { kind: "through" });
    await this.#until(communicator, () => others.every((each) => this.#through.has(each) || communicator.lost().includes(each)));
    this.#through.clear();
  }

  async #until(communicator: Communicator, isSo: () => boolean): Promise<void> {
    const idle = new Idle();
    while (!isSo()) {
      const message = take(communicator);
      if (message) this.answer(communicator, message);
      else if (communicator.rank !== 0 && communicator.lost().includes(0)) throw lostTask(0);
      else await idle.pause();
    }
  }

  /** Invariant (2). */
  async #run(communicator: Communicator, { header, tensors }: Message): Promise<void> {
    const { strategy } = this;
    try {
      const { fn, hash } = this.functionOf(header.fn as number);
      if (hash !== header.hash)
        throw new StateError("ClusterCoordinator", {
          given: `another function ${header.fn as number} than the chief's`,
          expected: "the same script in all tasks",
        });
      await this.refresh(communicator);
      const before = new Map(strategy.group.variables.map((variable) => [variable, elementsOf(variable)]));
      const made = strategy.group.variables.length;
      strategy.group.isClosed = true;
      let value: unknown;
      try {
        value = await strategy.run(fn as () => unknown, this.unpacked(header.args, tensors) as unknown[]);
      } finally {
        strategy.group.isClosed = false;
        strategy.group.variables.length = made;
      }
      for (const [rank, pieces] of strategy.shares()) {
        const differences = pieces.map((piece) => differenceOf(piece, before.get(piece.variable)!));
        if (rank !== communicator.rank) await this.#ask(communicator, rank, { kind: "push" }, differences);
      }
      const results: Tensor[] = [];
      const packed = this.#packedOne(mapTree(value as Tree<unknown>, (leaf) => (leaf instanceof Object && "value" in leaf ? (leaf as { value(): Tensor }).value() : leaf)), results); // prettier-ignore
      post(communicator, 0, { kind: "done", job: header.job, value: packed }, results);
    } catch (error) {
      if (error instanceof CommunicatorFailure) throw error;
      post(communicator, 0, { kind: "failed", job: header.job, message: (error as Error).message });
    }
  }

  /** Fetches the present variables from those who keep them. */
  async refresh(communicator: Communicator, isLast = false): Promise<void> {
    const { strategy } = this;
    for (const [rank, pieces] of strategy.shares()) {
      if (rank === communicator.rank) continue;
      const { tensors } = await this.#ask(communicator, rank, { kind: "pull", isLast }, []);
      takeOver(pieces, tensors);
    }
  }

  /** Asks a task that keeps variables and waits for the answer; meanwhile others may ask this one. */
  async #ask(communicator: Communicator, rank: number, header: object, tensors: readonly Tensor[]): Promise<Message> {
    post(communicator, rank, header, tensors);
    const idle = new Idle();
    for (;;) {
      const message = take(communicator);
      if (message?.header.kind === "answer" && message.from === rank) return message;
      if (message) this.answer(communicator, message);
      else if (communicator.lost().includes(rank)) throw lostTask(rank);
      else await idle.pause();
    }
  }
}

const lostTask = (rank: number): ClusterError =>
  new ClusterError("ClusterCoordinator", {
    given: `task ${rank}, which was lost`,
    expected: "the chief and the tasks that keep variables to go on",
    hint: "Start all of them again; training goes on from the last checkpoint.",
  });

/** What a task that keeps variables does. */
function keep(strategy: ParameterServerStrategy, communicator: Communicator, { from, header, tensors }: Message): void {
  const pieces = strategy.shares().get(communicator.rank) ?? [];
  if (header.kind === "pull")
    post(communicator, from, { kind: "answer" }, pieces.map(copyOf)); // prettier-ignore
  else if (header.kind === "push") {
    pieces.forEach((piece, i) => addTo(piece, tensors[i]!));
    post(communicator, from, { kind: "answer" });
  }
}

/** Waits a little longer each time, so that ranks on few cores leave each other time. */
class Idle {
  #turns = 0;

  async pause(): Promise<void> {
    this.#turns++;
    if (this.#turns < 20) return platform.turn();
    await new Promise((resolve) => setTimeout(resolve, this.#turns < 200 ? 1 : 5));
  }

  reset(): void {
    this.#turns = 0;
  }
}

/** Hands out jobs until all are done. */
class Chief {
  readonly #waiting: Job[];
  readonly #running = new Map<number, Job>();
  readonly #results = new Map<Job, unknown>();
  #failure: Error | null = null;

  constructor(
    readonly coordinator: ClusterCoordinator,
    readonly communicator: Communicator,
    readonly jobs: readonly Job[],
  ) {
    this.#waiting = [...jobs];
  }

  async work(): Promise<void> {
    const { communicator, coordinator, jobs } = this;
    const { strategy } = coordinator;
    for (const { args } of jobs) coordinator.packed(args, []);
    const idle = new Idle();
    while (this.#running.size > 0 || (this.#waiting.length > 0 && !this.#failure)) {
      this.#handOut();
      const message = take(communicator);
      if (message) {
        idle.reset();
        this.#heard(message);
        continue;
      }
      this.#lookForLost();
      await idle.pause();
    }
    const tensors: Tensor[] = [];
    const results = coordinator.packed(jobs.map((job) => this.#results.get(job)), tensors); // prettier-ignore
    const others = new Set([...strategy.workers, ...strategy.servers]);
    others.delete(0);
    for (const rank of others) if (!communicator.lost().includes(rank)) post(communicator, rank, { kind: "joined", results }, tensors);
    jobs.forEach((job) => job.result.settle(this.#results.get(job)));
    await coordinator.leave(communicator);
    if (this.#failure) throw this.#failure;
  }

  #handOut(): void {
    const { communicator, coordinator } = this;
    const lost = communicator.lost();
    for (const rank of coordinator.strategy.workers) {
      if (this.#failure || this.#waiting.length === 0) return;
      if (this.#running.has(rank) || lost.includes(rank)) continue;
      const job = this.#waiting.shift()!;
      job.runs++;
      const tensors: Tensor[] = [];
      const args = coordinator.packed(job.args, tensors);
      const { hash } = coordinator.functionOf(job.fn);
      post(communicator, rank, { kind: "run", job: this.jobs.indexOf(job), fn: job.fn, hash, args }, tensors);
      this.#running.set(rank, job);
    }
  }

  #heard(message: Message): void {
    const { from, header, tensors } = message;
    if (header.kind === "done") {
      this.#results.set(this.#running.get(from)!, this.coordinator.unpacked(header.value, tensors));
      this.#running.delete(from);
    } else if (header.kind === "failed") {
      this.#failure ??= new StateError("coordinator.join", {
        given: `a function that failed on worker ${from}: ${header.message as string}`,
        expected: "functions that run",
      });
      this.#running.delete(from);
    } else this.coordinator.answer(this.communicator, message);
  }

  #lookForLost(): void {
    const { communicator, coordinator } = this;
    const lost = communicator.lost();
    for (const rank of lost) {
      if (coordinator.strategy.servers.includes(rank)) throw lostTask(rank);
      const job = this.#running.get(rank);
      if (!job) continue;
      this.#running.delete(rank);
      if (job.runs >= MOST_RUNS) throw lostTask(rank);
      this.#waiting.unshift(job);
    }
    if (coordinator.strategy.workers.every((rank) => lost.includes(rank)) && (this.#waiting.length > 0 || this.#running.size > 0)) {
      throw new ClusterError("coordinator.join", {
        given: "no worker that is left",
        expected: "one at least",
        hint: "Start all tasks again.",
      });
    }
  }
}
