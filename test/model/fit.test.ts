import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;

/** Points of three kinds, and the kind of each. */
function points(count: number): { x: tf.Tensor; y: tf.Tensor } {
  const values = new Float32Array(count * 4);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % 3;
    for (let j = 0; j < 4; j++) values[i * 4 + j] = Math.sin(i * 7 + j * 3) + (j === i % 3 ? 2 : 0);
  }
  return { x: tf.constant(values, { shape: [count, 4] }), y: tf.constant(labels) };
}

function classifier(options: Partial<Parameters<keras.Model["compile"]>[0]> = {}): keras.Sequential {
  tf.random.setSeed(7);
  const model = new keras.Sequential([
    new keras.Input({ shape: [4] }),
    new layers.Dense(8, { activation: "relu" }),
    new layers.Dense(3, { activation: "softmax" }),
  ]);
  model.compile({
    optimizer: new keras.optimizers.Adam({ learningRate: 0.02 }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
    ...(options as object),
  });
  return model;
}

const quiet = { verbose: 0 } as const;
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));

t.test("fit learns, and its history has Keras's keys", async (t) => {
  const { x, y } = points(120);
  const model = classifier();
  const { history, epoch } = await model.fit(x, y, { ...quiet, epochs: 12, batchSize: 16, validationSplit: 0.25 });
  t.strictSame(Object.keys(history), ["accuracy", "loss", "val_accuracy", "val_loss"]);
  t.strictSame(epoch.length, 12);
  t.ok(history["loss"]!.at(-1)! < history["loss"]![0]! / 2);
  const [loss, accuracy] = (await model.evaluate(x, y, quiet)) as number[];
  t.ok(loss! < 0.6 && accuracy! > 0.8);
  const logs = await model.evaluate(x, y, { ...quiet, returnDict: true });
  t.strictSame(Object.keys(logs), ["accuracy", "loss"]);
  const predictions = await model.predict(x, quiet);
  t.strictSame(predictions.shape, [120, 3]);
});

t.test("eager and compiled steps, several to a call or one, give the same history", async (t) => {
  const { x, y } = points(50);
  const run = async (options: object) =>
    (await classifier(options).fit(x, y, { ...quiet, epochs: 2, batchSize: 16, shuffle: false })).history;
  const compiled = await run({});
  for (const options of [{ runEagerly: true }, { stepsPerExecution: 2 }]) {
    const other = await run(options);
    for (const name of Object.keys(compiled))
      compiled[name]!.forEach((value, i) => t.ok(near(other[name]![i]!, value), `${name}, epoch ${i}`));
  }
});

t.test("several steps to a call that are no part of the epoch's: the last call has fewer", async (t) => {
  const { x, y } = points(80);
  const dataset = () => tf.data.Dataset.fromTensorSlices([x, y]).batch(16);
  const whole = { ...quiet, epochs: 3, batchSize: 16, shuffle: false };
  const ways: Record<string, (model: keras.Model) => Promise<keras.callbacks.History>> = {
    tensors: (model) => model.fit(x, y, { ...whole, validationData: [x, y] }),
    "a dataset": (model) => model.fit(dataset(), { ...quiet, epochs: 3, validationData: dataset() }),
    "an endless dataset": (model) => model.fit(dataset().repeat(), { ...quiet, epochs: 3, stepsPerEpoch: 5 }),
    "a slow dataset": (model) => model.fit(dataset().map(async (x, y) => [await Promise.resolve(x), y]) as never, { ...quiet, epochs: 3 }),
  };
  for (const [name, fit] of Object.entries(ways)) {
    const expected = await fit(classifier());
    for (const stepsPerExecution of [3, 7]) {
      const model = classifier({ stepsPerExecution });
      const { history, epoch } = await fit(model);
      t.strictSame(epoch, [0, 1, 2], name);
      for (const key of Object.keys(expected.history))
        t.ok(
          history[key]!.every((value, i) => near(value, expected.history[key]![i]!)),
          `${key} of ${name} by ${stepsPerExecution}`,
        );
      t.equal(model.optimizer!.iterations.item(), 15);
      t.strictSame((await model.predict(x, { ...quiet, batchSize: 16 })).shape, [80, 3]);
    }
  }
});

