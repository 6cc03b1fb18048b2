// What belongs to a run: metrics, flags, iterators. What a compiled step must notice. What `fit` says when data end.

import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const quiet = { verbose: 0 } as const;
const x = tf.constant(
  Float32Array.from({ length: 48 }, (_, i) => Math.sin(i * 5)),
  { shape: [24, 2] },
);
const y = tf.constant(
  Float32Array.from({ length: 24 }, (_, i) => Math.cos(i * 3)),
  { shape: [24, 1] },
);
const other = [tf.ones([8, 2]), tf.fill([8, 1], 50)] as const;

function line(options: object = {}): keras.Sequential {
  keras.utils.setRandomSeed(4);
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(3, { activation: "tanh" }), new layers.Dense(1)]);
  model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.05 }), loss: "mse", metrics: ["mae"], ...options });
  return model;
}

/** Warnings that the action prints. */
async function warningsOf(action: () => unknown): Promise<string[]> {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (...args: unknown[]) => void said.push(args.join(" "));
  try {
    await action();
  } finally {
    console.warn = warn;
  }
  return said;
}

for (const runEagerly of [false, true]) {
  const mode = runEagerly ? "eager" : "compiled";

  t.test(`${mode}: evaluate, predict and testOnBatch inside a callback leave the metrics of fit alone`, async (t) => {
    const plain = (await line({ runEagerly }).fit(x, y, { ...quiet, epochs: 2, batchSize: 6, shuffle: false, validationData: [x, y] }))
      .history;
    const model = line({ runEagerly });
    const found: (number | number[])[] = [];
    const nosy = new keras.callbacks.LambdaCallback({
      onTrainBatchEnd: async () => {
        found.push(await model.evaluate(...other, quiet));
        await model.predict(x, quiet);
        await model.testOnBatch(...other);
      },
      onTestBatchEnd: async () => void (await model.evaluate(...other, quiet)),
    });
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 2,
      batchSize: 6,
      shuffle: false,
      validationData: [x, y],
      callbacks: [nosy],
    });
    t.strictSame(history, plain);
    t.ok(found.length === 8 && found.every((values) => (values as number[])[0]! > 1000));
  });

  t.test(`${mode}: evaluate beside a running fit has metrics of its own`, async (t) => {
    const options = { ...quiet, epochs: 3, batchSize: 6, shuffle: false } as const;
    const plain = (await line({ runEagerly }).fit(x, y, options)).history;
    const model = line({ runEagerly });
    const pause = new keras.callbacks.LambdaCallback({ onTrainBatchEnd: () => new Promise((resolve) => void setTimeout(resolve, 1)) });
    const running = model.fit(x, y, { ...options, callbacks: [pause] });
    const beside: number[][] = [];
    const slow = new keras.callbacks.LambdaCallback({ onTestBatchEnd: () => new Promise((resolve) => void setTimeout(resolve, 2)) });
    while (beside.length < 3) beside.push((await model.evaluate(...other, { ...quiet, batchSize: 2, callbacks: [slow] })) as number[]);
    t.strictSame((await running).history, plain);
    for (const [loss] of beside) t.ok(loss! > 1000, `${loss}`);
  });

  t.test(`${mode}: what changes between steps is noticed`, async (t) => {
    class Scaled extends layers.Layer {
      factor = 1;
      override call(x: tf.Tensor) {
        return x.mul(this.factor);
      }
    }
    const scaled = new Scaled();
    const frozen = new layers.Dense(2, { name: "frozen" });
    keras.utils.setRandomSeed(4);
    const model = new keras.Sequential([new keras.Input({ shape: [2] }), frozen, scaled, new layers.Dense(1)]);
    const optimizer = new keras.optimizers.SGD({ learningRate: 0.05 });
    model.compile({ optimizer, loss: "mse", runEagerly });
    await model.trainOnBatch(x, y);
    const before = await model.predict(x, quiet);
    scaled.factor = 0;
    const bias = model.weights.at(-1)!.item();
    t.ok(
      (await model.predict(x, quiet)).data().every((value) => value === bias),
      "a plain field of a layer",
    );
    scaled.factor = 1;
    t.strictSame((await model.predict(x, quiet)).data(), before.data());
    const moves = async (change: () => unknown) => {
      change();
      const [kernel, all] = [frozen.weights[0]!.array(), model.getWeights()];
      await model.trainOnBatch(x, y);
      return [
        !tf
          .equal(frozen.weights[0]!, kernel as never)
          .data()
          .every(Boolean),
        model.getWeights().some((w, i) => w.some((v, j) => v !== all[i]![j])),
      ];
    };
    t.strictSame(await moves(() => (optimizer.learningRate = 0)), [false, false], "a rate");
    t.strictSame(
      await moves(() => (optimizer.learningRate = new keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))),
      [true, true],
      "a schedule",
    );
    t.strictSame(await moves(() => (frozen.trainable = false)), [false, true], "trainable");
    t.strictSame(await moves(() => (frozen.trainable = true)), [true, true]);
    const weight = tf.variable(0, { trainable: false });
    model.compile({ optimizer: "sgd", loss: ["mse"], lossWeights: [weight], runEagerly });
    t.strictSame(await moves(() => {}), [false, false], "a loss weight that is a variable");
    t.strictSame(await moves(() => weight.assign(1)), [true, true]);
  });

  t.test(`${mode}: a field that a batch callback changes counts from the next batch on`, async (t) => {
    class Scaled extends layers.Layer {
      factor = 1;
      override call(x: tf.Tensor) {
        return x.mul(this.factor);
      }
    }
    const scaled = new Scaled();
    const model = new keras.Sequential([new keras.Input({ shape: [2] }), scaled]);
    model.compile({ loss: "mse", runEagerly });
    const off = new keras.callbacks.LambdaCallback({ onTestBatchEnd: (batch) => void (scaled.factor = batch === 1 ? 0 : 1) });
    const ones = tf.ones([6, 2]);
    const loss = await model.evaluate(ones, tf.zeros([6, 2]), { ...quiet, batchSize: 2, callbacks: [off] });
    t.equal(loss, Math.fround(2 / 3));
  });
}

