import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers } = keras;

const x = keras.random.normal([96, 8, 8, 2], { seed: 1 });
const y = tf.cast(tf.greater(tf.reduceSum(x, { axis: [1, 2, 3] }), 0), "int32");

/** A training with everything that has state, made anew. */
function begin(compileFirst = true) {
  const model = new keras.Sequential([
    new layers.Conv2D(4, 3, { activation: "relu" }),
    new layers.BatchNormalization(),
    new keras.Sequential([new layers.Flatten(), new layers.Dense(8)]),
    new layers.Dropout(0.3),
    new layers.Dense(2),
  ]);
  if (compileFirst) {
    const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: "adam", loss, metrics: ["accuracy"] });
  }
  const data = tf.data.Dataset.fromTensorSlices([x, y]).shuffle(96).batch(10);
  return { model, data, checkpoint: new tf.train.Checkpoint({ model, data }) };
}

const valuesOf = (model: InstanceType<typeof keras.Sequential>) => model.variables.map((variable) => variable.array());

t.test("fit goes on after a restore as if it had never ended", async (t) => {
  const whole = begin();
  await whole.model.fit(whole.data, { epochs: 1, verbose: 0 });
  const path = await whole.checkpoint.write(join(t.testdir(), "ckpt"));
  const resumed = begin();
  const status = await resumed.checkpoint.restore(path);
  const [first, second] = [
    await whole.model.fit(whole.data, { epochs: 3, initialEpoch: 1, verbose: 0 }),
    await resumed.model.fit(resumed.data, { epochs: 3, initialEpoch: 1, verbose: 0 }),
  ];
  t.strictSame(valuesOf(resumed.model), valuesOf(whole.model));
  t.strictSame(second.history, first.history);
  status.assertConsumed();
});

t.test("fit that is stopped in the middle of an epoch goes on there", async (t) => {
  const whole = begin();
  const path = join(t.testdir(), "ckpt");
  const stop = new keras.callbacks.LambdaCallback({
    onTrainBatchEnd: async (batch: number) => void (batch === 4 && (await whole.checkpoint.write(path))),
  });
  await whole.model.fit(whole.data, { epochs: 2, verbose: 0, callbacks: [stop] });
  const resumed = begin();
  await resumed.checkpoint.restore(path);
  await resumed.model.fit(resumed.data, { epochs: 1, initialEpoch: 0, verbose: 0 });
  // The second epoch overwrote the file at its own step 4, so what is left is half an epoch.
  t.strictSame(valuesOf(resumed.model), valuesOf(whole.model));
});

t.test("a checkpoint of another architecture names the layer", async (t) => {
  const { model, checkpoint } = begin();
  model.build([null, 8, 8, 2]);
  const path = await checkpoint.write(join(t.testdir(), "ckpt"));
  const other = new keras.Sequential([new layers.Conv2D(5, 3)]);
  other.build([null, 8, 8, 2]);
  const before = valuesOf(other);
  await t.rejects(new tf.train.Checkpoint({ model: other }).restore(path), {
    name: "CheckpointError",
    message: /model.layers\[0\].kernel: given float32 \[3, 3, 2, 4\]; expected float32 \[3, 3, 2, 5\]/,
  });
  t.strictSame(valuesOf(other), before);
});

t.test("weights are restored into models that are not compiled, and functional and subclassed ones", async (t) => {
  class Outer extends keras.Model {
    inner = new keras.Sequential([new layers.Dense(3), new layers.Dense(2)]);
    heads = { a: new layers.Dense(1), list: [new layers.Dense(4)] };
    override call(x: tf.Tensor) {
      const h = this.inner(x);
      return [this.heads.a(h), this.heads.list[0]!(h)];
    }
  }
  const functional = () => {
    const inputs = keras.Input({ shape: [5] });
    return new keras.Model({ inputs, outputs: new layers.Dense(3)(new layers.Dense(4)(inputs)) });
  };
  const input = tf.ones([2, 5]);
  for (const make of [() => new Outer(), functional]) {
    const [saved, restored] = [make(), make()];
    saved(input);
    const path = await new tf.train.Checkpoint({ saved }).write(join(t.testdir(), "ckpt"));
    const status = await new tf.train.Checkpoint({ saved: restored }).restore(path);
    t.strictSame(String(restored(input)), String(saved(input)));
    status.assertConsumed();
  }
});

t.test("a model that was compiled and not yet trained, by every optimizer", async (t) => {
  const { LossScaleOptimizer, MultiOptimizer: _, Optimizer, ...others } = keras.optimizers;
  const classes = Object.values(others).filter((each) => (each as { prototype?: unknown }).prototype instanceof Optimizer);
  t.ok(classes.length > 8);
  const made = classes.map((each) => new (each as typeof keras.optimizers.Adam)());
  for (const optimizer of [...made, new LossScaleOptimizer(new keras.optimizers.Adam()), new keras.optimizers.SGD({ useEma: true })]) {
    const model = new keras.Sequential([new keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
    model.compile({ optimizer, loss: "mse" });
    for (const name of ["m.ckpt", "m.keras", "m.h5"]) {
      await model.save(`memory://untrained/${name}`);
      const loaded = await keras.models.loadModel(`memory://untrained/${name}`);
      t.same(loaded.optimizer.getConfig(), optimizer.getConfig(), `${optimizer.name}: ${name}`);
      for (const each of [model, loaded]) await each.evaluate(tf.ones([2, 3]), tf.ones([2, 2]), { verbose: 0 });
      await loaded.trainOnBatch(tf.ones([2, 3]), tf.ones([2, 2]));
    }
  }
});
