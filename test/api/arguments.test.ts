// Arguments where Keras has them: weights of samples by place and by name, and everywhere else no option that nobody reads.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { Dataset } = tf.data;
const labels = [[1], [0], [1]]; // prettier-ignore
const guesses = [[0.2], [0.4], [0.9]]; // prettier-ignore
const weights = [1, 0, 3];

t.test("weights of samples stand third, as in Keras, or have their name", async (t) => {
  const found = (metric: tf.keras.metrics.Metric): unknown => (metric.result() as tf.Tensor).array();
  const { MeanSquaredError, BinaryCrossentropy, Huber } = keras.losses;
  for (const loss of [new MeanSquaredError(), new BinaryCrossentropy(), new Huber({ reduction: "sum" })]) {
    const [placed, named, none] = [loss(labels, guesses, weights), loss(labels, guesses, { sampleWeight: weights }), loss(labels, guesses)];
    t.equal(placed.item(), named.item(), loss.name);
    t.not(placed.item(), none.item(), loss.name);
    t.equal(loss(labels, guesses, null).item(), none.item(), loss.name);
    t.throws(() => loss(labels, guesses, { sampleWeigth: weights } as never), /Did you mean sampleWeight/);
  }
  const { metrics } = keras;
  const made: Readonly<Record<string, () => tf.keras.metrics.Metric<never>>> = {
    MeanSquaredError: () => new metrics.MeanSquaredError() as never,
    BinaryAccuracy: () => new metrics.BinaryAccuracy() as never,
    AUC: () => new metrics.AUC() as never,
    Precision: () => new metrics.Precision() as never,
    TruePositives: () => new metrics.TruePositives() as never,
    R2Score: () => new metrics.R2Score() as never,
    F1Score: () => new metrics.F1Score({ average: "micro", threshold: 0.5 }) as never,
    BinaryIoU: () => new metrics.BinaryIoU() as never,
    SensitivityAtSpecificity: () => new metrics.SensitivityAtSpecificity(0.5) as never,
  };
  for (const [name, make] of Object.entries(made)) {
    const [placed, named] = [make(), make()] as unknown as [tf.keras.metrics.Metric, tf.keras.metrics.Metric];
    placed.updateState(labels, guesses, weights);
    named.updateState(labels, guesses, { sampleWeight: weights });
    t.same(found(placed), found(named), name);
    t.throws(() => placed.updateState(labels, guesses, { weights }), /unknown option "weights"/, name);
  }
  const mean = new metrics.Mean();
  mean.updateState([1, 5, 3], weights);
  t.equal(mean.result().item(), 2.5);
  // A loss of the whole batch takes them, too, as in Keras.
  const dice = new keras.losses.Dice();
  t.ok(Math.abs(dice(labels, guesses, weights).item() - dice(labels, guesses).item() * (4 / 3)) < 1e-6);
});

t.test("a call of a layer takes the options and inputs that its call has", async (t) => {
  const { layers } = keras;
  const x = tf.ones([2, 3]);
  t.throws(() => new layers.Dropout(0.5)(x, { trainning: true }), /unknown option "trainning".*Did you mean training/s);
  t.throws(() => new layers.Dropout(0.5)(x, true as never), /where its options stand.*Write \{ training: … \}/s);
  t.throws(() => new layers.LSTM(2)(tf.ones([1, 2, 3]), { initial_state: null }), /Did you mean initialState/);
  t.throws(() => new layers.Embedding(3, 2)([[0, 1]], [[1, 1]]), /given 2 inputs; expected at most 1/);
  t.doesNotThrow(() => new layers.Dense(1)(x, { training: true, mask: null }));
  class Scaled extends layers.Layer {
    override call(inputs: tf.Tensor, { factor = 1 }: { factor?: number } = {}) { return inputs.mul(factor); } // prettier-ignore
  }
  class Any extends layers.Layer {
    override call(inputs: tf.Tensor, options: Record<string, unknown>) { return inputs.mul(Number(options["factor"] ?? 1)); } // prettier-ignore
  }
  class Two extends layers.Layer {
    override call(a: tf.Tensor, b: tf.Tensor) { return a.add(b); } // prettier-ignore
  }
  t.same(new Scaled()(x, { factor: 3 }).array(), x.mul(3).array());
  t.throws(() => new Scaled()(x, { faktor: 3 }), /Did you mean factor/);
  t.same(new Any()(x, { factor: 2 }).array(), x.mul(2).array());
  t.same(new Two()(x, x).array(), x.mul(2).array());
  t.throws(() => new Two()(x, x, x), /given 3 inputs; expected at most 2/);
});