t.test("a step that counts its own calls is traced once, not for ever", async (t) => {
  class Counting extends layers.Layer {
    calls = 0;
    override call(x: tf.Tensor) {
      this.calls++;
      return x;
    }
  }
  const counting = new Counting();
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), counting, new layers.Dense(1)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  await model.fit(x, y, { ...quiet, epochs: 2 });
  const { calls } = counting;
  await model.fit(x, y, { ...quiet, epochs: 5 });
  t.equal(counting.calls, calls);
});

t.test("a second fit, and compile, while a fit runs are errors; afterwards both work", async (t) => {
  const model = line();
  const running = model.fit(x, y, { ...quiet, epochs: 2 });
  t.match(await messageOf(() => model.fit(x, y, quiet)), /^sequential\w*\.fit: given a call while fit of the same model runs; expected/);
  t.match(await messageOf(() => model.compile({ loss: "mae" })), /\.compile: given a call while fit of the same model runs/);
  t.equal((await running).epoch.length, 2);
  t.equal((await model.fit(x, y, quiet)).epoch.length, 1);
  const failing = new keras.callbacks.LambdaCallback({ onEpochBegin: () => Promise.reject(new Error("mine")) });
  t.equal(await messageOf(() => model.fit(x, y, { ...quiet, callbacks: [failing] })), "mine");
  t.equal((await model.fit(x, y, quiet)).epoch.length, 1, "a fit that failed is over");
});

t.test("stopEvaluating and stopPredicting end the run that a callback was told of", async (t) => {
  const model = line();
  const steps = { test: 0, predict: 0 };
  const stop = new keras.callbacks.LambdaCallback({
    onTestBatchEnd: (batch) => {
      steps.test++;
      if (batch === 1) model.stopEvaluating = true;
    },
    onPredictBatchEnd: (batch) => {
      steps.predict++;
      if (batch === 0) model.stopPredicting = true;
    },
  });
  await model.evaluate(x, y, { ...quiet, batchSize: 4, callbacks: [stop] });
  t.strictSame((await model.predict(x, { ...quiet, batchSize: 4, callbacks: [stop] })).shape, [4, 1]);
  t.strictSame(steps, { test: 2, predict: 1 });
});

t.test("a step of one's own over this.metrics, as Keras's guide writes it, reports all of them", async (t) => {
  class Own extends keras.Model {
    dense = new layers.Dense(1);
    override call(x: tf.Tensor) {
      return this.dense(x);
    }
    override trainStep([x, y]: [tf.Tensor, tf.Tensor]) {
      const tape = new tf.GradientTape();
      const [loss, yPred] = tape.record(() => {
        const yPred = this(x, { training: true });
        return [this.computeLoss({ y, yPred }), yPred];
      });
      this.optimizer.applyGradients(tf.zip(tape.gradient(loss, this.trainableVariables), this.trainableVariables));
      for (const metric of this.metrics) {
        if (metric.name === "loss") (metric as keras.metrics.Mean).updateState(loss);
        else (metric.updateState as (...args: unknown[]) => void)(y, yPred);
      }
      return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
    }
  }
  for (const runEagerly of [false, true]) {
    const model = new Own();
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"], runEagerly });
    t.strictSame(model.metricsNames, ["loss", "compile_metrics"]);
    const { history } = await model.fit(x, y, { ...quiet, epochs: 2 });
    t.strictSame(Object.keys(history), ["loss", "mae"]);
    t.ok(history["mae"]!.every((value) => value > 0));
  }
});

