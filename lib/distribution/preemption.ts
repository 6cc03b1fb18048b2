// Processes that are told to end: all save together, end, and go on from there when they are started again.
// The handler is what scripts see; what it does is loaded with it.

import { platform } from "#platform";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { checkFunction, checkOptions } from "../core/options.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { CheckpointManager } from "../saving/checkpoint-manager.js";
import type { Resolver } from "./cluster.js";
import type { Preempted } from "./preempted.js";
import { type Keywords, runArguments, type RunArguments } from "./strategy.js";

/**
 * How processes learn that they are to end, and what they do then. TensorFlow: tf.distribute.experimental.TerminationConfig
 */
export class TerminationConfig {
  /** Asked before each step whether this process is to end. Default: whether it got SIGTERM. */
  declare readonly terminationWatcherFn?: (() => boolean) | null;
  /** Called after the checkpoint was saved. Default: the process ends with exit code 42. */
  declare readonly exitFn?: (() => unknown) | null;
  /** Seconds for which training goes on before all save. Default: 0. */
  declare readonly gracePeriod?: number | null;
  /** Saves in place of the handler. */
  declare readonly saveFn?: (() => unknown) | null;

  /** @throws ArgumentError for options that are none */
  constructor(options: TerminationConfig = {}) {
    const where = "TerminationConfig";
    checkOptions(where, [options instanceof TerminationConfig ? { ...options } : options], 0, [
      "terminationWatcherFn", "exitFn", "gracePeriod", "saveFn",
    ]); // prettier-ignore
    const { terminationWatcherFn = null, exitFn = null, gracePeriod = null, saveFn = null } = options;
    for (const fn of [terminationWatcherFn, exitFn, saveFn]) if (fn !== null) checkFunction(where, fn);
    if (gracePeriod !== null && !(gracePeriod >= 0))
      throw new ArgumentError(`${where}.gracePeriod`, { given: text(gracePeriod), expected: "a number of seconds" });
    Object.assign(this, { terminationWatcherFn, exitFn, gracePeriod, saveFn });
  }
}

/**
 * Saves and ends where this process, or another one of its cluster, is told to end (SIGTERM), and goes on from there when all are started
 * again: `totalRunCalls` says after which step.
 *
 * ```ts
 * const v = tf.variable(0);
 * const checkpoint = new tf.train.Checkpoint({ v });
 * const handler = new tf.distribute.experimental.PreemptionCheckpointHandler(null, checkpoint, "./preempted");
 * await handler.ready; // what was saved is restored
 * while (handler.totalRunCalls < 3) await handler.run((by: number) => v.assignAdd(by), [2]);
 * handler.close();
 * v.item(); // 6
 * ```
 *
 * TensorFlow: tf.distribute.experimental.PreemptionCheckpointHandler
 */
export class PreemptionCheckpointHandler {
  /** The last state is restored from here on. @throws CheckpointError where it can't be read */
  readonly ready: Promise<void>;
  #preempted: Preempted | null = null;
  readonly #config: TerminationConfig;
  readonly #stop: (() => void) | undefined;
  #count = 0;
  #toldAt: number | null = null;

  /**
   * @param checkpoint     what is saved, or a manager whose place is taken
   * @param checkpointDir  where it is saved; nothing else may be there
   */
  constructor(
    readonly clusterResolver: Resolver | null,
    checkpoint: Checkpoint | CheckpointManager,
    checkpointDir: string | null = null,
    terminationConfig: TerminationConfig | null = null,
  ) {
    const where = "PreemptionCheckpointHandler";
    const isManager = checkpoint instanceof CheckpointManager;
    if (!isManager && !(checkpoint instanceof Checkpoint))
      throw new ArgumentError(`${where}.checkpoint`, { given: text(checkpoint), expected: "a Checkpoint, or a CheckpointManager" });
    const directory = checkpointDir ?? (isManager ? checkpoint.directory : null);
    if (typeof directory !== "string" || directory === "")
      throw new ArgumentError(`${where}.checkpointDir`, { given: text(directory), expected: "a folder" });
    this.#config = new TerminationConfig(terminationConfig ?? {});
    const { terminationWatcherFn, exitFn } = this.#config;
    if ((!terminationWatcherFn && !platform.onTermination) || (!exitFn && !platform.exit))
      throw new StateError(where, {
        given: "a page, which nobody tells to end",
        expected: "terminationConfig with terminationWatcherFn and exitFn",
      });
    if (!terminationWatcherFn) this.#stop = platform.onTermination!(() => this.#told());
    this.ready = this.#restore(isManager ? checkpoint.checkpoint : checkpoint, directory);
    this.ready.catch(() => {}); // run tells
  }

  async #restore(checkpoint: Checkpoint, directory: string): Promise<void> {
    const { Preempted } = await import("./preempted.js");
    this.#preempted = new Preempted(checkpoint, directory, this.#config);
    this.#count = await this.#preempted.restore();
  }

  #told(): void {
    this.#toldAt ??= performance.now();
  }

  /** Steps that were run, in all runs of the program. */
  get totalRunCalls(): number {
    return this.#count;
  }

  /**
   * Runs a step of all processes, unless one was told to end: then all save and end.
   *
   * @returns what the function gives
   */
  async run<A extends readonly unknown[], R>(
    distributedTrainFunction: (...args: A) => R,
    args: RunArguments = [],
    kwargs: Keywords = null,
  ): Promise<Awaited<R>> {
    const given = runArguments("PreemptionCheckpointHandler.run", distributedTrainFunction, args, kwargs, null) as A;
    await this.saveCheckpointIfPreempted();
    const result = await distributedTrainFunction(...given);
    this.#count++;
    return result;
  }

  /** Saves and ends where a process was told to: for loops that do not call `run`. Every process has to call it after the same steps. */
  async saveCheckpointIfPreempted(): Promise<void> {
    await this.ready;
    await platform.turn(); // signals come with the event loop
    if (this.#config.terminationWatcherFn?.() === true) this.#told();
    await this.#preempted!.check(this.#count, this.#toldAt, () => this.close());
  }

  /** Watches no more. */
  close(): void {
    this.#stop?.();
  }
}

let isWarned = false;

/**
 * In TensorFlow it is told when TPU workers are to end, and nothing elsewhere: so here. `PreemptionCheckpointHandler` is for processors.
 * TensorFlow: tf.distribute.experimental.PreemptionWatcher
 */
export class PreemptionWatcher {
  /** What TPU workers were told. */
  readonly preemptionMessage: string | null = null;

  constructor() {
    if (isWarned) return;
    isWarned = true;
    console.warn("kerasm: PreemptionWatcher watches TPU workers, of which there are none; use PreemptionCheckpointHandler.");
  }

  /** Returns at once: there are no such workers. */
  blockUntilWorkerExit(): void {}
}
