// What tasks do in `coordinator.join()`: the chief hands out functions, the others run them and keep variables. Loaded with the first join.

import { platform } from "#platform";
import { ClusterError, StateError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { mapTree, type Tree } from "../core/tree.js";
import { CommunicatorFailure, type Communicator } from "../runtime/communicator.js";
import { asWorker, type ClusterCoordinator, type Job } from "./coordinator.js";
import { post, take, type Message } from "./messages.js";
import { Packing } from "./packing.js";
import type { ParameterServerStrategy } from "./parameter-server.js";
import { addTo, copyOf, differenceOf, elementsOf, sharesOf, take as takeOver } from "./pieces.js";

/** How often a function may be lost with its worker. */
const MOST_RUNS = 10;

/** What a task answers, and how it asks others. Invariants: see coordinator.ts. */
export class Serving {
  readonly packing: Packing;

  constructor(
    readonly coordinator: ClusterCoordinator,
    readonly communicator: Communicator,
  ) {
    this.packing = new Packing(coordinator.functions);
  }

  /** A worker, or a task that keeps variables, until the chief's queue is empty. */
  async serve(jobs: readonly Job[]): Promise<void> {
    const { communicator } = this;
    for (const { args } of jobs) this.packing.packed(args, []); // iterators get their numbers in the order of the script
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
        const results = this.packing.unpacked(header.results, tensors) as unknown[];
        jobs.forEach(({ result }, i) => result.settle(results[i]));
        return this.leave();
      }
      if (header.kind === "run") await this.#run(message);
      else this.answer(message);
    }
  }

  /** Tasks that have fetched the variables of this join from here, and those that are through with it. */
  readonly #fetched = new Set<number>();
  readonly #through = new Set<number>();

  /** What any task answers at any time. */
  answer(message: Message): void {
    const { from, header } = message;
    if (header.kind === "through") this.#through.add(from);
    if (header.kind === "pull" && header.isLast === true) this.#fetched.add(from);
    keep(this.coordinator.strategy, this.communicator, message);
  }

  /**
   * Invariant (3): fetches the variables, and stays until the others have fetched those that are kept here; the chief stays until all are
   * through.
   */
  async leave(): Promise<void> {
    const {
      communicator,
      coordinator: { strategy },
    } = this;
    await this.refresh(true);
    const { rank, size } = communicator;
    const others = Array.from({ length: size }, (_, i) => i).filter((each) => each !== rank);
    const keeps = (sharesOf(strategy).get(rank)?.length ?? 0) > 0;
    if (keeps) await this.#until(() => others.every((each) => this.#fetched.has(each) || communicator.lost().includes(each)));
    this.#fetched.clear();
    if (rank !== 0) return post(communicator, 0, { kind: "through" });
    await this.#until(() => others.every((each) => this.#through.has(each) || communicator.lost().includes(each)));
    this.#through.clear();
  }

  async #until(isSo: () => boolean): Promise<void> {
    const { communicator } = this;
    const idle = new Idle();
    while (!isSo()) {
      const message = take(communicator);
      if (message) this.answer(message);
      else if (communicator.rank !== 0 && communicator.lost().includes(0)) throw lostTask(0);
      else await idle.pause();
    }
  }

  /** Invariant (2). */
  async #run({ header, tensors }: Message): Promise<void> {
    const {
      communicator,
      coordinator: { strategy },
    } = this;
    try {
      const { fn, hash } = this.packing.functionOf(header.fn as number);
      if (hash !== header.hash)
        throw new StateError("ClusterCoordinator", {
          given: `another function ${header.fn as number} than the chief's`,
          expected: "the same script in all tasks",
        });
      await this.refresh();
      const before = new Map(strategy.group.variables.map((variable) => [variable, elementsOf(variable)]));
      const made = strategy.group.variables.length;
      strategy.group.isClosed = true;
      let value: unknown;
      try {
        const args = this.packing.unpacked(header.args, tensors) as unknown[];
        value = await asWorker(strategy.workers.indexOf(communicator.rank), () => strategy.run(fn as () => unknown, args));
      } finally {
        strategy.group.isClosed = false;
        strategy.group.variables.length = made;
      }
      for (const [rank, pieces] of sharesOf(strategy)) {
        const differences = pieces.map((piece) => differenceOf(piece, before.get(piece.variable)!));
        if (rank !== communicator.rank) await this.#ask(rank, { kind: "push" }, differences);
      }
      const results: Tensor[] = [];
      const [packed] = this.packing.packed(
        [
          mapTree(value as Tree<unknown>, (leaf) =>
            leaf instanceof Object && "value" in leaf ? (leaf as { value(): Tensor }).value() : leaf,
          ),
        ],
        results,
      );
      post(communicator, 0, { kind: "done", job: header.job, value: packed }, results);
    } catch (error) {
      if (error instanceof CommunicatorFailure) throw error;
      post(communicator, 0, { kind: "failed", job: header.job, message: (error as Error).message });
    }
  }

  /** Fetches the present variables from those who keep them. */
  async refresh(isLast = false): Promise<void> {
    const {
      communicator,
      coordinator: { strategy },
    } = this;
    for (const [rank, pieces] of sharesOf(strategy)) {
      if (rank === communicator.rank) continue;
      const { tensors } = await this.#ask(rank, { kind: "pull", isLast }, []);
      takeOver(pieces, tensors);
    }
  }

  /** Asks a task that keeps variables and waits for the answer; meanwhile others may ask this one. */
  async #ask(rank: number, header: object, tensors: readonly Tensor[]): Promise<Message> {
    const { communicator } = this;
    post(communicator, rank, header, tensors);
    const idle = new Idle();
    for (;;) {
      const message = take(communicator);
      if (message?.header.kind === "answer" && message.from === rank) return message;
      if (message) this.answer(message);
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
  const pieces = sharesOf(strategy).get(communicator.rank) ?? [];
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
export class Chief {
  readonly #waiting: Job[];
  readonly #running = new Map<number, Job>();
  readonly #results = new Map<Job, unknown>();
  #failure: Error | null = null;

  constructor(
    readonly serving: Serving,
    readonly jobs: readonly Job[],
  ) {
    this.#waiting = [...jobs];
  }

  async work(): Promise<void> {
    const { jobs } = this;
    const { communicator, coordinator, packing } = this.serving;
    const { strategy } = coordinator;
    for (const { args } of jobs) packing.packed(args, []);
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
    const results = packing.packed(jobs.map((job) => this.#results.get(job)), tensors); // prettier-ignore
    const others = new Set([...strategy.workers, ...strategy.servers]);
    others.delete(0);
    for (const rank of others) if (!communicator.lost().includes(rank)) post(communicator, rank, { kind: "joined", results }, tensors);
    jobs.forEach((job) => job.result.settle(this.#results.get(job)));
    await this.serving.leave();
    if (this.#failure) throw this.#failure;
  }

  #handOut(): void {
    const { communicator, coordinator, packing } = this.serving;
    const lost = communicator.lost();
    for (const rank of coordinator.strategy.workers) {
      if (this.#failure || this.#waiting.length === 0) return;
      if (this.#running.has(rank) || lost.includes(rank)) continue;
      const job = this.#waiting.shift()!;
      job.runs++;
      const tensors: Tensor[] = [];
      const args = packing.packed(job.args, tensors);
      const { hash } = packing.functionOf(job.fn);
      post(communicator, rank, { kind: "run", job: this.jobs.indexOf(job), fn: job.fn, hash, args }, tensors);
      this.#running.set(rank, job);
    }
  }

  #heard(message: Message): void {
    const { from, header, tensors } = message;
    if (header.kind === "done") {
      this.#results.set(this.#running.get(from)!, this.serving.packing.unpacked(header.value, tensors));
      this.#running.delete(from);
    } else if (header.kind === "failed") {
      this.#failure ??= new StateError("coordinator.join", {
        given: `a function that failed on worker ${from}: ${header.message as string}`,
        expected: "functions that run",
      });
      this.#running.delete(from);
    } else this.serving.answer(message);
  }

  #lookForLost(): void {
    const { communicator, coordinator, packing } = this.serving;
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
