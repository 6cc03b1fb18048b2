// `sparse: true`: operations and preprocessing layers give sparse tensors, which layers, models and datasets take.

import t from "tap";
import * as tf from "../../../lib/index.js";

const { keras } = tf;
const { layers, ops } = keras;

/** [indices, values, shape] of a sparse tensor. */
const parts = (x: unknown) => {
  t.ok(x instanceof tf.SparseTensor, "is sparse");
  const { indices, values, shape } = x as tf.SparseTensor;
  return [indices.array(), (values as tf.Tensor).array(), shape];
};

t.test("operations and layers that are asked for them give sparse tensors", async (t) => {
  const columns = [
    [[1], [2]],
    [[3], [4]],
  ].map((each) => tf.constant(each, "int32"));
  const words = [["a"], ["b"], ["a"]];
  const rows: [name: string, run: (options: { sparse: boolean }) => unknown][] = [
    ["oneHot", (options) => ops.oneHot([0, 2, 5], 3, options)],
    ["oneHot along axis 0", (options) => ops.oneHot([0, 2], 3, { ...options, axis: 0 })],
    ["oneHot in int32", (options) => ops.oneHot([0, 2], 3, { ...options, dtype: "int32" })],
    ["multiHot", (options) => ops.multiHot([[0, 2], [1, 1]], { numClasses: 3, ...options })], // prettier-ignore
    ["bincount", (options) => ops.bincount([0, 2, 2], options)],
    ["bincount of rows with weights", (options) => ops.bincount([[0, 2], [1, 1]], { weights: [[0.5, 2], [1, 1]], ...options })], // prettier-ignore
    ["CategoryEncoding", (options) => new layers.CategoryEncoding({ numTokens: 4, ...options })([[0, 2], [1, 1]])], // prettier-ignore
    ["CategoryEncoding, counted", (o) => new layers.CategoryEncoding({ numTokens: 4, outputMode: "count", ...o })([[0, 2], [1, 1]])], // prettier-ignore
    ["IntegerLookup", (options) => new layers.IntegerLookup({ vocabulary: [7, 9], outputMode: "multi_hot", ...options })([[9, 7], [1, 9]])], // prettier-ignore
    ["StringLookup", (options) => new layers.StringLookup({ vocabulary: ["a", "b"], outputMode: "one_hot", ...options })(words)],
    ["TextVectorization", (o) => new layers.TextVectorization({ vocabulary: ["a", "b"], outputMode: "count", ...o })(["a b b", "b c"])],
    ["Hashing", (options) => new layers.Hashing({ numBins: 3, outputMode: "one_hot", ...options })(words)],
    ["HashedCrossing", (options) => new layers.HashedCrossing({ numBins: 5, outputMode: "one_hot", ...options })(columns)],
    ["Discretization", (o) => new layers.Discretization({ binBoundaries: [0, 1], outputMode: "one_hot", ...o })([[0.5], [2]])],
  ];
  for (const [name, run] of rows) {
    const dense = run({ sparse: false }) as tf.Tensor;
    const sparse = run({ sparse: true }) as tf.SparseTensor;
    t.ok(sparse instanceof tf.SparseTensor, `${name}: is sparse`);
    t.notOk(dense instanceof tf.SparseTensor, `${name}: is dense where nobody asked`);
    t.same(tf.sparse.toDense(sparse).array(), dense.array(), `${name}: the same elements`);
    t.equal(sparse.dtype, dense.dtype, `${name}: the same dtype`);
    t.same(sparse.shape, dense.shape, `${name}: the same shape`);
    t.notOk((sparse.values as tf.Tensor).array().toString().split(",").includes("0"), `${name}: nothing that is 0 is named`);
  }
  t.same(parts(ops.oneHot([0, 2], 3, { sparse: true })), [[[0, 0], [1, 2]], [1, 1], [2, 3]], "in ascending order"); // prettier-ignore
  t.end();
});

t.test("numbers of categories are not sparse", (t) => {
  const vocabulary = ["a"];
  const rows: (() => unknown)[] = [
    () => new layers.StringLookup({ vocabulary, sparse: true }),
    () => new layers.IntegerLookup({ vocabulary: [1], sparse: true }),
    () => new layers.TextVectorization({ vocabulary, sparse: true }),
    () => new layers.Hashing({ numBins: 3, sparse: true }),
    () => new layers.HashedCrossing({ numBins: 3, sparse: true }),
    () => new layers.Discretization({ binBoundaries: [0], sparse: true }),
  ];
  for (const make of rows) t.throws(make, { name: "ArgumentError", message: /sparse: given true in mode "int"/ }, make.toString());
  t.end();
});

t.test("what takes a tensor takes a sparse one", (t) => {
  const x = tf.sparse.fromDense([[0, 1, 0], [2, 0, 3]]); // prettier-ignore
  const kernel = [[1, 2], [3, 4], [5, 6]]; // prettier-ignore
  t.same(ops.matmul(x, kernel).array(), [[3, 4], [17, 22]], "a product from the left"); // prettier-ignore
  t.same(ops.matmul([[1, 1]], x).array(), [[2, 1, 3]], "and from the right");
  t.same(ops.matmul(x, ops.transpose(x)).array(), [[1, 0], [0, 13]], "of two"); // prettier-ignore
  t.same(ops.matmul(x, [1, 1, 1]).array(), [1, 5], "with a vector");
  t.same(ops.add(x, 1).array(), [[1, 2, 1], [3, 1, 4]], "as a whole tensor elsewhere"); // prettier-ignore
  t.throws(() => ops.matmul(x, [[1, 2]]), { name: "ShapeError" }, "shapes are checked");
  t.same(ops.convertToTensor(x, { sparse: false }).array(), [[0, 1, 0], [2, 0, 3]]); // prettier-ignore
  t.equal(ops.convertToTensor(x) as unknown, x, "it is a tensor already");
  t.equal(ops.convertToTensor(x, "int32").dtype, "int32");
  t.same(parts(ops.convertToTensor([[0, 4]], { sparse: true })), [[[0, 1]], [4], [1, 2]]);
  t.ok(ops.isTensor(x));
  t.end();
});

