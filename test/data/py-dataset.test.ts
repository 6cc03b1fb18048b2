// Batches by number, from a class of the user's own.

import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const quiet = { verbose: 0 } as const;
const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

function line(): keras.Sequential {
  keras.utils.setRandomSeed(4);
  const model = new keras.Sequential([new keras.Input({ shape: [1] }), new layers.Dense(1)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return model;
}

/** Batches that say who they are. */
class Numbered extends keras.utils.PyDataset {
  asked: number[] = [];
  epochs: string[] = [];
  constructor(
    readonly count: number | null,
    options = {},
  ) {
    super(options);
  }
  override get length() {
    return this.count;
  }
  override getItem(index: number): unknown {
    this.asked.push(index);
    return [tf.fill([2, 1], index / 10), tf.fill([2, 1], index)];
  }
  override onEpochBegin() {
    this.epochs.push("begin");
  }
  override onEpochEnd() {
    this.epochs.push("end");
  }
}

t.test("fit shuffles batches anew in each epoch, evaluate and predict take them in order", async (t) => {
  const data = new Numbered(8);
  const model = line();
  const { epoch } = await model.fit(data, { ...quiet, epochs: 3 });
  t.equal(epoch.length, 3);
  t.strictSame(data.epochs, ["begin", "end", "begin", "end", "begin", "end"]);
  const passes = [0, 1, 2].map((i) => data.asked.slice(i * 8, i * 8 + 8));
  const inOrder = [0, 1, 2, 3, 4, 5, 6, 7];
  for (const pass of passes) t.strictSame([...pass].sort(), inOrder); // prettier-ignore
  t.notSame(passes[0], inOrder);
  t.notSame(passes[0], passes[1]);
  for (const action of [
    () => model.fit(data, { ...quiet, shuffle: false }),
    () => model.evaluate(data, quiet),
    () => model.predict(data, quiet),
  ]) {
    data.asked = [];
    await action();
    t.strictSame(data.asked, inOrder);
  }
  t.strictSame((await model.predict(data, quiet)).shape, [16, 1]);
  data.asked = [];
  await model.fit(tf.ones([2, 1]), tf.ones([2, 1]), { ...quiet, validationData: data });
  t.strictSame(data.asked, inOrder);
});

t.test("asynchronous batches are made ahead of the step, by as many workers as were asked for", async (t) => {
  for (const workers of [1, 3]) {
    let [running, most] = [0, 0];
    class Slow extends Numbered {
      override async getItem(index: number) {
        most = Math.max(most, ++running);
        await wait(3);
        running--;
        return super.getItem(index);
      }
    }
    const data = new Slow(9, { workers, maxQueueSize: 4 });
    const before: number[] = [];
    const look = new keras.callbacks.LambdaCallback({
      onTestBatchEnd: async (batch) => {
        await wait(20);
        before.push(data.asked.length - batch - 1);
      },
    });
    const model = line();
    await model.evaluate(data, { ...quiet, callbacks: [look] });
    t.equal(most, workers, "in the making at once");
    t.ok(before[0]! >= 1 && Math.max(...before) <= 5, `${before} ahead of the step`);
    t.strictSame(data.asked, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  }
});

t.test("endless data need stepsPerEpoch; errors of a batch come out; wrong lengths are named", async (t) => {
  const endless = new Numbered(null);
  await line().fit(endless, { ...quiet, stepsPerEpoch: 3, epochs: 2 });
  t.strictSame(endless.asked, [0, 1, 2, 3, 4, 5]);
  class Broken extends Numbered {
    override async getItem(index: number) {
      if (index === 1) throw new Error("no such file");
      return super.getItem(index);
    }
  }
  t.equal(await messageOf(() => line().evaluate(new Broken(3, { workers: 2 }), quiet)), "no such file");
  t.match(
    await messageOf(() => line().fit(new Numbered(-1), quiet)),
    /^Numbered.length: given -1; expected an integer of at least 0, or null/,
  );
  t.match(await messageOf(() => line().fit(new Numbered(0), quiet)), /^Numbered.length: given 0 batches/);
  t.match(await messageOf(() => new Numbered(3, { workers: 0 })), /^PyDataset.workers: given 0/);
  t.match(await messageOf(() => line().fit(new Numbered(3), tf.ones([2, 1]), quiet)), /^fit.y: given a value beside batches/);
  const items: unknown[] = [];
  for await (const item of new Numbered(3)) items.push(item);
  t.equal(items.length, 3);
  t.equal(keras.utils.Sequence, keras.utils.PyDataset);
});

t.test("training over a PyDataset goes on inside an epoch", async (t) => {
  const folder = t.testdir();
  const backup = () => new keras.callbacks.BackupAndRestore(folder, { saveFreq: 1 });
  const whole = line();
  const expected = new Numbered(6, { workers: 2 });
  const stopAt = new keras.callbacks.LambdaCallback({
    onTrainBatchEnd: () => {
      if (whole.optimizer.iterations.item() === 8) throw new Error("off");
    },
  });
  t.equal(await messageOf(() => whole.fit(expected, { ...quiet, epochs: 2, callbacks: [backup(), stopAt] })), "off");
  const rest = new Numbered(6);
  await line().fit(rest, { ...quiet, epochs: 2, callbacks: [backup()] });
  const done = expected.asked.slice(6, 8);
  // The first one is looked at before the place is known.
  t.strictSame([...done, ...rest.asked.slice(1)].sort(), [0, 1, 2, 3, 4, 5], "what is left of the second epoch"); // prettier-ignore
});
