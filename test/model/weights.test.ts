// Weights of samples and classes, and labels: one rule for where they apply, whatever the data come as.

import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const quiet = { verbose: 0 } as const;
const near = (a: number, b: number) => Math.abs(a - b) <= 2e-5 * Math.max(1, Math.abs(b));

/** A model whose loss of a sample is known: its weights are fixed. */
function classifier(options: object = {}): keras.Sequential {
  keras.utils.setRandomSeed(3);
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(3, { activation: "softmax" })]);
  model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0 }), loss: "sparse_categorical_crossentropy", ...options });
  return model;
}
const x = tf.constant(
  Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 5)),
  { shape: [12, 2] },
);
const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3);
const y = tf.constant(labels);
const classWeight = { 0: 4, 1: 1, 2: 0.5 };
const byClass = tf.constant(Float32Array.from(labels, (label) => classWeight[label as 0]));

t.test("class weights are the same for arrays, datasets and generators, and never reach the validation", async (t) => {
  const model = classifier();
  const expected = (await model.evaluate(x, y, { ...quiet, sampleWeight: byClass })) as number;
  const plain = (await model.evaluate(x, y, quiet)) as number;
  t.notOk(near(plain, expected));
  const pairs = tf.data.Dataset.fromTensorSlices([x, y]).batch(5);
  const options = { ...quiet, classWeight, shuffle: false } as const;
  const losses = [
    (await model.fit(x, y, options)).history,
    (await model.fit(x, tf.expandDims(y, -1), options)).history,
    (await model.fit(pairs, options)).history,
    (await model.fit(() => pairs, options)).history,
  ];
  for (const { loss } of losses) t.ok(near(loss![0]!, expected), `${loss} and ${expected}`);
  const { history } = await model.fit(x, y, { ...options, validationSplit: 0.5 });
  const tail = [tf.slice(x, [6, 0], [6, 2]), tf.slice(y, [6], [6])] as const;
  t.ok(near(history["val_loss"]![0]!, (await model.evaluate(...tail, quiet)) as number), "the validation part is not weighed");
  const weighted = tf.data.Dataset.fromTensorSlices([x, y, byClass]).batch(5);
  t.match(
    await messageOf(() => model.fit(weighted, options)),
    /^fit.classWeight: given classWeight and sampleWeight; expected one of them/,
  );
  t.ok(near((await model.fit(weighted, { ...quiet, shuffle: false })).history["loss"]![0]!, expected));
});

t.test("labels along more than one axis: each step has the weight of its class, one-hot and by index alike", async (t) => {
  const steps = tf.constant(
    Int32Array.from({ length: 12 }, (_, i) => (i * 2) % 3),
    { shape: [3, 4] },
  );
  const sequences = tf.reshape(x, [3, 4, 2]);
  const oneHot = tf.oneHot(steps, 3);
  const make = (loss: string) => {
    keras.utils.setRandomSeed(3);
    const model = new keras.Sequential([new keras.Input({ shape: [4, 2] }), new layers.Dense(3, { activation: "softmax" })]);
    model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0 }), loss });
    return model;
  };
  const sampleWeight = tf.constant(
    Float32Array.from(steps.data(), (label) => classWeight[label as 0]),
    { shape: [3, 4] },
  );
  const expected = (await make("sparse_categorical_crossentropy").evaluate(sequences, steps, { ...quiet, sampleWeight })) as number;
  const fit = async (loss: string, y: tf.Tensor) => (await make(loss).fit(sequences, y, { ...quiet, classWeight })).history["loss"]![0]!;
  t.ok(near(await fit("sparse_categorical_crossentropy", steps), expected));
  t.ok(near(await fit("sparse_categorical_crossentropy", tf.expandDims(steps, -1)), expected));
  t.ok(near(await fit("categorical_crossentropy", oneHot), expected));
});

t.test("one weight per sample counts for all steps of a sequence, in losses as in metrics", async (t) => {
  const [yTrue, yPred] = [tf.zeros([3, 4, 2]), tf.ones([3, 4, 2]).mul(tf.reshape(tf.constant([1, 2, 3]), [3, 1, 1]))];
  const weights = tf.constant([1, 0, 2]);
  const loss = new keras.losses.MeanSquaredError();
  t.equal(loss(yTrue, yPred, { sampleWeight: weights }).item(), Math.fround((1 + 2 * 9) / 3));
  t.equal(
    new keras.losses.MeanSquaredError({ reduction: "mean_with_sample_weight" })(yTrue, yPred, { sampleWeight: weights }).item(),
    Math.fround((1 + 2 * 9) / 3),
  );
  const square = tf.zeros([4, 4, 2]);
  const rows = tf.ones([4, 4, 2]).mul(tf.reshape(tf.constant([1, 2, 3, 4]), [4, 1, 1]));
  t.equal(
    loss(square, rows, { sampleWeight: tf.constant([1, 0, 0, 0]) }).item(),
    1 / 4,
    "as many steps as samples: weights are for samples",
  );
  t.match(await messageOf(() => loss(yTrue, yPred, { sampleWeight: tf.ones([5]) })), /^sampleWeight: given weights of shape \[5\]/);
  const model = new keras.Sequential([new keras.Input({ shape: [4, 2] }), new layers.Dense(2)]);
  model.compile({ optimizer: "sgd", loss: "mse", weightedMetrics: ["mse"] });
  const logs = await model.evaluate(yTrue, yPred, { ...quiet, sampleWeight: weights, returnDict: true });
  t.ok(near(logs["mse"]!, logs["loss"]!), `${logs["mse"]} and ${logs["loss"]}: weights have mean 1`);
});

