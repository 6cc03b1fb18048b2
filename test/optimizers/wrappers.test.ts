// Optimizers that hold others, and optimizers as functions of their state.

import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { Adam, LossScaleOptimizer, MultiOptimizer, OptimizerMap, RMSprop, SGD, schedules } = keras.optimizers;
const { layers } = keras;
const quiet = { verbose: 0, shuffle: false } as const;
const x = tf.constant(
  Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 5)),
  { shape: [12, 2] },
);
const y = tf.constant(
  Float32Array.from({ length: 12 }, (_, i) => Math.cos(i * 3)),
  { shape: [12, 1] },
);

function network(optimizer: object, extra: object = {}): keras.Sequential {
  keras.utils.setRandomSeed(4);
  const model = new keras.Sequential(
    [new keras.Input({ shape: [2] }), new layers.Dense(3, { name: "encoder", activation: "tanh" }), new layers.Dense(1, { name: "head" })],
    { name: "net" },
  );
  model.compile({ optimizer: optimizer as never, loss: "mse", ...extra });
  return model;
}

for (const runEagerly of [false, true]) {
  t.test(`LossScaleOptimizer doubles, halves and leaves out steps (${runEagerly ? "eager" : "compiled"})`, async (t) => {
    const make = () => new LossScaleOptimizer(new Adam({ learningRate: 0.1 }), { initialScale: 8, dynamicGrowthSteps: 2 });
    const optimizer = make();
    const v = tf.variable([1, 2]);
    optimizer.build([v]);
    const step = (gradient: tf.Tensor) => optimizer.apply([gradient], [v]);
    const run = runEagerly ? step : tf.function(step);
    const scales: number[] = [];
    for (const g of [1, 1, Infinity, NaN, 1, 1, 1]) {
      const before = v.data();
      const iterations = optimizer.iterations.item();
      run(tf.constant([g, 1]));
      scales.push(optimizer.dynamicScale!.item());
      t.equal(optimizer.iterations.item(), iterations + (Number.isFinite(g) ? 1 : 0));
      if (!Number.isFinite(g)) t.strictSame(v.data(), before, "a step that is left out changes nothing");
    }
    t.strictSame(scales, [8, 16, 8, 4, 4, 8, 8]);
    const plain = await network(new Adam({ learningRate: 0.1 }), { runEagerly }).fit(x, y, { ...quiet, epochs: 3 });
    const scaled = network(make(), { runEagerly });
    const { history } = await scaled.fit(x, y, { ...quiet, epochs: 3 });
    history["loss"]!.forEach((loss, i) => t.ok(Math.abs(loss - plain.history["loss"]![i]!) < 1e-5, `${loss}`));
    scaled.optimizer.learningRate = 0.5;
    t.equal((scaled.optimizer as keras.optimizers.LossScaleOptimizer).innerOptimizer.learningRate.item(), 0.5);
  });
}

t.test("a LossScaleOptimizer's config, and what it refuses", async (t) => {
  const optimizer = new LossScaleOptimizer(new SGD({ learningRate: 0.5, lossScaleFactor: 3 }), { initialScale: 4 });
  t.equal(optimizer.innerOptimizer.lossScaleFactor, null);
  const again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer));
  t.strictSame(again.getConfig(), optimizer.getConfig());
  t.strictSame(Object.keys(optimizer.getConfig()), ["name", "inner_optimizer", "initial_scale", "dynamic_growth_steps"]);
  t.match(await messageOf(() => new LossScaleOptimizer(new SGD(), { clipnorm: 1 } as never)), /given the unknown option "clipnorm"/);
  t.match(await messageOf(() => new LossScaleOptimizer(undefined as never)), /innerOptimizer: given nothing/);
});

t.test("MultiOptimizer: each variable has its optimizer", async (t) => {
  const parts = { encoder: new SGD({ learningRate: 0 }), head: new Adam({ learningRate: 0.1 }) };
  const map = new OptimizerMap(parts.head, { "net/encoder/.*": parts.encoder });
  const optimizer = new MultiOptimizer(map);
  const model = network(optimizer);
  const before = model.getWeights();
  const { history } = await model.fit(x, y, { ...quiet, epochs: 3 });
  const after = model.getWeights();
  t.strictSame(after.slice(0, 2), before.slice(0, 2), "the encoder's rate is 0");
  t.notSame(after[2], before[2]);
  t.strictSame(
    [optimizer.iterations, parts.encoder.iterations, parts.head.iterations].map((count) => count.item()),
    [3, 3, 3],
  );
  t.strictSame(optimizer.optimizers.map(({ name }) => name), [parts.encoder.name, parts.head.name]); // prettier-ignore
  const byFunction = network(
    new MultiOptimizer((variable) => ((variable as { path?: string }).path!.includes("encoder") ? encoder : head)),
  );
  const [encoder, head] = [new SGD({ learningRate: 0 }), new Adam({ learningRate: 0.1 })];
  t.strictSame((await byFunction.fit(x, y, { ...quiet, epochs: 3 })).history, history);
  const again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer)) as keras.optimizers.MultiOptimizer;
  t.strictSame(again.getConfig(), optimizer.getConfig());
  const scaled = new MultiOptimizer(new OptimizerMap(new SGD()), { lossScaleFactor: 16 });
  t.equal(scaled.optimizers[0]!.lossScaleFactor, 16);
  t.equal(scaled.scaleLoss(tf.constant(2)).item(), 32);
  const saved = optimizer.variables.map((variable) => variable.data());
  const twin = network(
    new MultiOptimizer(
      map === null ? map : new OptimizerMap(new Adam({ learningRate: 0.1 }), { "net/encoder/.*": new SGD({ learningRate: 0 }) }),
    ),
  );
  await twin.fit(x, y, quiet);
  twin.optimizer.setWeights(saved);
  t.strictSame(twin.optimizer.variables.map((variable) => variable.data()), saved); // prettier-ignore
});

