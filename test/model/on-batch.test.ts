// Steps on single batches: what each call begins anew, what it must notice, and what it refuses.

import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const x = tf.constant(
  Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * 5)),
  { shape: [8, 2] },
);
const y = tf.constant(Int32Array.from({ length: 8 }, (_, i) => i % 2));

function classifier(): keras.Sequential {
  keras.utils.setRandomSeed(2);
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(4, { activation: "relu" }), new layers.Dense(2)]);
  const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.1 }), loss, metrics: ["accuracy"] });
  return model;
}

t.test("every call has metrics of its own, whichever form its data have", async (t) => {
  const model = classifier();
  const first = await model.testOnBatch(x, y);
  for (const batch of [() => model.testOnBatch(x, y), () => model.testOnBatch([[x, y]][Symbol.iterator]() as never)]) {
    t.same(await batch(), first);
  }
  const named = await model.testOnBatch(x, y, { returnDict: true });
  t.same(Object.keys(named).sort(), ["accuracy", "loss"]);
  t.same([named["loss"], named["accuracy"]], first);
});

t.test("a layer that is frozen between two calls stays as it is", async (t) => {
  const model = classifier();
  await model.trainOnBatch(x, y);
  const [hidden] = model.layers as [keras.layers.Layer];
  hidden.trainable = false;
  const before = hidden.getWeights().map((weight) => [...weight]);
  await model.trainOnBatch(x, y);
  t.same(
    hidden.getWeights().map((weight) => [...weight]),
    before,
  );
});

t.test("metrics that a step makes are answered in their order", async (t) => {
  class Watched extends keras.Model {
    dense = new layers.Dense(1);
    spread: keras.metrics.Mean | null = null;
    override call(inputs: tf.Tensor): tf.Tensor {
      return this.dense(inputs);
    }
    override trainStep(): Record<string, tf.Tensor> {
      this.spread ??= new keras.metrics.Mean({ name: "spread" });
      return { other: tf.constant(1), spread: tf.constant(2) };
    }
  }
  const model = new Watched();
  model.compile({ runEagerly: true });
  t.same(await model.trainOnBatch(x, y), [2, 1]);
  t.same(await model.trainOnBatch(x, y), [2, 1]);
});

t.test("what is refused leaves the model as it was", async (t) => {
  const model = classifier();
  const before = await model.testOnBatch(x, y);
  t.match(await messageOf(() => model.trainOnBatch(x, tf.constant([0, 1, 0]))), /^trainOnBatch: .*as many samples/s);
  t.match(await messageOf(() => model.trainOnBatch(null as never, y)), /^trainOnBatch\.x: given null/);
  t.match(await messageOf(() => model.trainOnBatch(tf.zeros([0, 2]), tf.zeros([0]))), /^trainOnBatch: given no samples/);
  t.match(await messageOf(() => model.trainOnBatch(x, y, { classWeight: { 0: -1 } })), /^trainOnBatch/);
  t.same(await model.testOnBatch(x, y), before);
});

t.test("a metric's state is cleared under a tape and in a traced function as well", async (t) => {
  const mean = new keras.metrics.Mean();
  mean.updateState(3);
  const kept = mean.variables[0]!.value();
  mean.resetState();
  t.equal(mean.result().item(), 0);
  t.equal(kept.item(), 3, "what was read before stays");
  const renewed = tf.function(() => {
    mean.resetState();
    mean.updateState(5);
    return mean.result();
  });
  for (let i = 0; i < 2; i++) t.equal(renewed().item(), 5);
  const tape = new tf.GradientTape();
  tape.record(() => mean.resetState());
  t.equal(mean.result().item(), 0);
});

// What a compiled step is made of, and what may be changed between two calls. Each row: what changes, and how a model of one's own does it.
class Scaled extends keras.Model {
  factor = 1;
  byName: Record<string, unknown> = { twice: null };
  more: keras.layers.Layer[] = [];
  readonly hidden = new layers.Dense(3, { kernelInitializer: "ones" });
  #inside: keras.layers.Layer | null = null;
  override call(inputs: tf.Tensor): tf.Tensor {
    const scaled = [...this.more, ...(this.#inside ? [this.#inside] : [])].reduce((x, layer) => layer(x), this.hidden(inputs));
    const twice = this.byName["twice"] as keras.layers.Layer | null;
    return tf.multiply(twice ? twice(scaled) : scaled, this.factor);
  }
  override sublayers(): keras.layers.Layer[] {
    return [...super.sublayers(), ...(this.#inside ? [this.#inside] : [])];
  }
  setInside(layer: keras.layers.Layer): void {
    this.#inside = layer;
  }
}

const double = (): keras.layers.Layer => new layers.Rescaling(2) as unknown as keras.layers.Layer;
const changes: Record<string, (model: Scaled) => void> = {
  "a number": (model) => (model.factor = 2),
  "a layer in an array": (model) => model.more.push(double()),
  "a layer in a record": (model) => (model.byName["twice"] = double()),
  "a layer that only sublayers() tells of": (model) => model.setInside(double()),
};

for (const [what, change] of Object.entries(changes)) {
  t.test(`a step notices ${what}`, async (t) => {
    const model = new Scaled();
    const before = (await model.predictOnBatch(x)) as tf.Tensor;
    t.same(((await model.predictOnBatch(x)) as tf.Tensor).array(), before.array());
    change(model);
    t.same(((await model.predictOnBatch(x)) as tf.Tensor).array(), before.mul(2).array());
    t.same(((await model.predict(x)) as tf.Tensor).array(), before.mul(2).array());
  });
}

t.test("a step notices a layer that a Sequential got, and one that it lost", async (t) => {
  const model = classifier();
  const before = (await model.predictOnBatch(x)) as tf.Tensor;
  model.add(new layers.Rescaling(2));
  t.same(((await model.predictOnBatch(x)) as tf.Tensor).array(), before.mul(2).array());
  model.pop();
  t.same(((await model.predictOnBatch(x)) as tf.Tensor).array(), before.array());
});