t.test("arrays, typed arrays, datasets, generators and iterables are data", async (t) => {
  const { x, y } = points(48);
  const ways: Record<string, (model: keras.Model) => Promise<keras.callbacks.History>> = {
    tensors: (model) => model.fit(x, y, { ...quiet, batchSize: 16, shuffle: false }),
    arrays: (model) => model.fit(x.array() as number[][], [...y.data()], { ...quiet, batchSize: 16, shuffle: false }),
    dataset: (model) => model.fit(tf.data.Dataset.fromTensorSlices([x, y]).batch(16), quiet),
    generator: (model) =>
      model.fit(function* () {
        for (let i = 0; i < 3; i++) yield [tf.slice(x, [i * 16, 0], [16, 4]), tf.slice(y, [i * 16], [16])];
      }, quiet),
  };
  const expected = (await ways["tensors"]!(classifier())).history["loss"]![0]!;
  for (const [name, fit] of Object.entries(ways)) t.ok(near((await fit(classifier())).history["loss"]![0]!, expected), name);
});

t.test("weights of samples and classes weigh the loss, not plain metrics", async (t) => {
  const { x, y } = points(30);
  const byClass = await classifier().fit(x, y, { ...quiet, classWeight: { 0: 2, 1: 0.5 }, shuffle: false });
  const weights = [...y.data()].map((label) => [2, 0.5, 1][label]!);
  const bySample = await classifier().fit(x, y, { ...quiet, sampleWeight: weights, shuffle: false });
  t.ok(near(byClass.history["loss"]![0]!, bySample.history["loss"]![0]!));
  const weighted = classifier({ metrics: ["accuracy"], weightedMetrics: ["accuracy"] });
  const logs = await weighted.evaluate(x, y, { ...quiet, sampleWeight: weights, returnDict: true });
  t.strictSame(Object.keys(logs), ["accuracy", "loss", "weighted_accuracy"]);
});

t.test("epochs, steps and shuffling", async (t) => {
  const { x, y } = points(40);
  const resumed = await classifier().fit(x, y, { ...quiet, initialEpoch: 3, epochs: 5 });
  t.strictSame(resumed.epoch, [3, 4]);
  const counts: number[] = [];
  const counter = new keras.callbacks.LambdaCallback({
    onEpochBegin: () => void counts.push(0),
    onTrainBatchEnd: () => void counts[counts.length - 1]!++,
  });
  await classifier().fit(x, y, { ...quiet, batchSize: 8, stepsPerEpoch: 2, epochs: 2, callbacks: [counter] });
  t.strictSame(counts, [2, 2]);
  const repeating = tf.data.Dataset.fromTensorSlices([x, y]).batch(8).repeat();
  counts.length = 0;
  await classifier().fit(repeating, { ...quiet, stepsPerEpoch: 7, epochs: 2, callbacks: [counter] });
  t.strictSame(counts, [7, 7]);
  const order = async (seed: number) => {
    tf.random.setSeed(seed);
    const model = classifier();
    tf.random.setSeed(seed);
    return (await model.fit(x, y, { ...quiet, epochs: 2, batchSize: 8 })).history["loss"]!;
  };
  t.strictSame(await order(1), await order(1), "the seed decides");
  t.notSame(await order(1), await order(2));
});

