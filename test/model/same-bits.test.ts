// Training gives the same weights bit for bit: for a seed, on any number of threads, and whoever runs the programs.

import { createHash } from "node:crypto";
import "../support/four-cores.js";
import t from "tap";
import { platform } from "#platform";
import * as tf from "../../lib/index.js";

const { keras } = tf;

/** Images whose label can be seen: a bright square at one of four places. */
function squares(count: number) {
  const x = new Float32Array(count * 144);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = (i * 7 + (i >> 3)) % 4;
    y[i] = label;
    for (let p = 0; p < 144; p++) x[i * 144 + p] = ((i * 31 + p * 17) % 23) / 60;
    const [top, left] = [(label >> 1) * 6 + 1, (label & 1) * 6 + 1];
    for (let row = 0; row < 4; row++) for (let column = 0; column < 4; column++) x[i * 144 + (top + row) * 12 + left + column]! += 0.4;
  }
  return [tf.constant(x, { shape: [count, 12, 12, 1] }), tf.constant(y)] as const;
}

function network() {
  const { layers } = keras;
  return new keras.Sequential([
    new keras.Input({ shape: [12, 12, 1] }),
    new layers.Conv2D(8, 3, { activation: "relu" }),
    new layers.MaxPooling2D(),
    new layers.Conv2D(32, 3, { activation: "relu" }),
    new layers.BatchNormalization(),
    new layers.Flatten(),
    new layers.Dropout(0.3),
    new layers.Dense(4),
  ]);
}

async function train(epochs = 2) {
  keras.utils.setRandomSeed(7);
  const [x, y] = squares(200);
  const model = network();
  model.compile({
    optimizer: new keras.optimizers.Adam({ learningRate: 0.01 }),
    loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  const { history } = await model.fit(x, y, { epochs, batchSize: 32, verbose: 0, validationSplit: 0.2 });
  const hash = createHash("sha256");
  for (const weight of model.weights) hash.update(new Uint8Array(weight.data().buffer as ArrayBuffer));
  return { digest: hash.digest("hex"), history };
}

t.test("the same seed gives the same weights on 1, 2, 3 and 4 threads", async (t) => {
  const digests = [];
  for (const threads of [1, 2, 3, 4]) {
    await tf.config.set({ threads });
    digests.push((await train()).digest);
  }
  t.equal(new Set(digests).size, 1, digests.join(" "));
  await tf.config.set({ threads: 2 });
});

t.test("another seed gives other weights, and it learns", async (t) => {
  const { history } = await train(12);
  t.ok(history.loss!.at(-1)! < history.loss![0]! / 2, `loss ${history.loss![0]} to ${history.loss!.at(-1)}`);
  t.ok(history.accuracy!.at(-1)! > 0.8, `accuracy ${history.accuracy!.at(-1)}`);
});

t.test("in a page the workers run the steps: the same weights, and the page's thread stays free", async (t) => {
  await tf.config.set({ threads: 2 });
  const { digest } = await train();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  (platform as { mayBlock: boolean }).mayBlock = false;
  t.teardown(() => {
    (platform as { mayBlock: boolean }).mayBlock = true;
    clearInterval(timer);
  });
  await tf.config.set({ threads: 3 });
  const aside = await train();
  t.equal(aside.digest, digest);
  t.ok(ticks > 0, `${ticks} turns of the event loop`);
});

t.test("step by step (runEagerly) the history is the same", async (t) => {
  (platform as { mayBlock: boolean }).mayBlock = true;
  const [x, y] = squares(96);
  const run = async (runEagerly: boolean) => {
    keras.utils.setRandomSeed(3);
    const model = network();
    model.compile({
      optimizer: "rmsprop",
      loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ["accuracy"],
      runEagerly,
    });
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 32, verbose: 0 });
    return history;
  };
  const [traced, eager] = [await run(false), await run(true)];
  for (const name of ["loss", "accuracy"]) {
    traced[name]!.forEach((value, i) =>
      t.ok(Math.abs(value - eager[name]![i]!) <= 1e-4 * Math.max(1, Math.abs(value)), `${name} ${value} and ${eager[name]![i]}`),
    );
  }
});

t.test("resident memory is flat after the second epoch", async (t) => {
  keras.utils.setRandomSeed(1);
  const [x, y] = squares(640);
  const model = network();
  model.compile({ optimizer: "adam", loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy"] });
  await model.fit(x, y, { epochs: 2, verbose: 0 });
  const before = tf.config.get();
  const rss = process.memoryUsage().rss;
  await model.fit(x, y, { epochs: 18, verbose: 0 });
  const after = tf.config.get();
  t.equal(after.memoryBytes, before.memoryBytes, "the shared memory did not grow");
  t.ok(process.memoryUsage().rss - rss < 60e6, `${((process.memoryUsage().rss - rss) / 1e6).toFixed(1)} MB more`);
});
