// The whole of it: a training loop of one's own, with checkpoints. Run it again and it goes on.

import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

// All of the data ten times, unless the environment asks for less.
const { EPOCHS = "10", EXAMPLES = "60000" } = process.env;

const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
const first = (x: tf.Tensor, count: number) => tf.gather(x, tf.range(0, Math.min(count, x.shape[0] as number)));
const scale = (x: tf.Tensor) => tf.expandDims(tf.cast(x, "float32").div(255), -1);
const count = Number(EXAMPLES);
const trainDs = tf.data.Dataset.fromTensorSlices([scale(first(trainX, count)), first(trainY, count)])
  .shuffle(10000)
  .batch(32);
const testDs = tf.data.Dataset.fromTensorSlices([scale(first(testX, count)), first(testY, count)]).batch(32);

class MyModel extends keras.Sequential {
  constructor() {
    super([
      new keras.layers.Conv2D(32, 3, { activation: "relu" }),
      new keras.layers.MaxPooling2D(),
      new keras.layers.Conv2D(64, 3, { activation: "relu" }),
      new keras.layers.MaxPooling2D(),
      new keras.layers.Flatten(),
      new keras.layers.Dense(64, { activation: "relu" }),
      new keras.layers.Dense(10),
    ]);
  }
}
const model = new MyModel();
const schedule = new keras.optimizers.schedules.ExponentialDecay(1e-4, 100000, 0.96, { staircase: true });
const optimizer = new keras.optimizers.RMSprop({ learningRate: schedule });
const step = tf.variable(0, { dtype: "int32" });
const checkpoint = new tf.train.Checkpoint({ step, optimizer, model });
const manager = new tf.train.CheckpointManager(checkpoint, "./tf_ckpts", { maxToKeep: 3 }); // "indexeddb://name" in a browser
await checkpoint.restore(manager.latestCheckpoint); // nothing happens where there is none

const lossObject = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
const trainLoss = new keras.metrics.Mean({ name: "train_loss" });
const trainAcc = new keras.metrics.SparseCategoricalAccuracy({ name: "train_accuracy" });
const testAcc = new keras.metrics.SparseCategoricalAccuracy({ name: "test_accuracy" });

const trainStep = tf.function((x: tf.Tensor, y: tf.Tensor) => {
  const tape = new tf.GradientTape();
  const [loss, predictions] = tape.record(() => {
    const predictions = model(x, { training: true });
    return [tf.addN([lossObject(y, predictions), ...model.losses]), predictions];
  });
  const gradients = tape.gradient(loss, model.trainableVariables);
  optimizer.applyGradients(tf.zip(gradients, model.trainableVariables));
  trainLoss(loss);
  trainAcc(y, predictions);
});
const testStep = tf.function((x: tf.Tensor, y: tf.Tensor) => {
  testAcc(y, model(x, { training: false }));
});

for (let epoch = 0; epoch < Number(EPOCHS); epoch++) {
  for await (const [x, y] of trainDs) {
    trainStep(x, y);
    step.assignAdd(1);
    if (step.item() % 500 === 0) await manager.save();
  }
  for await (const [x, y] of testDs) testStep(x, y);
  console.log(
    `Epoch ${epoch}: loss ${trainLoss.result().item()}, accuracy ${trainAcc.result().item()}, test accuracy ${testAcc.result().item()}`,
  );
  for (const metric of [trainLoss, trainAcc, testAcc]) metric.resetState();
}
//> Epoch …: loss …, accuracy …, test accuracy …