t.test("class weights that mean nothing are errors", async (t) => {
  const model = classifier();
  const says = async (options: object, expected: RegExp) =>
    t.match(await messageOf(() => model.fit(x, y, { ...quiet, ...options })), expected);
  await says({ classWeight: { cat: 1 } }, /^fit.classWeight: given cat: 1; expected a number of at least 0 for each index of a class/);
  await says({ classWeight: { 0: NaN } }, /^fit.classWeight: given 0: NaN/);
  await says({ classWeight: [1, 2] }, /^fit.classWeight: given \[1, 2\]; expected a record of weights/);
  t.match(await messageOf(() => model.fit(x, { ...quiet, classWeight })), /^fit.classWeight: given no labels/);
  t.match(await messageOf(() => model.testOnBatch(x, y, { classWeight } as never)), /^testOnBatch: given the unknown option "classWeight"/);
});

t.test("values of weights keep their shape where they are computed with: a step of Reptile", async (t) => {
  const model = classifier();
  const before = model.getWeights();
  t.strictSame(before.map((value) => tf.constant(value).shape), [[2, 3], [3]]); // prettier-ignore
  model.setWeights(before.map((value) => tf.add(value, 1)));
  const after = model.getWeights();
  model.setWeights(before.map((value, i) => tf.add(value, tf.multiply(tf.subtract(after[i]!, value), 0.25))));
  t.ok([...model.getWeights()[0]!].every((value, i) => near(Number(value), Number(before[0]![i]) + 0.25)));
  t.strictSame(tf.stack([before[0]!, after[0]!]).shape, [2, 2, 3]);
  t.strictSame(tf.constant(model.weights[0]!.value().data()).shape, [6], "a tensor's data are flat");
});

t.test("labels that are no class are errors before the step", async (t) => {
  const model = classifier();
  await model.fit(x, y, quiet);
  const before = model.getWeights();
  for (const label of [0.5, 3, -1, NaN]) {
    t.match(await messageOf(() => model.fit(x, tf.fill([12], label), quiet)), new RegExp(`^y: given the label ${label} `));
    t.match(await messageOf(() => classifier().trainOnBatch(x, tf.fill([12], label))), new RegExp(`^y: given the label ${label} `));
  }
  t.strictSame(model.getWeights(), before);
  t.match(
    await messageOf(() => keras.utils.toCategorical([0, 3], { numClasses: 3 })),
    /^toCategorical: given the label 3 \(number 1\); expected whole numbers from 0 to 2/,
  );
  t.match(await messageOf(() => keras.utils.toCategorical([0, -1])), /^toCategorical: given the label -1/);
  t.match(await messageOf(() => keras.utils.toCategorical([0.5, 1])), /^toCategorical: given the label 0.5/);
  t.strictSame(keras.utils.toCategorical([[2], [0]]).array(), [[0, 0, 1], [1, 0, 0]]); // prettier-ignore
});

t.test("losses and labels for some outputs only, in every structure", async (t) => {
  const ya = tf.ones([12, 1]);
  const yb = tf.ones([12, 2]);
  const make = (loss: unknown, extra: object = {}, outputs: (a: tf.Tensor, b: tf.Tensor) => unknown = (a, b) => [a, b]) => {
    keras.utils.setRandomSeed(3);
    const input = keras.Input({ shape: [2] });
    const [a, b] = [new layers.Dense(1, { name: "a" })(input), new layers.Dense(2, { name: "b" })(input)];
    const model = new keras.Model({ inputs: input, outputs: outputs(a, b) as never });
    model.compile({ optimizer: "sgd", loss: loss as never, ...extra });
    return model;
  };
  const loss = async (model: keras.Model, y: unknown) => (await model.evaluate(x, y as never, { ...quiet, returnDict: true }))["loss"]!;
  const expected = await loss(make([null, "mae"]), [ya, yb]);
  const mae = (y: tf.Tensor, p: tf.Tensor) => tf.reduceMean(tf.abs(tf.subtract(y, p)), { axis: -1 });
  for (const [model, y] of [
    [make([null, "mae"]), [yb]],
    [make([null, "mae"]), yb],
    [make([null, mae]), yb],
    [make({ b: "mae" }), { b: yb }],
    [make({ b: "mae" }), [yb]],
    [make({ b: "mae", a: null }), { a: ya, b: yb }],
    [make({ q: "mae" }, {}, (p, q) => ({ p, q })), { q: yb }],
    [make({ p: null, q: "mae" }, {}, (p, q) => ({ p, q })), { p: ya, q: yb }],
    [make({ deep: [null, "mae"] }, {}, (a, b) => ({ deep: [a, b] })), { deep: [ya, yb] }],
    [make([null, "mae"], { metrics: [null, ["mse"]] }), [yb]],
  ] as const) {
    t.ok(near(await loss(model, y), expected));
    t.ok((await model.fit(x, y as never, { ...quiet, epochs: 2 })).history["loss"]![0]! > 0);
  }
  t.match(await messageOf(() => loss(make(["mse", "mae"]), [yb])), /^y: given labels \[\[12, 2\]\]; expected labels for the predictions/);
  t.match(await messageOf(() => loss(make([null, "mae"], { metrics: [["mse"], null] }), [yb])), /^y: given no labels for the output a/);
});
