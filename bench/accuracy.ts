// node build/bench/accuracy.js [policy] [epochs] [images]: what a small CNN reaches on Fashion-MNIST under a policy, and in the
// processor's time; under float32 also what its int8 and int4 forms reach.

import { fashionMnist } from "../datasets/index.js";
import * as tf from "../lib/index.js";

const { keras } = tf;
const { layers, ops } = keras;

const [policy = "float32", epochs = "3", images = "30000"] = process.argv.slice(2);
await tf.config.set({ threads: 1 });
keras.utils.setRandomSeed(1);
keras.config.setDtypePolicy(policy);

const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
const pictures = (x: tf.Tensor) => ops.expandDims(ops.divide(ops.cast(x, "float32"), 255), -1);
const count = Number(images);
const x = pictures(ops.slice(ops.array(trainX), [0, 0, 0], [count, 28, 28]));
const y = ops.slice(ops.cast(ops.array(trainY), "int32"), [0], [count]);

const made = () =>
  new keras.Sequential([
    keras.Input({ shape: [28, 28, 1] }),
    new layers.Conv2D(16, 3, { activation: "relu" }),
    new layers.MaxPooling2D(),
    new layers.Conv2D(32, 3, { activation: "relu" }),
    new layers.MaxPooling2D(),
    new layers.Flatten(),
    new layers.Dense(128, { activation: "relu" }),
    new layers.Dense(10, { dtype: "float32" }),
  ]);

const compile = (model: tf.keras.Sequential): void =>
  model.compile({ optimizer: "adam", loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy"] });

async function report(name: string, model: tf.keras.Sequential, seconds?: number): Promise<void> {
  const found = (await model.evaluate(pictures(ops.array(testX)), ops.cast(ops.array(testY), "int32"), { verbose: 0 })) as number[];
  console.log(`${name}: ${(found[1]! * 100).toFixed(2)} %${seconds === undefined ? "" : `, ${seconds.toFixed(1)} s`}`);
}

const model = made();
compile(model);
const before = process.cpuUsage();
await model.fit(x, y, { epochs: Number(epochs), batchSize: 64, verbose: 0 });
const { user, system } = process.cpuUsage(before);
await report(policy, model, (user + system) / 1e6);
if (policy === "float32")
  for (const mode of ["int8", "int4"]) {
    const other = made();
    other.setWeights(model.getWeights());
    other.quantize(mode, { verbose: false });
    compile(other);
    await report(mode, other);
  }
