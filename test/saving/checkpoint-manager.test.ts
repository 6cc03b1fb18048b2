import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { Checkpoint, CheckpointManager } = tf.train;

t.test("the newest checkpoints are kept, and the latest is known at once", async (t) => {
  const directory = join(t.testdir(), "deep", "tf_ckpts");
  const step = tf.variable(0, { dtype: "int32" });
  const checkpoint = new Checkpoint({ step });
  const manager = new CheckpointManager(checkpoint, directory, { maxToKeep: 3 });
  t.equal(manager.latestCheckpoint, null);
  t.equal(await manager.restoreOrInitialize(), null);
  await checkpoint.restore(manager.latestCheckpoint);
  for (let i = 1; i <= 5; i++) {
    step.assign(i);
    t.equal(await manager.save(), join(directory, `ckpt-${i}`));
  }
  t.strictSame(readdirSync(directory).sort(), ["checkpoint", "ckpt-3", "ckpt-4", "ckpt-5"]);
  t.equal(await tf.train.latestCheckpoint(directory), manager.latestCheckpoint);

  const other = tf.variable(0, { dtype: "int32" });
  const again = new CheckpointManager(new Checkpoint({ step: other }), `${directory}/`, { maxToKeep: 2 });
  t.equal(again.latestCheckpoint, join(directory, "ckpt-5"));
  t.strictSame(again.checkpoints, manager.checkpoints);
  await again.checkpoint.restore(again.latestCheckpoint);
  t.equal(other.item(), 5);
  t.equal(await again.save(), join(directory, "ckpt-6"), "counting goes on");
  t.strictSame(readdirSync(directory).sort(), ["checkpoint", "ckpt-5", "ckpt-6"]);
});

t.test("saves may overlap each other and training", async (t) => {
  const directory = t.testdir();
  const step = tf.variable(0, { dtype: "int32" });
  const manager = new CheckpointManager(new Checkpoint({ step }), directory);
  const saves = [1, 2, 3].map((i) => {
    step.assign(i);
    return manager.save();
  });
  step.assign(99);
  for (const [i, path] of (await Promise.all(saves)).entries()) {
    await new Checkpoint({ step }).restore(path);
    t.equal(step.item(), i + 1, path);
  }
});

t.test("a damaged list of checkpoints is named", async (t) => {
  const directory = t.testdir({ checkpoint: "model_checkpoint_path: ckpt-1" });
  t.throws(() => new CheckpointManager(new Checkpoint(), directory), {
    name: "CheckpointError",
    message: /checkpoint: given a damaged or foreign file: model_checkpoint_path/,
  });
  t.throws(() => new CheckpointManager(new Checkpoint(), t.testdirName, { maxToKeep: 0 }), { message: /maxToKeep: given 0/ });
});

t.test("where nothing can be written, what was there stays usable", async (t) => {
  const directory = t.testdir();
  const step = tf.variable(1, { dtype: "int32" });
  const checkpoint = new Checkpoint({ step });
  const manager = new CheckpointManager(checkpoint, directory, { maxToKeep: 1 });
  await manager.save();
  // A folder in the place of the next file stands in for a disk that refuses: root may write to read-only folders.
  mkdirSync(join(directory, "ckpt-2"));
  writeFileSync(join(directory, "ckpt-2", "x"), "");
  step.assign(2);
  await t.rejects(manager.save(), { name: "CheckpointError", message: /ckpt-2: given .*What was saved before is intact/ });
  t.equal(checkpoint.saveCounter.item(), 1, "the number is free again");
  t.equal(manager.latestCheckpoint, join(directory, "ckpt-1"));
  t.notOk(
    readdirSync(directory).some((name) => name.endsWith(".tmp")),
    "nothing is left behind",
  );
  await checkpoint.restore(manager.latestCheckpoint);
  t.equal(step.item(), 1);
  await t.rejects(checkpoint.save(join(directory, "ckpt-1", "below")), { name: "CheckpointError", message: /a path through a file/ });
});
