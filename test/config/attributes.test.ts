// Options are attributes of the objects made from them, as in Python, and what is assigned to them takes effect or is an error: never a
// field that nobody reads.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, optimizers } = keras;

t.test("options are attributes, in every family", (t) => {
  const made: readonly [object, Readonly<Record<string, unknown>>][] = [
    [new layers.Dense(5, { activation: "relu" }), { units: 5, useBias: true, activation: keras.activations.relu }],
    [new layers.Conv2D(3, 2, { padding: "same" }), { filters: 3, kernelSize: [2, 2], strides: [1, 1], padding: "same" }],
    [new layers.Embedding(10, 4), { inputDim: 10, outputDim: 4 }],
    [new layers.LSTM(4, { dropout: 0.2 }), { units: 4, dropout: 0.2, returnSequences: false }],
    [new layers.MultiHeadAttention(2, 3), { numHeads: 2, keyDim: 3 }],
    [new layers.BatchNormalization(), { momentum: 0.99, axis: -1 }],
    [new layers.MaxPooling2D(3), { poolSize: [3, 3] }],
    [new layers.Resizing(3, 4), { height: 3, width: 4 }],
    [new layers.Bidirectional(new layers.GRU(2)), { mergeMode: "concat" }],
    [new optimizers.Adam(), { beta1: 0.9, amsgrad: false, clipnorm: null }],
    [new optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), { initialLearningRate: 0.1, decaySteps: 10 }],
    [new keras.losses.Huber({ delta: 2 }), { delta: 2, reduction: "sum_over_batch_size" }],
    [new keras.metrics.TopKCategoricalAccuracy({ k: 3 }), { k: 3 }],
    [new keras.regularizers.L2(0.5), { l2: 0.5 }],
    [new keras.constraints.MaxNorm(3), { maxValue: 3 }],
    [new keras.initializers.RandomNormal({ stddev: 0.3 }), { stddev: 0.3 }],
    [new keras.callbacks.EarlyStopping({ monitor: "loss", patience: 3 }), { monitor: "loss", patience: 3 }],
  ];
  for (const [object, expected] of made)
    for (const [name, value] of Object.entries(expected))
      t.strictSame((object as Record<string, unknown>)[name], value, `${object.constructor.name}.${name}`);
  // Types have them as well.
  const units: number = new layers.Dense(5).units;
  const sizes: readonly number[] = new layers.Conv2D(3, 2).kernelSize;
  const rate: number = new layers.Dropout(0.5).rate;
  t.strictSame([units, sizes, rate], [5, [2, 2], 0.5]);
  t.end();
});

const x = tf.constant([[1, -4, 2]]);

t.test("what calls read may change: eager calls, predictions and compiled steps see it", async (t) => {
  const dense = new layers.Dense(1, { kernelInitializer: "ones", activation: "relu" });
  const dropout = new layers.Dropout(0.5);
  const model = new keras.Sequential([keras.Input([3]), dense, dropout]);
  model.compile({ optimizer: new optimizers.SGD(0), loss: "mse" });
  const answers = async (): Promise<unknown[]> => [
    ((await model.predict(x, { verbose: 0 })) as tf.Tensor).item(),
    (model(x) as tf.Tensor).item(),
    await model.evaluate(x, [[0]], { verbose: 0 }),
  ];
  t.strictSame(await answers(), [0, 0, 0]);
  dense.activation = keras.activations.linear;
  t.strictSame(await answers(), [-1, -1, 1]);
  t.equal(dense.getConfig()["activation"], "linear", "configs have it");
  dropout.rate = 0;
  for (let i = 0; i < 8; i++) t.equal(await model.trainOnBatch(x, [[0]]), 1, "no dropout is left in the compiled step");
  dense.kernelRegularizer = keras.regularizers.l2(1);
  t.equal(await model.trainOnBatch(x, [[0]]), 4, "three weights of 1 are punished");
  dense.kernelRegularizer = null;
  t.equal(await model.trainOnBatch(x, [[0]]), 1);
});

t.test("an optimizer's numbers may change between steps", async (t) => {
  const model = new keras.Sequential([keras.Input([3]), new layers.Dense(1, { kernelInitializer: "ones" })]);
  const optimizer = new optimizers.SGD(1, { momentum: 0.5 });
  model.compile({ optimizer, loss: "mse" });
  const step = async (): Promise<number> => {
    const before = model.getWeights()[0]![0]!;
    await model.trainOnBatch(x, [[0]]);
    return Math.abs(model.getWeights()[0]![0]! - before);
  };
  t.ok((await step()) > 1);
  optimizer.clipnorm = 1e-3;
  optimizer.momentum = 1e-9;
  t.ok((await step()) < 1e-3);
  t.equal(optimizer.getConfig()["momentum"], 1e-9);
  optimizer.clipnorm = null;
  t.ok((await step()) > 1);
  t.throws(() => (optimizer.nesterov = true), { name: "StateError", message: /SGD\.nesterov/ });
  t.throws(() => (optimizer.momentum = 0), { name: "StateError" });
  t.throws(() => (optimizer.momentum = "a lot" as never), { name: "ValueError" });
  t.end();
});

t.test("before a layer is built it may have other sizes; afterwards that is an error, as is what made the object", (t) => {
  const dense = new layers.Dense(5);
  dense.units = 2;
  t.strictSame((dense(x) as tf.Tensor).shape, [1, 2]);
  const expected = { name: "StateError", message: /Make another one: new/ };
  t.throws(() => (dense.units = 3), expected);
  dense.units = 2;
  t.throws(() => (dense.units = "3" as never), { name: "ValueError", message: /Dense\.units/ });
  for (const [object, name, value] of [
    [new layers.BatchNormalization(), "axis", 1],
    [new layers.Dropout(0), "rate", 0.5],
    [new layers.Resizing(3, 4), "height", 5],
    [new keras.losses.Huber(), "delta", 3],
    [new keras.regularizers.L2(1), "l2", 3],
    [new keras.metrics.TopKCategoricalAccuracy(), "k", 3],
  ] as const)
    t.throws(() => Object.assign(object, { [name]: value }), expected, `${object.constructor.name}.${name}`);
  t.throws(() => Object.assign(new layers.LSTM(3), { units: 4 }), "a layer around a cell has its cell's");
  t.end();
});

t.test("classes of the user's own assign to names that their bases have as options", (t) => {
  class Own extends layers.Dense {
    readonly noise = new layers.Dropout(0.5);

    constructor(units: number) {
      super(units, { activation: "relu" });
      this.units = units;
      Object.assign(this, { activation: new layers.ReLU() });
    }
  }
  const own = new Own(3);
  t.equal(own.units, 3);
  t.ok((own as unknown as { activation: object }).activation instanceof layers.ReLU, "what is no option stays a field");
  class Plain extends layers.Layer {
    constructor(
      readonly units: number,
      readonly rate: string,
    ) {
      super();
    }
  }
  t.strictSame([new Plain(4, "x").units, new Plain(4, "x").rate], [4, "x"]);
  t.end();
});
