// The ways in which scripts of Keras write a call: arguments by place, all of them by name, functions without a name; and what steps are given.

import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";

const { callbacks, layers, losses, metrics, optimizers } = keras;

const x = tf.reshape(tf.range(0, 16, 1, "float32"), [8, 2]);
const y = tf.reshape(tf.range(0, 8, 1, "float32"), [8, 1]);
const made = (): keras.Model => new keras.Sequential([new keras.Input([2]), new layers.Dense(1, "linear", false, "ones")]);

t.test("layers, losses, metrics, optimizers and callbacks take arguments by their place", async (t) => {
  const config = (made: { getConfig(): object }): Record<string, unknown> => made.getConfig() as Record<string, unknown>;
  t.match(config(new layers.Dense(3, "relu", false)), { units: 3, use_bias: false });
  t.match(config(new layers.Conv2D(3, 2, 2, "same")), { filters: 3, strides: [2, 2], padding: "same" });
  t.match(config(new layers.MaxPooling2D(3, 2, "same")), { pool_size: [3, 3], strides: [2, 2], padding: "same" });
  t.match(config(new layers.LSTM(4, "tanh", "relu")), { activation: "tanh", recurrent_activation: "relu" });
  t.match(config(new layers.Rescaling(2, -1)), { scale: 2, offset: -1 });
  t.match(config(new layers.LeakyReLU(0.2)), { negative_slope: 0.2 });
  t.match(config(new losses.BinaryCrossentropy(true, 0.1)), { from_logits: true, label_smoothing: 0.1 });
  t.match(config(new losses.Huber(2, "sum")), { delta: 2, reduction: "sum" });
  t.equal(new metrics.Mean("total").name, "total");
  t.match(config(new metrics.TopKCategoricalAccuracy(3, "top3")), { k: 3, name: "top3" });
  t.match(config(new optimizers.SGD(0.1, 0.9, true)), { momentum: 0.9, nesterov: true });
  t.match(config(new optimizers.Adam(0.1, 0.5)), { beta_1: 0.5 });
  t.match(new callbacks.EarlyStopping("loss", 0.5, 3, 1, "min"), { monitor: "loss", patience: 3, verbose: 1, mode: "min" });
  t.match(new callbacks.ReduceLROnPlateau("loss", 0.2, 5), { monitor: "loss", factor: 0.2, patience: 5 });
  t.match(new callbacks.ModelCheckpoint("a.keras", "loss", 1, true), { filepath: "a.keras", monitor: "loss", saveBestOnly: true });
  t.match(new callbacks.ModelCheckpoint({ filepath: "a.weights.h5", saveWeightsOnly: true }), { filepath: "a.weights.h5" });
  t.match(new callbacks.LearningRateScheduler(() => 1, 1), { verbose: 1 });
  t.match(new callbacks.LearningRateScheduler({ schedule: () => 1 }), { verbose: 0 });
  t.strictSame(keras.Input([3], 4).shape, [4, 3]);
  t.strictSame(keras.Input([3], { name: "here" }).name, "here");
  t.equal(new keras.random.SeedGenerator({ seed: 7, name: "s" }).seed, 7);
  const input = keras.Input([1]);
  t.equal(new keras.Model(input, input, "named").name, "named");
  t.equal(new keras.Sequential([new layers.Dense(1)], false, "stack").name, "stack");
  t.equal(new keras.Sequential([new layers.Dense(1)], false, "stack").trainable, false);
});

