import { readdirSync } from "node:fs";
import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { fillIn } from "../../lib/callbacks/model-checkpoint.js";
import { ProgressBar } from "../../lib/callbacks/progress-bar.js";
import { messageOf } from "../support/message.js";

const { callbacks, layers } = keras;
const quiet = { verbose: 0 } as const;

function line(): keras.Sequential {
  const model = new keras.Sequential([new keras.Input({ shape: [1] }), new layers.Dense(1, { kernelInitializer: "zeros" })]);
  model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.1 }), loss: "mse" });
  return model;
}
const x = tf.constant([[1], [2], [3], [4]]);
const y = tf.constant([[2], [4], [6], [8]]);

/** A callback that sets what the logs say, epoch by epoch, before the ones behind it see them. */
const pretend = (values: readonly number[], name = "val_loss") =>
  new callbacks.LambdaCallback({ onEpochEnd: (epoch, logs) => void (logs[name] = values[epoch]!) });

t.test("hooks are called in Keras's order, with its arguments", async (t) => {
  const calls: string[] = [];
  class Trace extends callbacks.Callback {
    override onTrainBegin() {
      calls.push(`train ${this.params.epochs} ${this.params.steps}`);
    }
    override onEpochBegin(epoch: number) {
      calls.push(`epoch ${epoch}`);
    }
    override onBatchEnd(batch: number, logs: keras.callbacks.Logs) {
      calls.push(`batch ${batch} ${Object.keys(logs).join()}`);
    }
    override async onTestBegin() {
      await Promise.resolve();
      calls.push("test");
    }
    override onTestBatchEnd(batch: number) {
      calls.push(`test batch ${batch}`);
    }
    override onEpochEnd(epoch: number, logs: keras.callbacks.Logs) {
      calls.push(`end ${epoch} ${Object.keys(logs).join()}`);
    }
    override onTrainEnd() {
      calls.push("done");
    }
  }
  await line().fit(x, y, { ...quiet, batchSize: 2, epochs: 2, validationData: [x, y], callbacks: [new Trace()] });
  const epoch = (n: number) => [
    `epoch ${n}`,
    "batch 0 loss",
    "batch 1 loss",
    "test",
    "test batch 0",
    "test batch 1",
    `end ${n} loss,val_loss`,
  ];
  t.strictSame(calls, ["train 2 2", ...epoch(0), ...epoch(1), "done"]);
});

t.test("EarlyStopping waits, stops, and brings the best weights back", async (t) => {
  const model = line();
  const weights: number[][] = [];
  const keep = new callbacks.LambdaCallback({ onEpochEnd: () => void weights.push(model.getWeights().map(([value]) => value!)) });
  const stopping = new callbacks.EarlyStopping({ patience: 2, restoreBestWeights: true });
  const { epoch } = await model.fit(x, y, { ...quiet, epochs: 10, callbacks: [pretend([5, 3, 4, 3.5, 9]), keep, stopping] });
  t.equal(epoch.length, 4);
  t.strictSame([stopping.stoppedEpoch, stopping.bestEpoch, stopping.best], [3, 1, 3]);
  t.strictSame(
    model.getWeights().map(([value]) => value!),
    weights[1],
  );
  const late = new callbacks.EarlyStopping({ patience: 1, startFromEpoch: 3 });
  t.equal((await model.fit(x, y, { ...quiet, epochs: 10, callbacks: [pretend([1, 2, 3, 4, 5, 6]), late] })).epoch.length, 5);
  const upward = new callbacks.EarlyStopping({ monitor: "score", mode: "max", minDelta: 0.5 });
  t.equal((await model.fit(x, y, { ...quiet, epochs: 9, callbacks: [pretend([1, 2, 2.4, 9], "score"), upward] })).epoch.length, 3);
  const unknown = new callbacks.EarlyStopping({ monitor: "score" });
  t.match(
    await messageOf(() => model.fit(x, y, { ...quiet, epochs: 3, callbacks: [pretend([1, 2, 3], "score"), unknown] })),
    /EarlyStopping.mode: given "auto" with monitor "score"/,
  );
});

t.test("learning rates: schedules by epoch, reductions on a plateau", async (t) => {
  const model = line();
  const scheduled = await model.fit(x, y, {
    ...quiet,
    epochs: 3,
    callbacks: [new callbacks.LearningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2))],
  });
  t.strictSame(
    scheduled.history["learning_rate"]!.map((rate) => Math.round(rate * 1e6) / 1e6),
    [0.1, 0.05, 0.025],
  );
  const plateau = new callbacks.ReduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 1, minLr: 0.01 });
  const { history } = await model.fit(x, y, { ...quiet, epochs: 7, callbacks: [pretend([1, 1, 1, 1, 1, 1, 1]), plateau] });
  t.strictSame(
    history["learning_rate"]!.map((rate) => Math.round(rate * 1e6) / 1e6),
    [0.025, 0.025, 0.0125, 0.01, 0.01, 0.01, 0.01],
  );
});

t.test("TerminateOnNaN stops at the batch", async (t) => {
  const model = line();
  const silent = new callbacks.TerminateOnNaN({ raiseError: true });
  t.match(
    await messageOf(() => model.fit(tf.fill([4, 1], NaN), y, { ...quiet, callbacks: [silent] })),
    /^fit: given a loss of NaN at batch 0/,
  );
});

