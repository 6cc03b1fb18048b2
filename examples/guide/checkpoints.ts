// Checkpoints: save, go on in another process.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "kerasm";

const directory = mkdtempSync(join(tmpdir(), "kerasm-"));

/** Some training; in the guide's whole program this is a model. */
function begin() {
  const weight = tf.variable([1, 2]);
  const step = tf.variable(0, { dtype: "int32" });
  const optimizer = new tf.keras.optimizers.Adam({ learningRate: 0.1 });
  const checkpoint = new tf.train.Checkpoint({ step, optimizer, weight });
  const manager = new tf.train.CheckpointManager(checkpoint, directory, { maxToKeep: 3 });
  const train = () => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceSum(tf.square(weight)));
    optimizer.applyGradients([[tape.gradient(loss, weight), weight]]);
    step.assignAdd(1);
  };
  return { weight, step, checkpoint, manager, train };
}

const first = begin();
await first.checkpoint.restore(first.manager.latestCheckpoint); // nothing happens where there is none
for (let i = 0; i < 5; i++) {
  first.train();
  await first.manager.save();
}
console.log(first.manager.checkpoints.map((path) => path.slice(directory.length)));
//> [ '/ckpt-3', '/ckpt-4', '/ckpt-5' ]

// As in a new process: the optimizer's slots are restored when it makes them.
const second = begin();
const status = await second.checkpoint.restore(second.manager.latestCheckpoint);
first.train();
second.train();
status.assertConsumed();
console.log(second.step.item(), String(first.weight) === String(second.weight));
//> 6 true
