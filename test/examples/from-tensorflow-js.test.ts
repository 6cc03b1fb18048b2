// What the examples of TensorFlow.js do, ported by docs/from-tensorflow-js.md: each learns, and each predicts.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

t.beforeEach(() => tf.random.setSeed(5));

t.test("iris: classes of flowers by four lengths, with callbacks, saved and loaded", async (t) => {
  const count = 90;
  const classes = Array.from({ length: count }, (_, i) => i % 3);
  const lengths = classes.map((kind, i) => [5 + kind, 3 - kind / 3, 1 + 2 * kind, kind].map((mean, k) => mean + Math.sin(i * 7 + k) / 5));
  const order = tf.random.shuffle(Array.from({ length: count }, (_, i) => i)).array() as number[];
  const x = tf.constant(order.map((i) => lengths[i]!));
  const labels = order.map((i) => classes[i]!);
  const y = tf.oneHot(tf.constant(labels, { dtype: "int32" }), 3);

  const model = new keras.Sequential();
  model.add(new keras.layers.Dense({ units: 10, activation: "sigmoid", inputShape: [4] }));
  model.add(new keras.layers.Dense({ units: 3, activation: "softmax" }));
  model.compile({ optimizer: new keras.optimizers.Adam(0.05), loss: "categorical_crossentropy", metrics: ["accuracy"] });
  const epochs: number[] = [];
  const { history } = await model.fit(x, y, {
    epochs: 30,
    verbose: 0,
    validationData: [x, y],
    callbacks: [new keras.callbacks.LambdaCallback({ onEpochEnd: (epoch) => void epochs.push(epoch) })],
  });
  t.equal(epochs.length, 30);
  t.ok(history["val_accuracy"]!.at(-1)! > 0.9, `accuracy ${history["val_accuracy"]!.at(-1)}`);
  const predicted = (await model.predict(x, { verbose: 0 })).argMax(-1);
  t.same(predicted.shape, [count]);
  t.ok((predicted.array() as number[]).filter((kind, i) => kind === labels[i]).length > 80);
  await model.save("memory://iris.keras");
  const again = await keras.models.loadModel("memory://iris.keras");
  t.same((await again.predict(x, { verbose: 0 })).argMax(-1).array(), predicted.array());
});

t.test("polynomial regression: variables of one's own, a frame between two steps", async (t) => {
  const [a, b, c, d] = [tf.variable(0.1), tf.variable(0.2), tf.variable(0.3), tf.variable(0.4)];
  const xs = tf.random.uniform([100], { minval: -1, maxval: 1 });
  const of = (x: tf.Tensor, [a, b, c, d]: readonly (number | tf.Variable)[]) =>
    x.pow(3).mul(a!).add(x.square().mul(b!)).add(x.mul(c!)).add(d!);
  const ys = of(xs, [-0.8, -0.2, 0.9, 0.5]);
  const optimizer = new keras.optimizers.SGD(0.5);
  const losses: number[] = [];
  for (let i = 0; i < 75; i++) {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => of(xs, [a!, b!, c!, d!]).sub(ys).square().mean());
    optimizer.apply(tape.gradient(loss, [a!, b!, c!, d!]), [a!, b!, c!, d!]);
    losses.push(loss.item() as number);
    if (i % 25 === 0) await tf.nextFrame();
  }
  t.ok(losses.at(-1)! < losses[0]! / 20, `${losses[0]} to ${losses.at(-1)}`);
});

t.test("addition: a sequence in, a sequence out", async (t) => {
  const characters = "0123456789+ ";
  const [digits, count] = [1, 200];
  const encoded = (text: string) => [...text].map((character) => [...characters].map((each) => Number(each === character)));
  const sums = Array.from({ length: count }, (_, i) => [i % 10, Math.floor(i / 10) % 10]);
  const x = tf.constant(sums.map(([a, b]) => encoded(`${a}+${b}`)));
  const y = tf.constant(sums.map(([a, b]) => encoded(String(a! + b!).padEnd(digits + 1))));
  const model = new keras.Sequential();
  model.add(new keras.layers.GRU({ units: 32, inputShape: [2 * digits + 1, characters.length] }));
  model.add(new keras.layers.RepeatVector({ n: digits + 1 }));
  model.add(new keras.layers.GRU({ units: 32, returnSequences: true }));
  model.add(new keras.layers.TimeDistributed({ layer: new keras.layers.Dense({ units: characters.length }) }));
  model.add(new keras.layers.Activation({ activation: "softmax" }));
  model.compile({ optimizer: "adam", loss: "categorical_crossentropy", metrics: ["accuracy"] });
  const { history } = await model.fit(x, y, { epochs: 12, batchSize: 20, verbose: 0 });
  t.ok(history["loss"]!.at(-1)! < history["loss"]![0]! * 0.75, `${history["loss"]![0]} to ${history["loss"]!.at(-1)}`);
  t.same((await model.predict(tf.slice(x, [0, 0, 0], [2, 3, 12]), { verbose: 0 })).argMax(-1).shape, [2, 2]);
});