t.test("the progress bar has Keras's form", async (t) => {
  let text = "";
  let now = 0;
  const output = (columns: number) => ({ write: (given: string) => void (text += given), columns });
  const bar = new ProgressBar(1875, 1, output(80), () => now);
  now = 1;
  bar.tick(1);
  now = 3;
  bar.update(501, { accuracy: 0.87, loss: 0.35 }, false);
  t.equal(text.replace(/\x1b\[\d+m/g, ""), "\r 501/1875 ━━━━━━━━━━━━━━━━━━━━ 5s 4ms/step - accuracy: 0.8700 - loss: 0.3500");
  text = "";
  now = 12;
  bar.update(1875, { accuracy: 0.87, loss: 0.00035, val_loss: 0.4 }, true);
  t.match(
    text.replace(/\x1b\[\d+m|[\b\r]/g, ""),
    /^1875\/1875 ━{20} 12s 6ms\/step - accuracy: 0\.8700 - loss: 3\.5000e-04 - val_loss: 0\.4000\n$/,
  );
  text = "";
  const plain = new ProgressBar(3, 1, output(0), () => now);
  plain.update(1, { loss: 1 }, false);
  plain.update(3, { loss: 1 }, true);
  t.match(text, /^3\/3 ━{20} 0s 0s\/step - loss: 1\.0000\n$/, "no terminal: one plain line");
});

t.test("paths of checkpoints take values", async (t) => {
  t.equal(fillIn("a-{epoch:02d}-{val_loss:.2f}.keras", { epoch: 3, val_loss: 0.456 }), "a-03-0.46.keras");
  t.match(await messageOf(() => fillIn("{mape}", { epoch: 1 })), /given \{mape\} in "\{mape\}"; expected a name among epoch/);
  t.match(
    await messageOf(() => new callbacks.ModelCheckpoint("best.keras", { saveWeightsOnly: true })),
    /ModelCheckpoint.filepath: given "best.keras" with saveWeightsOnly: true; expected a path that ends in .weights.h5/,
  );
});

t.test("a monitor that begins with NaN is beaten by any number, and NaN beats nothing", async (t) => {
  const values = [NaN, NaN, 5, NaN, 4, 3];
  const fit = async (callback: keras.callbacks.Callback, epochs = values.length) =>
    (await line().fit(x, y, { ...quiet, epochs, callbacks: [pretend(values), callback] })).epoch.length;
  const stopping = new callbacks.EarlyStopping({ patience: 3 });
  t.equal(await fit(stopping), 6);
  t.equal(stopping.best, 3);
  const folder = t.testdir();
  const best = new callbacks.ModelCheckpoint(`${folder}/best-{epoch}.ckpt`, { saveBestOnly: true, saveWeightsOnly: true });
  await fit(best);
  t.strictSame(readdirSync(folder).sort(), ["best-3.ckpt", "best-5.ckpt", "best-6.ckpt"]);
  const model = line();
  const plateau = new callbacks.ReduceLROnPlateau({ patience: 2, factor: 0.5 });
  const rates = (await model.fit(x, y, { ...quiet, epochs: 6, callbacks: [pretend(values), plateau] })).history["learning_rate"]!;
  t.equal(plateau.best, 3);
  t.equal(rates.at(-1), Math.fround(0.05));
});

t.test("hooks of prediction are told what the model gave", async (t) => {
  const model = line();
  const rows: number[] = [];
  const collect = new callbacks.LambdaCallback({ onPredictBatchEnd: (_, { outputs }) => void rows.push(...(outputs as tf.Tensor).data()) });
  const all = await model.predict(x, { ...quiet, batchSize: 3, callbacks: [collect] });
  t.strictSame(rows, [...all.data()]);
});

t.test("CallbackList has Keras's constructor and hooks", async (t) => {
  const calls: string[] = [];
  const spy = new callbacks.LambdaCallback({
    onTrainBegin: () => void calls.push("begin"),
    onTrainBatchEnd: (batch, logs) => void calls.push(`batch ${batch} ${logs["loss"]}`),
    onEpochEnd: (epoch, logs) => void calls.push(`epoch ${epoch} ${logs["loss"]}`),
  });
  const model = line();
  const list = new callbacks.CallbackList([spy], { addHistory: true, model: model as never, epochs: 3, steps: 2, verbose: 0 });
  await list.onTrainBegin();
  await list.onEpochBegin(0);
  await list.onTrainBatchBegin(0);
  await list.onTrainBatchEnd(0, { loss: 2 });
  await list.onEpochEnd(0, { loss: 1 });
  await list.onTrainEnd();
  t.strictSame(calls, ["begin", "batch 0 2", "epoch 0 1"]);
  t.strictSame(list.history!.history, { loss: [1] });
  t.equal(spy.model, model);
  t.strictSame(spy.params, { verbose: 0, epochs: 3, steps: 2 });
  t.equal(new callbacks.CallbackList(null).callbacks.length, 0);
  t.match(
    await messageOf(() => new callbacks.CallbackList([], { addProgressbar: true } as never)),
    /^CallbackList: given the unknown option/,
  );
  const { epoch } = await model.fit(x, y, { ...quiet, callbacks: list, epochs: 2 });
  t.equal(epoch.length, 2, "fit takes a list as it is");
  t.equal(model.history, list.history, "and the model keeps the history");
  const mute = new callbacks.CallbackList([spy]);
  t.match(await messageOf(() => model.fit(x, y, { ...quiet, callbacks: mute })), /^fit.callbacks: given a CallbackList without a History/);
});
