import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const x = tf.constant([[1, 2], [3, 4], [5, 6], [7, 9]]); // prettier-ignore
const y = tf.constant([[1], [0], [2], [1]]);
const quiet = { verbose: 0, shuffle: false } as const;

function model(units = 3): keras.Model {
  const input = new keras.Input({ shape: [2] });
  const hidden = new layers.Dense(units, { activation: "relu" })(input);
  const made = new keras.Model({ inputs: input, outputs: new layers.Dense(1)(new layers.BatchNormalization()(hidden)) });
  made.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  return made;
}
const values = (of: keras.Model) => of.getWeights().map((weight) => [...weight]);

t.test("a model that was saved goes on where it stood", async (t) => {
  const path = join(t.testdir(), "model.ckpt");
  const first = model();
  await first.fit(x, y, { ...quiet, epochs: 2 });
  await first.save(path);
  const second = await keras.models.loadModel(path);
  t.same(second.getConfig(), first.getConfig());
  t.same(values(second), values(first));
  const [a, b] = [await first.fit(x, y, { ...quiet, epochs: 2 }), await second.fit(x, y, { ...quiet, epochs: 2 })];
  t.same(b.history, a.history, "the optimizer's state came along");
  t.same(values(second), values(first));
});

t.test("weights alone go into another model of the form", async (t) => {
  const path = join(t.testdir(), "weights.ckpt");
  const [first, second] = [model(), model()];
  await first.saveWeights(path);
  await second.loadWeights(path);
  t.same(values(second), values(first));

  const other = model(4);
  const before = values(other);
  t.match(await messageOf(() => other.loadWeights(path)), /weights/);
  t.same(values(other), before, "what does not fit changes nothing");
  t.match(await messageOf(() => keras.models.loadModel(path)), /given a file without a config; expected a model/);
});

t.test("ModelCheckpoint keeps the best weights and whole models", async (t) => {
  const folder = t.testdir();
  const trained = model();
  await trained.fit(x, y, {
    ...quiet,
    epochs: 2,
    callbacks: [
      new keras.callbacks.ModelCheckpoint(join(folder, "w-{epoch}.ckpt"), { saveWeightsOnly: true }),
      new keras.callbacks.ModelCheckpoint(join(folder, "m-{epoch:02d}.ckpt"), { monitor: "loss", saveBestOnly: true }),
    ],
  });
  const last = model();
  await last.loadWeights(join(folder, "w-2.ckpt"));
  t.same(values(last), values(trained));
  t.same((await keras.models.loadModel(join(folder, "m-01.ckpt"))).getConfig(), trained.getConfig());
});

t.test("bad input is named", async (t) => {
  const folder = t.testdir();
  t.match(await messageOf(() => keras.models.loadModel(join(folder, "none"))), /given a path where there is no file; expected a model/);
  const damaged = join(folder, "damaged.ckpt");
  await writeFile(damaged, "KERASMCK and no more");
  t.match(await messageOf(() => keras.models.loadModel(damaged)), /damaged\.ckpt/);
  const deferred = new keras.Sequential([new layers.Dense(1)]);
  t.match(await messageOf(() => deferred.saveWeights(join(folder, "w"))), /saveWeights: given a model that is not built; expected weights/);
});
