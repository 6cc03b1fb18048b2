// One epoch: groups of batches in turn, callbacks told, the event loop let through.

import type { CallbackList } from "../../callbacks/callback-list.js";
import type { Hook } from "../../callbacks/callback.js";
import { platform } from "#platform";
import { pause } from "../../runtime/parts.js";
import type { Batch } from "./batches.js";
import type { EpochBatches } from "./epochs.js";
import type { Execution } from "./run.js";
import type { Runs } from "./runs.js";

/** How an epoch runs: what to do with a group of batches, and whom to tell. */
export interface LoopRules<R> {
  readonly batches: EpochBatches;
  readonly callbacks: CallbackList;
  readonly hooks: "Train" | "Test" | "Predict";
  /** Batches of a group. */
  readonly groupSize: number;
  readonly runs: Runs;
  /** Before a group: takes the floor, checks the batches. @returns what runs them */
  prepare(group: readonly Batch[]): Execution<R>;
  /** After a group: what callbacks are told. */
  answered(answer: R): object;
  /** Whether to stop after this group. */
  isStopped(): boolean;
}

/** Runs the batches of one epoch, from where its data stand. @returns what the last step answered, undefined where there was none */
export async function runEpoch<R>(rules: LoopRules<R>): Promise<R | undefined> {
  const { batches, callbacks, hooks, groupSize, runs } = rules;
  const [begin, end] = [`on${hooks}BatchBegin`, `on${hooks}BatchEnd`] as [Hook, Hook];
  let answer: R | undefined;
  for (let step = batches.step; ;) {
    const found = nextGroup(batches, groupSize);
    const group = found instanceof Promise ? await found : found;
    if (group.length === 0) break;
    const told = callbacks.call(begin, step, {});
    if (told) await told;
    if (platform.mayBlock) {
      const execute = rules.prepare(group);
      answer = execute.elsewhere ? await execute.elsewhere(group) : execute(group);
    } else answer = await runs.aside(() => rules.prepare(group), group);
    step += group.length;
    const heard = callbacks.call(end, step - 1, rules.answered(answer));
    if (heard) await heard;
    if (rules.isStopped()) return answer;
    const due = pause();
    if (due) await due;
    if (group.length < groupSize) break;
  }
  await batches.end();
  return answer;
}

/** Some batches; fewer, or none, at the end of the epoch. */
function nextGroup(batches: EpochBatches, size: number): Batch[] | Promise<Batch[]> {
  const group: Batch[] = [];
  while (group.length < size) {
    const batch = batches.next();
    if (batch instanceof Promise) return nextGroupLater(batches, size, group, batch);
    if (batch === null) break;
    group.push(batch);
  }
  return group;
}

async function nextGroupLater(batches: EpochBatches, size: number, group: Batch[], first: Promise<Batch | null>): Promise<Batch[]> {
  for (let batch = await first; batch !== null; batch = await batches.next()) {
    group.push(batch);
    if (group.length === size) break;
  }
  return group;
}