t.test("several outputs: losses and metrics in arrays and records", async (t) => {
  const make = (loss: object, extra: object = {}) => {
    tf.random.setSeed(3);
    const input = keras.Input({ shape: [4] });
    const a = new layers.Dense(1, { name: "a" })(input);
    const b = new layers.Dense(3, { name: "b" })(input);
    const model = new keras.Model({ inputs: input, outputs: [a, b] });
    model.compile({ optimizer: "sgd", loss: loss as never, ...extra });
    return model;
  };
  const x = points(20).x;
  const ya = tf.ones([20, 1]);
  const yb = tf.ones([20, 3]);
  const list = await make(["mse", "mae"], { metrics: [["mae"], ["mse"]], lossWeights: [1, 0.5] }).evaluate(x, [ya, yb], {
    ...quiet,
    returnDict: true,
  });
  t.strictSame(Object.keys(list), ["a_loss", "a_mae", "b_loss", "b_mse", "loss"]);
  t.ok(near(list["loss"]!, list["a_loss"]! + 0.5 * list["b_loss"]!));
  const named = make({ a: "mse", b: "mae" }, { metrics: { a: "mae", b: ["mse"] }, lossWeights: { a: 1, b: 0.5 } });
  t.strictSame(await named.evaluate(x, { b: yb, a: ya }, { ...quiet, returnDict: true }), list);
  const one = make({ a: "mse", b: null });
  t.strictSame(Object.keys(await one.evaluate(x, [ya, yb], { ...quiet, returnDict: true })), ["loss"]);
  t.match(
    await messageOf(() => make({ a: "mse", c: "mse" }).evaluate(x, [ya, yb], quiet)),
    /compile.loss: given a loss for "c"; expected names of outputs: a, b/,
  );
  t.match(await messageOf(() => make(["mse", "mse", "mse"]).evaluate(x, [ya, yb], quiet)), /compile.loss: given 3 losses; expected 2/);
});

t.test("single batches", async (t) => {
  const { x, y } = points(12);
  const model = classifier();
  const [before] = (await model.trainOnBatch(x, y)) as number[];
  for (let i = 0; i < 20; i++) await model.trainOnBatch(x, y);
  model.resetMetrics();
  const after = await model.testOnBatch(x, y, { returnDict: true });
  t.ok(after["loss"]! < before!);
  t.strictSame((await model.predictOnBatch(x)).shape, [12, 3]);
});

t.test("a step of one's own", async (t) => {
  class Own extends keras.Model {
    dense = new layers.Dense(1);
    override call(x: tf.Tensor) {
      return this.dense(x);
    }
    override trainStep([x, y]: [tf.Tensor, tf.Tensor]) {
      const tape = new tf.GradientTape();
      const loss = tape.record(() => tf.reduceMean(tf.square(this(x, { training: true }).sub(y))));
      const gradients = tape.gradient(loss, this.trainableVariables);
      this.optimizer.applyGradients(tf.zip(gradients, this.trainableVariables));
      return { error: loss };
    }
  }
  const model = new Own();
  model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.05 }) });
  const x = tf.constant([[1], [2], [3]]);
  const { history } = await model.fit(x, x.mul(2), { ...quiet, epochs: 30 });
  t.strictSame(Object.keys(history), ["error"]);
  t.ok(history["error"]!.at(-1)! < 0.1);
});

t.test("bad input names what is wrong, and the model goes on", async (t) => {
  const { x, y } = points(12);
  const model = classifier();
  const before = model.getWeights();
  const says = async (action: () => unknown, expected: RegExp) => t.match(await messageOf(action), expected);
  const plain = new keras.Sequential([new layers.Dense(1)], { name: "plain" });
  await says(() => plain.fit(x, y), /^plain.fit: given a model that is not compiled; expected compile\(\) to be called first/);
  await says(() => plain.evaluate(x, y), /^plain.evaluate: given a model that is not compiled/);
  await says(() => model.fit(x, tf.ones([5])), /^fit: given x \[12, 4\], y \[5\]; expected as many samples in all of them/);
  await says(() => model.fit(tf.zeros([0, 4]), tf.zeros([0])), /^fit: given no samples; expected at least one/);
  await says(() => model.fit(tf.ones([12, 5]), y), /expected axis -1 to have length 4/);
  await says(
    () => model.fit(x, tf.fill([12], 3)),
    /^y: given the label 3 \(number 0 of the batch\); expected indices of classes, from 0 to 2/,
  );
  await says(() => model.fit(x, tf.fill([12], NaN)), /^y: given the label NaN/);
  await says(() => model.fit(x, y, { epoch: 3 } as never), /^fit: given the unknown option "epoch".*Did you mean epochs\?/);
  await says(() => model.fit(x, y, { epochs: -1 }), /^fit.epochs: given -1/);
  await says(() => model.fit(x, y, { batchSize: 0 }), /^fit.batchSize: given 0; expected a positive integer/);
  await says(() => model.fit(x, y, { validationSplit: 1.5 }), /^fit.validationSplit: given 1.5/);
  await says(
    () => model.fit(x, y, { validationSplit: 0.99 }),
    /^fit.validationSplit: given 0.99 of 12 samples; expected samples on both sides/,
  );
  await says(() => model.fit(x, y, { classWeight: { 0: 1 }, sampleWeight: y }), /^fit.classWeight: given classWeight and sampleWeight/);
  await says(() => model.fit(x, y, { callbacks: [{} as never] }), /^callbacks: given \{\}/);
  await says(() => model.compile({ loss: "msee" }), /no error/);
  await says(() => model.fit(x, y, quiet), /^compile.loss: given "msee".*Did you mean mse\?/);
  await says(() => model.compile({ optimizer: "adamm" }), /^compile.optimizer: given "adamm".*Did you mean adam\?/);
  await says(() => model.compile({ metric: ["accuracy"] } as never), /^compile: given the unknown option "metric".*Did you mean metrics\?/);
  await says(() => model.compile({ metrics: "accuracy" }), /^compile.metrics: given "accuracy"; expected an array/);
  t.strictSame(model.getWeights(), before);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
  t.equal((await model.fit(x, y, quiet)).epoch.length, 1);
});

