// What the handler of preemptions does with each step: loaded with the first handler.
//
//  (1) Before each step processes tell each other whether one of them was told to end, so that all save after the same step.

import { platform } from "#platform";
import { constant } from "../core/convert.js";
import { asReplica } from "../core/replicas.js";
import { allReduce } from "../ops/collective/all-reduce.js";
import { Checkpoint } from "../saving/checkpoint.js";
import { CheckpointManager } from "../saving/checkpoint-manager.js";
import { Variable } from "../variables/variable.js";
import { presentGroup } from "./multi-worker.js";
import type { TerminationConfig } from "./preemption.js";
import { joinedProcesses } from "./processes.js";

/** The exit code of processes that are to be started again. */
const RESTART = 42;

const NOBODY = 0;
const TOLD = 1;
const NOW = 2;

/** The checkpoint of the present step, and what ends the process. */
export class Preempted {
  readonly #manager: CheckpointManager;
  readonly #runs = new Variable(0, { dtype: "int32", name: "checkpointed_runs", trainable: false });

  constructor(
    checkpoint: Checkpoint,
    directory: string,
    readonly config: TerminationConfig,
  ) {
    const saved = new Checkpoint({ checkpoint, runs: this.#runs });
    this.#manager = new CheckpointManager(saved, directory, { maxToKeep: 1, checkpointName: "preempted" });
  }

  /** Takes over what was saved. @returns after how many steps that was */
  async restore(): Promise<number> {
    await this.#manager.restoreOrInitialize();
    return this.#runs.item();
  }

  /** Saves and ends where a process was told to. */
  async check(count: number, toldAt: number | null, close: () => void): Promise<void> {
    const { gracePeriod, saveFn, exitFn } = this.config;
    if (this.#agreed(toldAt, (gracePeriod ?? 0) * 1000) !== NOW) return;
    this.#runs.assign(count);
    if (saveFn) await saveFn();
    else await this.#manager.save();
    close();
    if (exitFn) return void (await exitFn());
    await joinedProcesses()?.communicator?.close();
    platform.exit!(RESTART);
    await new Promise(() => {}); // nothing follows
  }

  /** Invariant (1). */
  #agreed(toldAt: number | null, grace: number): number {
    const own = toldAt === null ? NOBODY : performance.now() - toldAt >= grace ? NOW : TOLD;
    const group = presentGroup("PreemptionCheckpointHandler");
    return asReplica({ id: group.id, group }, () => allReduce(constant(own, { dtype: "int32" }), "max")).item();
  }
}