t.test(
  "what scripts written for Keras 2 give, and Keras 3 still takes: the first layer's input, older names, options without effect",
  async (t) => {
    const inputOf = (...made: keras.layers.Layer[]): unknown => {
      const model = new keras.Sequential(made);
      const again = keras.Sequential.fromConfig(model.getConfig()) as keras.Sequential;
      t.strictSame(again.inputShape, model.inputShape, "the config has the input as a layer");
      return model.inputShape;
    };
    t.strictSame(inputOf(new layers.Dense(3, { inputShape: [4] })), [null, 4]);
    t.strictSame(inputOf(new layers.Dense(3, { inputDim: 4 })), [null, 4]);
    t.strictSame(inputOf(new layers.Conv2D(3, 2, { inputShape: [8, 8, 1] }), new layers.Flatten()), [null, 8, 8, 1]);
    t.strictSame(inputOf(new layers.Bidirectional(new layers.LSTM(3, { implementation: 1 }), { inputShape: [5, 2] })), [null, 5, 2]);
    t.strictSame(inputOf(new layers.Embedding(10, 3, { inputLength: 4, inputShape: [4] })), [null, 4]);
    t.strictSame(inputOf(new layers.InputLayer({ inputShape: [5] } as object) as never, new layers.Dense(1)), [null, 5]);
    class Own extends layers.Layer {
      dense = new layers.Dense(2);
      override call(x: tf.Tensor): tf.Tensor {
        return this.dense(x);
      }
    }
    t.strictSame(new keras.Sequential([new Own({ inputShape: [7] })]).outputShape, [null, 2]);
    const later = new keras.Sequential();
    later.add(new layers.Dense(3, { inputShape: [4] }));
    later.add(new layers.Dense(2, { inputShape: [9] }));
    t.strictSame(later.outputShape, [null, 2], "only the first layer's counts");
    t.notOk(new keras.Sequential([new layers.Embedding(10, 3)]).built, "inputDim of an Embedding is its own");
    t.notMatch(Object.keys(new layers.Dense(3, { inputShape: [4] }).getConfig()), "input_shape");
    t.strictSame(new layers.InputLayer({ batchInputShape: [2, 5] } as object).batchShape, [2, 5]);
    t.match(new layers.LeakyReLU({ alpha: 0.2 } as object).getConfig(), { negative_slope: 0.2 });
    t.throws(() => new layers.LeakyReLU(0.1, { alpha: 0.2 } as object), { message: /negativeSlope: given two values/ });
    for (const wrong of [4, [1.5], [-1], "4", {}])
      t.throws(() => new layers.Dense(3, { inputShape: wrong } as object), { name: /ArgumentError|ValueError/ });
    t.throws(() => new layers.LSTM(3, { batchInputShape: [2, 5, 4] } as object), { message: /unknown option/ });
  },
);

t.test("too many arguments and misspelled options are told as before", async (t) => {
  const few = { name: "ArgumentError" };
  t.throws(() => new layers.Dense(3, "relu", true, "ones", "zeros", ...(["l2"] as unknown as [])), few);
  t.throws(() => new layers.Dense(3, { activaton: "relu" } as never), { ...few, hint: /activation/ });
  t.throws(() => new layers.Dense(3, "relu", { activation: "relu" } as never), { ...few, message: /two values/ });
  t.throws(() => made().compile({ optimiser: "adam" } as never), { ...few, hint: /optimizer/ });
  const model = made();
  model.compile();
  await t.rejects(model.fit({ x, y, epoch: 3, verbose: 0 } as never), { ...few, hint: /epochs/ });
});

t.test("one batch by name does what it does by place; the format of a file may be said as older scripts do", async (t) => {
  const [placed, named] = [made(), made()];
  for (const model of [placed, named]) model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  t.strictSame(await named.trainOnBatch({ x, y, sampleWeight: tf.ones([8]) }), await placed.trainOnBatch(x, y, tf.ones([8])));
  t.strictSame(await named.trainOnBatch({ x, y, returnDict: true }), await placed.trainOnBatch(x, y, { returnDict: true }));
  t.strictSame(await named.testOnBatch({ x, y }), await placed.testOnBatch(x, y));
  await t.rejects(named.trainOnBatch({ x, y, returnDictt: true } as never));
  await named.save("memory://forms/a.h5", { saveFormat: "h5", includeOptimizer: false });
  await named.save("memory://forms/a.keras", { saveFormat: "keras" });
  await t.rejects(named.save("memory://forms/b.keras", { saveFormat: "h5" }), { message: /saveFormat: given "h5".*ends in .h5/ });
  await t.rejects(named.save("memory://forms/c.keras", { saveFormat: "tf" }), { message: /saveFormat: given "tf"/ });
});