t.test("a Dense layer multiplies what is there, with the gradient of the whole tensor", (t) => {
  const whole = tf.constant([[0, 1, 0], [2, 0, 3]]); // prettier-ignore
  const layer = new layers.Dense(2, { kernelInitializer: new keras.initializers.GlorotUniform({ seed: 1 }), activation: "tanh" });
  layer.build([null, 3]);
  const run = (x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => ops.sum(layer(x)));
    return [loss.array(), ...tape.gradient(loss, layer.trainableVariables).map((gradient) => gradient!.array())];
  };
  t.same(run(tf.sparse.fromDense(whole) as never), run(whole));

  t.end();
});

t.test("in a traced function, which does not make the whole tensor", (t) => {
  const values = tf.constant([5, 7]);
  const product = tf.function((x: tf.SparseTensor, y: tf.Tensor) => ops.matmul(x as never, y));
  const x = new tf.SparseTensor([[0, 1], [2, 0]], values, [3, 2]); // prettier-ignore
  t.same(product(x, tf.constant([[1], [10]])).array(), [[50], [0], [7]]);
  t.end();
});

t.test("models take sparse tensors for any input, and say of one whether it is meant to be sparse", async (t) => {
  keras.utils.setRandomSeed(1);
  const inputs = keras.Input({ shape: [4], sparse: true, name: "words" });
  t.equal(inputs.sparse, true);
  const model = new keras.Model(inputs, new layers.Dense(1)(inputs));
  t.equal((keras.Model.fromConfig(model.getConfig()) as typeof model).inputs[0]!.sparse, true, "in its config, too");
  t.equal(keras.Input({ shape: [4] }).sparse, false);
  t.equal(new keras.KerasTensor([2], { sparse: true }).sparse, true);

  const whole = [[0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 5, 0]]; // prettier-ignore
  const y = [[1], [2], [3], [4], [5]];
  const sparse = tf.sparse.fromDense(whole) as unknown as tf.Tensor;
  const start = model.getWeights();
  /** Losses and weights after training from the same start. */
  const trained = async (fit: () => Promise<unknown>) => {
    model.setWeights(start);
    model.compile({ optimizer: new keras.optimizers.SGD(0.01), loss: "mse" });
    await fit();
    return model.getWeights().map((weight) => Array.from(weight as unknown as Float32Array));
  };
  const expected = await trained(() => model.fit(tf.constant(whole), y, { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 }));
  t.same(await trained(() => model.fit(sparse, y, { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 })), expected, "fit");
  const batches = tf.data.Dataset.fromTensorSlices([sparse, y] as never).batch(2) as never;
  t.same(await trained(() => model.fit(batches, { epochs: 2, shuffle: false, verbose: 0 })), expected, "fit of a dataset");
  const predicted = async (x: unknown) => ((await model.predict(x as tf.Tensor, { verbose: 0 })) as tf.Tensor).array();
  t.same(await predicted(sparse), await predicted(tf.constant(whole)), "predict");
  t.equal(await model.evaluate(sparse, y, { verbose: 0 }), await model.evaluate(tf.constant(whole), y, { verbose: 0 }), "evaluate");
  t.equal(await model.testOnBatch(sparse, y), await model.testOnBatch(tf.constant(whole), y), "a batch");
  const split = await model.fit(sparse, y, { validationSplit: 0.4, verbose: 0 });
  t.ok(Number.isFinite((split as { history: Record<string, number[]> }).history["val_loss"]![0]), "validation is split off");
  t.end();
});

t.test("a model under construction knows that a layer gives sparse tensors", async (t) => {
  const ids = keras.Input({ shape: [2], dtype: "int32" });
  const encoded = new layers.CategoryEncoding({ numTokens: 4, sparse: true })(ids) as InstanceType<typeof keras.KerasTensor>;
  t.equal(encoded.sparse, true);
  const model = new keras.Model(ids, new layers.Dense(1, { kernelInitializer: "ones" })(encoded));
  t.same((model([[0, 1]]) as tf.Tensor).array(), [[2]]);
  t.same(((await model.predict(tf.constant([[0, 1], [2, 2]], "int32"))) as tf.Tensor).array(), [[2], [1]]); // prettier-ignore
  t.end();
});

t.test("datasets map to sparse tensors, and models are trained on them", async (t) => {
  const lookup = new layers.StringLookup({ vocabulary: ["a", "b", "c"], outputMode: "multi_hot", sparse: true });
  const model = new keras.Sequential([keras.Input({ shape: [4], sparse: true }), new layers.Dense(1, { kernelInitializer: "zeros" })]);
  model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: "mse" });
  const words = [["a", "b"], ["b", "c"], ["c", "c"], ["a", "a"]]; // prettier-ignore
  const data = tf.data.Dataset.fromTensorSlices([words, [[1], [2], [3], [0]]] as never).batch(2);
  const batches = data.map(((x: unknown, y: unknown) => [lookup(x as never), y]) as never) as never;
  const { history } = (await model.fit(batches, { epochs: 3, verbose: 0 })) as { history: Record<string, number[]> };
  t.ok(history["loss"]![2]! < history["loss"]![0]!);
  t.end();
});