t.test("the event loop turns while a model trains", async (t) => {
  const { x, y } = points(3000);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await classifier().fit(x, y, { ...quiet, batchSize: 8, epochs: 3 });
  clearInterval(timer);
  t.ok(turns > 2, `${turns} turns`);
});

t.test("a signal ends training after the present step, and the history so far is the answer", async (t) => {
  const { x, y } = points(120);
  const model = classifier();
  const stop = new AbortController();
  const steps: number[] = [];
  const at = new keras.callbacks.LambdaCallback({
    onTrainBatchEnd: (step) => {
      if (steps.push(step) === 7) stop.abort();
    },
  });
  const before = await model.fit(x, y, { ...quiet, batchSize: 24, epochs: 9, callbacks: [at], signal: stop.signal });
  t.equal(steps.length, 7);
  t.equal(before.epoch.length, 2);
  t.ok(model.stopTraining);

  const none = await model.fit(x, y, { ...quiet, epochs: 3, callbacks: [at], signal: stop.signal });
  t.strictSame([none.epoch, steps.length], [[], 7], "aborted before it began");
  t.equal((await model.fit(x, y, quiet)).epoch.length, 1, "and it may train again");
  await t.rejects(model.fit(x, y, { signal: {} as AbortSignal }), { message: /^fit\.signal: given .*expected an AbortSignal/ });
});

t.test("a signal also ends a validation that is under way", async (t) => {
  const { x, y } = points(120);
  const stop = new AbortController();
  let tested = 0;
  const at = new keras.callbacks.LambdaCallback({ onTestBatchEnd: () => void (++tested === 2 && stop.abort()) });
  const options = { ...quiet, validationData: [x, y] as const, validationBatchSize: 8, epochs: 5, callbacks: [at], signal: stop.signal };
  const { epoch } = await classifier().fit(x, y, options);
  t.strictSame([epoch.length, tested], [1, 2]);
});

t.test("a layer that gives another shape in training is seen as it is there: a random crop before a dense layer", async (t) => {
  const model = new keras.Sequential([
    new keras.Input({ shape: [8, 8, 1] }),
    new keras.layers.RandomCrop(5, 6, { seed: 3 }),
    new keras.layers.Flatten(),
    new keras.layers.Dense(1),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const validationData = [tf.ones([2, 5, 6, 1]), tf.ones([2, 1])] as const;
  const { history } = await model.fit(tf.ones([6, 8, 8, 1]), tf.ones([6, 1]), { epochs: 2, verbose: 0, validationData });
  t.ok(history["loss"]!.every(Number.isFinite) && history["val_loss"]!.every(Number.isFinite));
  // Outside of training images stay as they are, as in Keras: those of another size do not fit.
  await t.rejects(model.predict(tf.ones([2, 8, 8, 1])), /expected axis -1 to have length 30/);
});