t.test("compile, fit, evaluate and predict by place and by name do the same", async (t) => {
  const byOptions = made();
  byOptions.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  const expected = await byOptions.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0, shuffle: false });

  const byPlace = made();
  byPlace.compile("sgd", "mse", null, ["mae"]);
  const placed = await byPlace.fit(x, y, 4, 2, 0, { shuffle: false });
  t.strictSame(placed.history, expected.history);
  t.strictSame(await byPlace.evaluate(x, y, 8, 0), await byOptions.evaluate(x, y, { batchSize: 8, verbose: 0 }));
  t.strictSame((await byPlace.predict(x, 8, 0)).array(), (await byOptions.predict(x, { verbose: 0 })).array());

  const byName = made();
  byName.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  const named = await byName.fit({ x, y, batchSize: 4, epochs: 2, verbose: 0, shuffle: false });
  t.strictSame(named.history, expected.history);
  t.strictSame(await byName.evaluate({ x, y, verbose: 0 }), await byOptions.evaluate(x, y, { verbose: 0 }));
  t.strictSame((await byName.predict({ x, verbose: 0 })).array(), (await byOptions.predict(x, { verbose: 0 })).array());
  t.strictSame(await byName.trainOnBatch(x, y, tf.ones([8])), await byOptions.trainOnBatch(x, y, { sampleWeight: tf.ones([8]) }));
});

t.test("a function without a name is a loss and a metric", async (t) => {
  const model = made();
  const error = (power: number) => (labels: tf.Tensor, predictions: tf.Tensor) =>
    keras.ops.mean(keras.ops.abs(labels.sub(predictions)).pow(power), { axis: -1 });
  model.compile({ loss: error(2), metrics: [error(1)] });
  const named = made();
  named.compile({ loss: "mse", metrics: ["mae"] });
  t.strictSame(await model.evaluate(x, y, { verbose: 0 }), await named.evaluate(x, y, { verbose: 0 }));
  t.strictSame(Object.keys(await model.evaluate(x, y, { verbose: 0, returnDict: true })), ["lambda", "loss"]);
});

t.test("a step is given inputs alone as they are, and everything else in an array", async (t) => {
  const seen: unknown[] = [];
  class Seeing extends keras.Model {
    override trainStep(data: unknown) {
      seen.push(shapes(data));
      return { loss: 0 };
    }
    override testStep(data: unknown) {
      seen.push(shapes(data));
      return { loss: 0 };
    }
    override predictStep(data: unknown) {
      seen.push(shapes(data));
      return tf.zeros([8]);
    }
  }
  const shapes = (data: unknown): unknown =>
    data instanceof tf.Tensor
      ? data.shape
      : Array.isArray(data)
        ? data.map(shapes)
        : data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, shapes(value)]));
  const model = new Seeing();
  model.built = true;
  model.compile({ runEagerly: true });
  const one = [8, 2];
  const ways: [...given: unknown[]][] = [
    [[x], one],
    [[[x, x]], [[one, one]]],
    [[{ a: x }], { a: one }],
    [
      [x, y],
      [one, [8, 1]],
    ],
    [
      [x, y, { sampleWeight: tf.ones([8]) }],
      [one, [8, 1], [8]],
    ],
    [[tf.data.Dataset.fromTensors(x)], one],
    [[tf.data.Dataset.fromTensors([x])], [one]],
    [[tf.data.Dataset.fromTensors([x, y])], [one, [8, 1]]],
  ];
  for (const [[inputs, labels, more], expected] of ways as [[tf.Tensor, tf.Tensor | undefined, object?], unknown][]) {
    await model.fit(inputs, labels, { ...more, verbose: 0 });
    t.strictSame(seen.at(-1), expected);
    await model.evaluate(inputs, labels, { ...more, verbose: 0 });
    t.strictSame(seen.at(-1), expected);
  }
  await model.predict(x, { verbose: 0 });
  t.strictSame(seen.at(-1), one);
  await model.predictOnBatch(x);
  t.strictSame(seen.at(-1), one);
});
