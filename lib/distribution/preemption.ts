// Processes that are told to end: all save together, end, and go on from there when they are started again.
//
//  (1) Before each step processes tell each other whether one of them was told to end, so that all save after the same step.

import { platform } from "#platform";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { checkFunction, checkOptions } from "../core/options.js";
import { asReplica } from "../core/replicas.js";
import { constant } from "../core/convert.js";
import { allReduce } from "../ops/collective/all-reduce.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { CheckpointManager } from "../saving/checkpoint-manager.js";
import { Variable } from "../variables/variable.js";
import type { Resolver } from "./cluster.js";
import { presentGroup } from "./multi-worker.js";
import { joinedProcesses } from "./processes.js";
import { type Keywords, runArguments, type RunArguments } from "./strategy.js";

/** The exit code of processes that are to be started again. */
const RESTART = 42;

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

const NOBODY = 0;
const TOLD = 1;
const NOW = 2;

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
  readonly #manager: CheckpointManager;
  readonly #runs = new Variable(0, { dtype: "int32", name: "checkpointed_runs", trainable: false });
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
    const saved = new Checkpoint({ checkpoint: isManager ? checkpoint.checkpoint : checkpoint, runs: this.#runs });
    this.#manager = new CheckpointManager(saved, directory, { maxToKeep: 1, checkpointName: "preempted" });
    if (!terminationWatcherFn) this.#stop = platform.onTermination!(() => this.#told());
    this.ready = this.#restore();
    this.ready.catch(() => {}); // run tells
  }

  async #restore(): Promise<void> {
    await this.#manager.restoreOrInitialize();
    this.#count = this.#runs.item();
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
    const { terminationWatcherFn, gracePeriod, saveFn, exitFn } = this.#config;
    if (terminationWatcherFn?.() === true) this.#told();
    if (this.#agreed((gracePeriod ?? 0) * 1000) !== NOW) return;
    this.#runs.assign(this.#count);
    if (saveFn) await saveFn();
    else await this.#manager.save();
    this.close();
    if (exitFn) return void (await exitFn());
    await joinedProcesses()?.communicator?.close();
    platform.exit!(RESTART);
    await new Promise(() => {}); // nothing follows
  }

  /** Invariant (1). */
  #agreed(grace: number): number {
    const own = this.#toldAt === null ? NOBODY : performance.now() - this.#toldAt >= grace ? NOW : TOLD;
    const group = presentGroup("PreemptionCheckpointHandler");
    return asReplica({ id: group.id, group }, () => allReduce(constant(own, { dtype: "int32" }), "max")).item();
  }

  /** Watches no more. */
  close(): void {
    this.#stop?.();
  }
}