t.test("a layer's weights take shape and initializer by place", async (t) => {
  class Own extends keras.layers.Layer {
    w = this.addWeight([2, 3], "ones");
    b = this.addWeight([3], { initializer: "zeros", trainable: false, name: "offset", autocast: false });
  }
  const { w, b } = new Own();
  t.same(w.value().array(), [[1, 1, 1], [1, 1, 1]]); // prettier-ignore
  t.strictSame([b.name, b.trainable, b.autocast], ["offset", false, false]);
  t.throws(() => new Own().addWeight({ shape: [1], initialiser: "ones" } as never), /Did you mean initializer/);
  const halved = new tf.Variable(3, { constraint: (value) => value.div(2) });
  new keras.optimizers.SGD(1).applyGradients([[tf.constant(1), halved]]);
  t.equal(halved.value().item(), 1);
});

t.test("an option that nobody reads is an error", async (t) => {
  const odd = { fooBar: 1 } as never;
  const x = tf.ones([4, 3]);
  const y = tf.ones([4, 2]);
  const model = new keras.Sequential([keras.Input([3]), new keras.layers.Dense(2)]);
  model.compile({ loss: "mse", optimizer: "sgd" });
  const { CosineDecay, deserialize, serialize } = keras.optimizers.schedules;
  const all = () => Dataset.range(4);
  await model.save("memory://arguments/whole.keras");
  const calls: Readonly<Record<string, () => unknown>> = {
    padSequences: () => keras.utils.padSequences([[1]], odd),
    deserializeKerasObject: () => keras.saving.deserializeKerasObject(keras.saving.serializeKerasObject(new keras.layers.Dense(1)), odd),
    getRegisteredObject: () => keras.saving.getRegisteredObject("Dense", odd),
    DTypePolicyMap: () => new keras.dtypePolicies.DTypePolicyMap(odd),
    QuantizedDTypePolicy: () => new keras.dtypePolicies.QuantizedDTypePolicy("int8", odd),
    InputSpec: () => new keras.layers.InputSpec(odd),
    QuantizationReport: () => new keras.quantizers.QuantizationReport(odd),
    "schedules.deserialize": () => deserialize(serialize(new CosineDecay(0.1, 10)), odd),
    Variable: () => new tf.Variable(1, odd),
    "keras.Variable": () => new keras.Variable(1, odd),
    GradientTape: () => new tf.GradientTape(odd),
    "GradientTape.gradient": () => new tf.GradientTape().gradient(tf.constant(1), tf.constant(1), odd),
    constant: () => tf.constant(1, odd),
    function: () => tf.function(() => 1, odd),
    summary: () => model.summary(odd),
    quantizationSummary: () => model.quantizationSummary(odd),
    save: () => model.save("memory://arguments/odd.keras", odd),
    loadModel: () => keras.models.loadModel("memory://arguments/whole.keras", odd),
    fit: () => model.fit(x, y, { verbose: 0, fooBar: 1 } as never),
    evaluate: () => model.evaluate(x, y, { verbose: 0, fooBar: 1 } as never),
    predict: () => model.predict(x, { verbose: 0, fooBar: 1 } as never),
    compile: () => model.compile({ loss: "mse", fooBar: 1 } as never),
    computeMetrics: () => model.computeMetrics(x, y, y, odd),
    getStateTree: () => model.getStateTree(odd),
    "Metric.updateState": () => new keras.metrics.Mean().updateState(1, odd),
    "Loss.call": () => new keras.losses.MeanSquaredError()([1], [1], odd),
    "CheckpointManager.save": () =>
      new tf.train.CheckpointManager(new tf.train.Checkpoint({ model }), "memory://arguments", { maxToKeep: 1 }).save(odd),
    CentralStorageStrategy: () => new tf.distribute.experimental.CentralStorageStrategy(odd),
    HierarchicalCopyAllReduce: () => new tf.distribute.HierarchicalCopyAllReduce(odd),
    rowLengths: () => (tf.ragged.constant([[1]]) as tf.RaggedTensor).rowLengths(odd),
    "Progbar.update": () => new keras.utils.Progbar(3, { verbose: 0 }).update(1, odd),
    "Discretization.adapt": () => new keras.layers.Discretization({ numBins: 2 }).adapt(x, odd),
    "StringLookup.getVocabulary": () => new keras.layers.StringLookup().getVocabulary(odd),
    LogitsDistillation: () => new keras.distillation.LogitsDistillation(odd),
    enableLora: () => {
      const layer = new keras.layers.Dense(2);
      layer.build([1, 3]);
      layer.enableLora(1, odd);
    },
    "Dataset.filter": () => all().filter(() => true, odd),
    "Dataset.shuffle": () => all().shuffle(2, odd),
    "Dataset.batch": () => all().batch(2, odd),
    "Dataset.interleave": () => all().interleave(() => all(), odd),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error: unknown = await (async () => call())().catch((error: unknown) => error);
    t.ok(error instanceof tf.KerasmError && /fooBar/.test(error.message), `${name}: ${String(error)}`);
  }
});
