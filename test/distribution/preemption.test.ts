// Training that is told to end, in one process; over processes see mpi.test.ts.

import t from "tap";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { PreemptionCheckpointHandler, TerminationConfig } = tf.distribute.experimental;

t.test("a run that is told to end saves, and the next one goes on", async (t) => {
  const folder = t.testdir();
  const make = () => {
    const v = tf.variable(0, { dtype: "float32" });
    return { v, checkpoint: new tf.train.Checkpoint({ v }) };
  };
  const step = (by: number, { scale = 1 }: { scale?: number } = {}): number => {
    current.v.assignAdd(by * scale);
    return current.v.item();
  };
  let current = make();
  let asked = 0;
  const ends: number[] = [];
  const config = new TerminationConfig({
    terminationWatcherFn: () => ++asked > 3,
    exitFn: () => {
      ends.push(asked);
      throw new Error("it ends here");
    },
  });
  const first = new PreemptionCheckpointHandler(null, current.checkpoint, folder, config);
  t.strictSame([await first.run(step, [1]), await first.run(step, [1], { scale: 10 }), await first.run(step, { args: [1] })], [1, 11, 12]);
  t.equal(first.totalRunCalls, 3);
  t.match(await messageOf(() => first.run(step, [1])), /it ends here/);
  t.strictSame(ends, [4]);
  current = make();
  asked = -100;
  const manager = new tf.train.CheckpointManager(current.checkpoint, folder, { maxToKeep: 1 });
  const second = new PreemptionCheckpointHandler(null, manager, null, config);
  await second.ready;
  t.strictSame([second.totalRunCalls, current.v.item()], [3, 12]);
  t.equal(await second.run(step, [1]), 13);
  t.equal(second.totalRunCalls, 4);
});

t.test("a grace period: training goes on until it is over; saved by a function of one's own", async (t) => {
  const folder = t.testdir();
  const v = tf.variable(0, { dtype: "float32" });
  const said: string[] = [];
  const handler = new PreemptionCheckpointHandler(null, new tf.train.Checkpoint({ v }), folder, {
    terminationWatcherFn: () => true,
    gracePeriod: 0.05,
    saveFn: () => void said.push(`saved ${v.item()}`),
    exitFn: () => void said.push("ended"),
  });
  await handler.saveCheckpointIfPreempted();
  t.strictSame(said, [], "not yet");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await handler.run(() => v.assignAdd(1));
  t.strictSame(said, ["saved 0", "ended"]);
});

t.test("SIGTERM", { skip: process.platform === "win32" && "no signals" }, async (t) => {
  const v = tf.variable(0, { dtype: "float32" });
  const watchers = process.listenerCount("SIGTERM");
  let isOver = false;
  const handler = new PreemptionCheckpointHandler(null, new tf.train.Checkpoint({ v }), t.testdir(), {
    exitFn: () => void (isOver = true),
  });
  await handler.run(() => v.assignAdd(1));
  t.notOk(isOver);
  process.kill(process.pid, "SIGTERM");
  for (let i = 0; i < 1000 && !isOver; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await handler.saveCheckpointIfPreempted();
  }
  t.ok(isOver);
  t.equal(process.listenerCount("SIGTERM"), watchers, "nobody watches any more");
});

const checkpoint = () => new tf.train.Checkpoint({});
const mistakes: Readonly<Record<string, [() => unknown, RegExp]>> = {
  "no checkpoint": [
    () => new PreemptionCheckpointHandler(null, 3 as never, "x"),
    /PreemptionCheckpointHandler\.checkpoint: given 3; expected a Checkpoint, or a CheckpointManager/,
  ],
  "no folder": [() => new PreemptionCheckpointHandler(null, checkpoint()), /checkpointDir: given null; expected a folder/],
  "a watcher that is none": [() => new TerminationConfig({ terminationWatcherFn: 3 as never }), /TerminationConfig: given 3; expected a function/],
  "a period that is none": [() => new TerminationConfig({ gracePeriod: -1 }), /gracePeriod: given -1; expected a number of seconds/],
  "an unknown option": [() => new TerminationConfig({ grace: 1 } as never), /TerminationConfig: given the unknown option "grace"/],
  "no step": [
    () => new PreemptionCheckpointHandler(null, checkpoint(), t.testdir(), { exitFn: () => 0, terminationWatcherFn: () => false }).run(3 as never),
    /PreemptionCheckpointHandler\.run: given 3; expected a function/,
  ],
}; // prettier-ignore
for (const [name, [action, expected]] of Object.entries(mistakes))
  t.test(`refused: ${name}`, async (t) => t.match(await messageOf(action), expected));