t.test("OptimizerMap finds by path and by pattern, and says what is wrong", async (t) => {
  const [a, b, c] = [new Adam(), new SGD(), new RMSprop()];
  const map = new OptimizerMap(c);
  map.set("encoder/layer_0/dense", a).set("encoder/.*", b);
  t.equal(map.get("encoder/layer_0/dense"), a, "a path itself comes first");
  t.equal(map.get("encoder/layer_0/attention"), b);
  t.equal(map.get("decoder/x"), c);
  t.equal(map.get("xencoder/y"), c, "a pattern fits all of a path");
  t.equal(map.size, 2);
  t.match(await messageOf(() => map.set("encoder/.*", a)), /^OptimizerMap.set: given "encoder\/\.\*" again/);
  t.match(await messageOf(() => map.set("(", a)), /^OptimizerMap.set: given "\("; expected a path, or a regular expression/);
  map.set(".*attention", a);
  t.match(
    await messageOf(() => map.get("encoder/layer_0/attention")),
    /given the variable encoder\/layer_0\/attention, which .* and .* fit/,
  );
  t.match(await messageOf(() => new OptimizerMap({} as never)), /^OptimizerMap.defaultOptimizer: given \{\}; expected an optimizer/);
  t.match(
    await messageOf(() => new MultiOptimizer(new OptimizerMap(new LossScaleOptimizer(new SGD())))),
    /expected optimizers that update/,
  );
  t.match(await messageOf(() => new MultiOptimizer(new OptimizerMap(a)).learningRate), /expected that of one of its optimizers/);
});

t.test("an update as a function of state", async (t) => {
  for (const optimizer of [new Adam({ learningRate: 0.1 }), new LossScaleOptimizer(new SGD({ momentum: 0.9 }), { initialScale: 2 })]) {
    const v = tf.variable([1, 2, 3]);
    const gradient = tf.constant([0.5, -1, 2]);
    t.match(await messageOf(() => optimizer.statelessApply([], [gradient], [v])), /statelessApply: given an optimizer that is not built/);
    optimizer.build([v]);
    let state: [tf.Tensor[], tf.Tensor[]] = [[v.value()], optimizer.variables.map((variable) => variable.value())];
    for (let i = 0; i < 3; i++) state = optimizer.statelessApply(state[1], [gradient], state[0]);
    t.strictSame(v.array(), [1, 2, 3], "nothing changed");
    t.equal(optimizer.iterations.item(), 0);
    for (let i = 0; i < 3; i++) optimizer.apply([gradient], [v]);
    t.strictSame(state[0]![0]!.array(), v.array());
    t.strictSame(state[1]!.map((value) => value.array()), optimizer.variables.map((variable) => variable.array())); // prettier-ignore
  }
});

t.test("setWeights takes what variables held, all or nothing", async (t) => {
  const optimizer = new Adam();
  t.match(await messageOf(() => optimizer.setWeights([])), /setWeights: given an optimizer that is not built/);
  const v = tf.variable([1, 2]);
  optimizer.build([v]);
  optimizer.apply([tf.constant([1, 1])], [v]);
  const saved = optimizer.variables.map((variable) => variable.data());
  optimizer.apply([tf.constant([1, 1])], [v]);
  const present = optimizer.variables.map((variable) => variable.data());
  t.match(await messageOf(() => optimizer.setWeights(saved.slice(1))), /setWeights: given 3 values; expected 4/);
  t.match(
    await messageOf(() => optimizer.setWeights([saved[0]!, saved[1]!, saved[2]!, tf.ones([5])])),
    /given a value of shape \[5\]; expected \[2\]/,
  );
  t.strictSame(optimizer.variables.map((variable) => variable.data()), present, "what does not fit changes nothing"); // prettier-ignore
  optimizer.setWeights(saved);
  t.strictSame(optimizer.variables.map((variable) => variable.data()), saved); // prettier-ignore
});

t.test("schedules go into configs and come back", async (t) => {
  const schedule = new schedules.ExponentialDecay(0.1, 10, 0.5);
  const config = schedules.serialize(schedule);
  t.strictSame(schedules.deserialize(config).getConfig(), schedule.getConfig());
  class Halving extends schedules.LearningRateSchedule {
    override call(step: tf.Tensor) {
      return tf.pow(0.5, step) as tf.Tensor;
    }
  }
  const own = { class_name: "Halving", config: {}, registered_name: "Halving", module: null };
  t.ok(schedules.deserialize(own, { customObjects: { Halving } }) instanceof Halving);
  t.match(await messageOf(() => schedules.deserialize({ class_name: "Nothing", config: {} })), /Nothing/);
});
