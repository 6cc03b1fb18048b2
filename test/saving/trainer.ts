// A small training with everything that has state, for tests that start it, end it and start it again:
//   node trainer.js FOLDER STEPS SAVE_EVERY [PADDING]
// trains up to STEPS steps in all from the latest checkpoint, tells of each save, and at the end of all weights.

import { createHash } from "node:crypto";
import * as tf from "../../lib/index.js";

const [folder, steps, saveEvery, padding = "0"] = process.argv.slice(2) as [string, string, string, string?];

const random = tf.keras.random;
const x = random.normal([200, 12], { seed: 1 });
const y = tf.cast(tf.greater(tf.reduceSum(x, { axis: 1 }), 0), "float32");
const data = tf.data.Dataset.fromTensorSlices([x, y]).shuffle(50).batch(16).repeat();

const dropout = new random.SeedGenerator(5);
const model = {
  hidden: tf.variable(random.normal([12, 16], { seed: 2 })),
  bias: tf.variable(tf.zeros([16])),
  out: tf.variable(random.normal([16], { seed: 3 })),
  padding: tf.variable(tf.zeros([Number(padding)]), { trainable: false }),
};
const weights = [model.hidden, model.bias, model.out];
const optimizer = new tf.keras.optimizers.Adam({
  learningRate: new tf.keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9),
});
const meanLoss = new tf.keras.metrics.Mean();
const step = tf.variable(0, { dtype: "int32" });

const trainStep = tf.function((x: tf.Tensor, y: tf.Tensor) => {
  const tape = new tf.GradientTape();
  const loss = tape.record(() => {
    const hidden = tf.keras.ops.tanh(random.dropout(tf.matmul(x, model.hidden).add(model.bias), 0.2, { seed: dropout }));
    return tf.reduceMean(tf.square(tf.reduceSum(hidden.mul(model.out), { axis: 1 }).sub(y)));
  });
  optimizer.applyGradients(tf.zip(tape.gradient(loss, weights), weights));
  meanLoss(loss);
});

const iterator = data.iterator();
const checkpoint = new tf.train.Checkpoint({ step, model, optimizer, meanLoss, dropout, iterator });
const manager = new tf.train.CheckpointManager(checkpoint, folder, { maxToKeep: 2 });
await checkpoint.restore(manager.latestCheckpoint);

if (step.item() < Number(steps)) {
  for await (const [x, y] of iterator) {
    trainStep(x, y);
    step.assignAdd(1);
    if (step.item() % Number(saveEvery) === 0) console.log("saved", step.item(), await manager.save());
    if (step.item() === Number(steps)) break;
  }
}

const hash = createHash("sha256");
for (const variable of [...weights, ...optimizer.variables, ...meanLoss.variables, dropout.state]) hash.update(variable.data());
console.log("done", step.item(), meanLoss.result().item(), hash.digest("hex"));