t.test("steps that answer nothing, or something else, are named", async (t) => {
  for (const [answer, given] of [
    [undefined, "nothing as its answer"],
    [5, "the answer 5"],
    [{ loss: "small" }, 'the answer "small"'],
  ] as const) {
    class Silent extends keras.Model {
      dense = new layers.Dense(1);
      override call(x: tf.Tensor) {
        return this.dense(x);
      }
      override trainStep() {
        return answer as never;
      }
    }
    const model = new Silent();
    model.compile({ optimizer: "sgd", loss: "mse" });
    t.match(await messageOf(() => model.fit(x, y, quiet)), new RegExp(`^silent\\w*\\.trainStep(\\.loss)?: given ${given}; expected`));
  }
});

t.test("generators are closed however fit ends, and one that is used up is told of", async (t) => {
  const model = line();
  let closed = 0;
  function* batches(count = 4) {
    try {
      for (let i = 0; i < count; i++) yield [x, y];
    } finally {
      closed++;
    }
  }
  const stop = new keras.callbacks.LambdaCallback({ onTrainBatchEnd: () => void (model.stopTraining = true) });
  const fail = new keras.callbacks.LambdaCallback({ onTrainBatchEnd: () => Promise.reject(new Error("mine")) });
  await model.fit(batches(), { ...quiet, callbacks: [stop] });
  t.equal(closed, 1, "stopTraining");
  await messageOf(() => model.fit(batches(), { ...quiet, callbacks: [fail] }));
  t.equal(closed, 2, "a throw");
  await model.fit(batches(), { ...quiet, stepsPerEpoch: 2 });
  t.equal(closed, 3, "a step count");
  await model.fit(() => batches(), { ...quiet, stepsPerEpoch: 2, epochs: 2 });
  t.equal(closed, 4, "one pass goes on over epochs");
  await model.evaluate(batches(), { ...quiet, steps: 1 });
  await model.predict(() => batches(), { ...quiet, steps: 1 });
  t.equal(closed, 6, "evaluate and predict");
  await model.fit(x, y, { ...quiet, validationData: batches(), validationSteps: 1, epochs: 2 });
  t.equal(closed, 7, "validation data");

  let history: keras.callbacks.History | null = null;
  const said = await warningsOf(async () => (history = await model.fit(batches(), { ...quiet, epochs: 3 })));
  t.equal(history!.epoch.length, 1);
  t.match(said.join(), /fit: the data gave no batch for epoch 2: training ends here/);
  history = await model.fit(() => batches(), { ...quiet, epochs: 3 });
  t.equal(history.epoch.length, 3);
});

t.test("fit over arrays goes on inside an epoch, with the order that was drawn", async (t) => {
  const folder = t.testdir();
  const options = { ...quiet, batchSize: 4, epochs: 4 } as const;
  const make = () => {
    const model = line({ optimizer: "adam" });
    return { model, checkpoint: new tf.train.Checkpoint({ model }) };
  };
  // One run to the end, which saves in the middle of its second epoch.
  const whole = make();
  const saver = new keras.callbacks.LambdaCallback({
    onTrainBatchEnd: async (batch) => {
      if (whole.model.optimizer.iterations.item() === 9) await whole.checkpoint.write(`${folder}/middle`);
      void batch;
    },
  });
  const { history } = await whole.model.fit(x, y, { ...options, callbacks: [saver] });
  const again = make();
  keras.utils.setRandomSeed(99);
  await again.checkpoint.restore(`${folder}/middle`);
  const steps: number[] = [];
  const count = new keras.callbacks.LambdaCallback({ onTrainBatchEnd: (batch) => void steps.push(batch) });
  const rest = await again.model.fit(x, y, { ...options, initialEpoch: 1, callbacks: [count] });
  t.strictSame(steps.slice(0, 3), [3, 4, 5], "the second epoch's other half");
  t.strictSame(rest.history["loss"], history["loss"]!.slice(1), "metrics of the epoch are those of all of it");
  t.strictSame(again.model.getWeights(), whole.model.getWeights());
});

t.test("shuffled whole batches stay whole, and a last smaller one stays behind", async (t) => {
  const seen: number[][] = [];
  class Watching extends keras.Model {
    dense = new layers.Dense(1);
    override call(x: tf.Tensor) {
      return this.dense(x);
    }
    override trainStep(x: tf.Tensor) {
      seen.push([...x.data()]);
      return { loss: 0 };
    }
  }
  const model = new Watching();
  model.compile({ runEagerly: true });
  const numbers = tf.reshape(tf.range(0, 22), [22, 1]);
  await model.fit(numbers, { ...quiet, batchSize: 4, shuffle: "batch", epochs: 3 });
  for (const epoch of [seen.slice(0, 6), seen.slice(6, 12), seen.slice(12)]) {
    t.strictSame(epoch.at(-1), [20, 21]);
    for (const batch of epoch) t.ok(batch[0]! % 4 === 0 && batch.every((value, i) => value === batch[0]! + i));
    t.strictSame(epoch.flat().sort((a, b) => a - b), Array.from({ length: 22 }, (_, i) => i)); // prettier-ignore
  }
  t.notSame(seen.slice(0, 6), seen.slice(6, 12));
});