t.test("text, character by character: what comes next is drawn", async (t) => {
  const text = "how much wood would a woodchuck chuck if a woodchuck could chuck wood? ".repeat(4);
  const set = [...new Set(text)];
  const [length, size] = [10, set.length];
  const indices = [...text].map((character) => set.indexOf(character));
  const starts = Array.from({ length: text.length - length }, (_, i) => i);
  const at = (i: number) => indices.slice(i, i + length);
  const x = tf.oneHot(tf.constant(starts.map(at), { dtype: "int32" }), size);
  const y = tf.oneHot(tf.constant(starts.map((i) => indices[i + length]!), { dtype: "int32" }), size); // prettier-ignore
  const model = new keras.Sequential([
    new keras.layers.LSTM({ units: 32, inputShape: [length, size] }),
    new keras.layers.Dense({ units: size, activation: "softmax" }),
  ]);
  model.compile({ optimizer: new keras.optimizers.RMSprop(0.01), loss: "categorical_crossentropy" });
  t.same(model.inputs[0]!.shape, [null, length, size]);
  const { history } = await model.fit(x, y, { epochs: 8, batchSize: 32, verbose: 0 });
  t.ok(history["loss"]!.at(-1)! < history["loss"]![0]! * 0.6, `${history["loss"]![0]} to ${history["loss"]!.at(-1)}`);
  const seed = at(0);
  for (let i = 0; i < 10; i++) {
    const input = tf.oneHot(tf.constant([seed.slice(-length)], { dtype: "int32" }), size);
    const output: tf.Tensor = await model.predict(input, { verbose: 0 });
    const logits = tf.math.log(output).div(0.6);
    seed.push(tf.random.categorical(logits, 1).data()[0] as number);
  }
  t.ok(seed.every((index) => index >= 0 && index < size));
});

t.test("transfer: the layers before the last few, frozen, below new ones", async (t) => {
  const base = new keras.Sequential([
    new keras.Input({ shape: [8, 8, 1] }),
    new keras.layers.Conv2D({ filters: 4, kernelSize: 3, activation: "relu" }),
    new keras.layers.Flatten({ name: "features" }),
    new keras.layers.Dense({ units: 5, activation: "softmax" }),
  ]);
  await base.save("memory://base.keras");
  const loaded = (await keras.models.loadModel("memory://base.keras")) as tf.keras.Sequential;
  for (const layer of loaded.layers) layer.trainable = false;
  const features = new keras.Model({ inputs: loaded.inputs, outputs: loaded.getLayer("features").output as tf.Tensor });
  const model = new keras.Sequential([new keras.Input({ shape: [8, 8, 1] }), features, new keras.layers.Dense({ units: 2, activation: "softmax" })]); // prettier-ignore
  model.compile({ optimizer: new keras.optimizers.Adam(0.05), loss: "categorical_crossentropy", metrics: ["accuracy"] });
  const labels = tf.constant(Array.from({ length: 32 }, (_, i) => i % 2), { dtype: "int32" }); // prettier-ignore
  const x = tf.random.uniform([32, 8, 8, 1]).mul(tf.reshape(tf.cast(labels, "float32").add(0.2), [32, 1, 1, 1]));
  const before = features.layers.flatMap((layer) => layer.getWeights().map((weight) => [...weight]));
  const { history } = await model.fit(x, tf.oneHot(labels, 2), { epochs: 10, verbose: 0 });
  t.ok(history["accuracy"]!.at(-1)! > 0.9);
  t.same(features.layers.flatMap((layer) => layer.getWeights().map((weight) => [...weight])), before); // prettier-ignore
});
