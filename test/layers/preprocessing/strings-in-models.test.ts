// Models that take strings: every layer that reads them, in every kind of model, by every way to run it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../../lib/index.js";

const { layers, Input, Model, Sequential } = tf.keras;
const quiet = { verbose: 0 } as const;
const texts = ["the cat sat", "a dog ran", "cat and dog", "the end of it", "nothing"];
const labels = [0, 1, 1, 0, 1];

const vectorizer = (options = {}) => {
  const layer = new layers.TextVectorization({ maxTokens: 20, outputSequenceLength: 4, ...options });
  void layer.adapt(texts);
  return layer;
};

/** Layers that read strings, and what they give for columns of them by themselves. */
const readers: readonly [name: string, make: () => (x: never) => tf.Tensor][] = [
  ["StringLookup", () => new layers.StringLookup({ vocabulary: ["the cat sat", "nothing"] })],
  ["StringLookup, one_hot", () => new layers.StringLookup({ vocabulary: ["the cat sat", "nothing"], outputMode: "one_hot" })],
  ["StringLookup, tf_idf", () => new layers.StringLookup({ vocabulary: ["nothing"], idfWeights: [2], outputMode: "tf_idf" })],
  ["StringLookup, several unknown", () => new layers.StringLookup({ vocabulary: ["nothing"], numOovIndices: 3 })],
  ["TextVectorization", () => vectorizer()],
  ["TextVectorization, no length", () => vectorizer({ outputSequenceLength: null })],
  ["TextVectorization, multi_hot", () => vectorizer({ outputMode: "multi_hot", outputSequenceLength: null })],
  ["TextVectorization, tf_idf", () => vectorizer({ outputMode: "tf_idf", outputSequenceLength: null })],
  ["TextVectorization, ngrams", () => vectorizer({ ngrams: 2 })],
  ["TextVectorization, unsplit", () => vectorizer({ split: null, outputSequenceLength: null })],
  ["Hashing", () => new layers.Hashing({ numBins: 5 })],
  ["Hashing, masked", () => new layers.Hashing({ numBins: 5, maskValue: "nothing", salt: 3 })],
  ["Hashing, multi_hot", () => new layers.Hashing({ numBins: 5, outputMode: "multi_hot" })],
] as never;

for (const [name, make] of readers) {
  t.test(`${name}: a model of strings gives what the layer gives`, async (t) => {
    const layer = make();
    for (const shape of [[1], []]) {
      const column = shape.length === 1 ? texts.map((each) => [each]) : texts;
      const expected = layer(column as never);
      const input = Input({ shape, dtype: "string" });
      const output = layer(input as never);
      t.equal(input.dtype as string, "string");
      t.equal(output.shape.length, expected.rank);
      output.shape.forEach((length, axis) => t.ok(length === null || axis === 0 || length === expected.shape[axis], `axis ${axis}`));
      t.equal(output.dtype, expected.dtype);
      const model = new Model({ inputs: input, outputs: output });
      t.strictSame(model(column).array(), expected.array(), "called");
      t.strictSame((await model.predict(column, { batchSize: 5, ...quiet })).array(), expected.array(), "predicted");
      const dataset = tf.data.Dataset.fromTensorSlices(column).batch(5);
      t.strictSame((await model.predict(dataset, quiet)).array(), expected.array(), "of a Dataset");
      const copy = Model.fromConfig(model.getConfig() as never);
      t.strictSame(copy.outputShape, model.outputShape, "the config makes it again");
      const mapped = tf.data.Dataset.fromTensorSlices(column).map((text) => model([text]));
      t.strictSame([...mapped][0]!.array(), layer([column[0]] as never).array(), "in a map");
    }
  });
}

t.test("strings of several inputs: in an array, by name, beside numbers; crossed", async (t) => {
  const [a, b] = ["a", "b"].map((name) => Input({ shape: [], dtype: "string", name })) as unknown as [tf.Tensor, tf.Tensor];
  const n = Input({ shape: [1], dtype: "int32", name: "n" });
  const cross = new layers.HashedCrossing({ numBins: 7, outputMode: "one_hot" });
  const number = tf.cast(n, "float32");
  const crossed = new Model({ inputs: [a, b], outputs: cross([a, b]) });
  const [x, y] = [["p", "q", "r"], ["s", "t", "u"]]; // prettier-ignore
  const expected = cross([x, y] as never).array();
  t.strictSame(crossed([x, y] as never).array(), expected);
  t.strictSame((await crossed.predict([x, y] as never, quiet)).array(), expected, "two columns are no batch of two");
  t.strictSame((await crossed.predict({ b: y, a: x } as never, quiet)).array(), expected, "by name");
  const both = new Model({ inputs: { a, n }, outputs: { hashed: new layers.Hashing({ numBins: 4 })(a), n: number } });
  const answer = await both.predict<Record<string, tf.Tensor>>({ a: x, n: [[1], [2], [3]] } as never, { batchSize: 2, ...quiet });
  t.strictSame(answer["n"]!.array(), [[1], [2], [3]]);
  t.strictSame(answer["hashed"]!.array(), new layers.Hashing({ numBins: 4 })(x as never).array());
  const rows = tf.data.Dataset.fromTensorSlices({ a: x, n: tf.constant([[1], [2], [3]], "int32") }).batch(2);
  t.strictSame((await both.predict<Record<string, tf.Tensor>>(rows as never, quiet))["n"]!.array(), [[1], [2], [3]]);
  // A column of numbers that the model converts, crossed with strings.
  const whole = Input({ shape: [1], dtype: "int32" });
  const text = Input({ shape: [1], dtype: "string" });
  const mixed = new Model({ inputs: [text, whole], outputs: cross([text, whole]) });
  const direct = cross([[["p"], ["q"]], tf.constant([[4], [5]], "int32")] as never).array();
  t.strictSame((await mixed.predict([[["p"], ["q"]], tf.constant([[4], [5]])] as never, quiet)).array(), direct, "cast on the way");
});

t.test("models of strings are trained, evaluated, saved and loaded", async (t) => {
  tf.keras.utils.setRandomSeed(1);
  const folder = mkdtempSync(join(tmpdir(), "strings-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const inner = (row: readonly unknown[]) =>
    new Sequential([
      ...row,
      new layers.Embedding(20, 4),
      new layers.GlobalAveragePooling1D(),
      new layers.Dense(1, { activation: "sigmoid" }),
    ] as never);
  const vectorize = vectorizer();
  const input = Input({ shape: [1], dtype: "string" });
  const kinds: Record<string, InstanceType<typeof Model>> = {
    sequential: inner([Input({ shape: [1], dtype: "string" }), vectorizer()]),
    "sequential without an input": inner([vectorizer()]),
    functional: new Model({ inputs: input, outputs: inner([])(vectorize(input as never)) }),
    subclassed: new (class Reader extends Model {
      readonly vectorize = vectorizer();
      readonly rest = inner([]);
      override call(x: tf.Tensor) {
        return this.rest(this.vectorize(x as never));
      }
    })(),
  };
  const dataset = tf.data.Dataset.fromTensorSlices([texts, tf.constant(labels)] as never).batch(2);
  for (const [name, model] of Object.entries(kinds)) {
    for (const runEagerly of [false, true]) {
      model.compile({ optimizer: new tf.keras.optimizers.Adam(0.05), loss: "binary_crossentropy", metrics: ["accuracy"], runEagerly });
      const { history } = await model.fit(texts, labels, { epochs: 3, batchSize: 2, shuffle: false, ...quiet });
      const again = await model.fit(dataset as never, { epochs: 3, ...quiet });
      const losses = [...history["loss"]!, ...again.history["loss"]!];
      t.ok(losses.every(Number.isFinite) && losses.at(-1)! < losses[0]!, `${name} learns: ${losses.join()}`);
      const [loss] = (await model.evaluate(dataset as never, quiet)) as number[];
      const [same] = (await model.evaluate(texts, labels, { batchSize: 2, ...quiet })) as number[];
      t.ok(Math.abs(loss! - same!) < 1e-6, `${name}: rows of arrays and of a Dataset count alike`);
      t.equal((await model.predictOnBatch(texts)).shape[0], 5);
      t.type(await model.trainOnBatch(texts, labels), Array);
      t.type(await model.testOnBatch(texts, labels), Array);
      await model.fit(texts, labels, { epochs: 1, validationSplit: 0.4, ...quiet });
    }
    if (name === "subclassed") continue;
    const path = join(folder, `${name.replaceAll(" ", "-")}.keras`);
    await model.save(path);
    const loaded = (await tf.keras.models.loadModel(path)) as typeof model;
    t.strictSame(
      (await loaded.predict(texts, quiet)).array(),
      (await model.predict(texts, quiet)).array(),
      `${name}: vocabulary and weights`,
    );
  }
  const lines: string[] = [];
  kinds["functional"]!.summary({ printFn: (text) => void lines.push(text) });
  t.match(lines.join("\n"), /text_vectorization/);
});

t.test("texts of any length: a program for each, also where time is walked step by step", async (t) => {
  const vectorize = vectorizer({ outputSequenceLength: null });
  const input = Input({ shape: [], dtype: "string" });
  const state = new layers.LSTM(3)(new layers.Embedding(20, 4, { maskZero: true })(vectorize(input as never)));
  const model = new Model({ inputs: input, outputs: new layers.Dense(1)(state) });
  model.compile({ optimizer: "sgd", loss: "mse" });
  const rows = tf.data.Dataset.fromTensorSlices([
    ["a", "the cat sat on it", "a dog", "the dog"],
    [1, 2, 3, 4],
  ] as never).batch(1);
  const { history } = await model.fit(rows as never, { epochs: 2, ...quiet });
  t.ok(history["loss"]!.every(Number.isFinite));
  t.strictSame((await model.predict(["the cat", "a"], { batchSize: 1, ...quiet })).shape, [2, 1]);
});

t.test("strings as answers, and layers of one's own between strings", async (t) => {
  const vocabulary = ["a", "b"];
  const numbers = Input({ shape: [2], dtype: "int32" });
  const names = new layers.StringLookup({ vocabulary, invert: true })(numbers as never);
  const model = new Model({ inputs: numbers, outputs: [names, tf.cast(numbers, "float32")] });
  const ids = tf.constant([[1, 2], [0, 1], [2, 2]], "int32"); // prettier-ignore
  const words = [["a", "b"], ["[UNK]", "a"], ["b", "b"]]; // prettier-ignore
  t.strictSame((model<unknown[]>(ids) as [unknown])[0], words);
  const [predicted, floats] = await model.predict<[unknown, tf.Tensor]>(ids, { batchSize: 2, ...quiet });
  t.strictSame(predicted, words, "strings that a program decides");
  t.strictSame(floats.shape, [3, 2]);

  const upper = new layers.Lambda((x: never) => (x as string[]).map((each) => each.toUpperCase()) as never);
  const text = Input({ shape: [], dtype: "string" });
  const shouted = new Model({ inputs: text, outputs: new layers.StringLookup({ vocabulary: ["A"] })(upper(text) as never) });
  t.strictSame((await shouted.predict(["a", "A", "b"], quiet)).array(), [1, 1, 0]);
  class Lengths extends layers.Layer {
    override call(x: unknown) {
      return tf.constant(
        (x as string[]).map((each) => [each.length]),
        "int32",
      );
    }
  }
  const lengths = new Model({ inputs: text, outputs: new Lengths()(text) });
  t.strictSame(lengths.outputShape, [null, 1], "found by trying");
  t.strictSame((await lengths.predict(["abc", ""], quiet)).array(), [[3], [0]]);
});

t.test("a FeatureSpace begins a model with raw columns", async (t) => {
  const { FeatureSpace } = tf.keras.utils;
  const table = { age: [20, 30, 40, 50], city: ["Bern", "Rom", "Bern", "Oslo"], rooms: [1, 2, 2, 3], street: ["x", "y", "x", "z"] };
  const space = new FeatureSpace({
    features: { age: "float_normalized", city: "string_categorical", rooms: "integer_categorical", street: FeatureSpace.stringHashed(4) },
    crosses: [["city", "rooms"], ["street", "city"]], // prettier-ignore
    crossingDim: 8,
  });
  void space.adapt(table);
  const inputs = space.getInputs();
  t.strictSame(Object.keys(inputs), ["age", "city", "rooms", "street"]);
  const encoded = space.getEncodedFeatures() as never;
  const outputs = new layers.Dense(1)(encoded);
  const training = new Model({ inputs: encoded, outputs });
  const inference = new Model({ inputs: inputs as never, outputs });
  training.compile({ optimizer: "sgd", loss: "mse" });
  const rows = tf.data.Dataset.fromTensorSlices([table, [[1], [2], [3], [4]]] as never).batch(2);
  await training.fit(rows.map(((row: never, y: never) => [space(row), y]) as never) as never, { epochs: 1, ...quiet });
  const expected = (await training.predict(space(table as never), quiet)).array();
  t.strictSame((await inference.predict(table as never, quiet)).array(), expected);
  const one = {
    age: tf.keras.ops.convertToTensor([20]),
    city: tf.keras.ops.convertToTensor(["Bern"] as never),
    rooms: tf.constant([1]),
    street: ["x"],
  };
  t.strictSame((await inference.predict(one as never, quiet)).array()[0], expected[0], "a sample, as in Keras's example");
  t.notOk(
    inference.layers.some(({ name }) => name.startsWith("feature_space")),
    "the layers of the features are nodes, as in Keras",
  );
  const folder = mkdtempSync(join(tmpdir(), "space-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  await inference.save(join(folder, "space.keras"));
  const loaded = (await tf.keras.models.loadModel(join(folder, "space.keras"))) as typeof inference;
  t.strictSame((await loaded.predict(table as never, quiet)).array(), expected);
});

t.test("what strings are refused for is said", async (t) => {
  const text = Input({ shape: [3], dtype: "string" });
  t.throws(() => new layers.Dense(2)(text), { name: "NotSupportedError", message: /trainable weights.*StringLookup/ });
  t.throws(() => tf.keras.ops.add(text, 1), { name: "DtypeError", message: /add: given strings/ });
  t.throws(() => vectorizer()(text as never), { name: "ShapeError", message: /\[batch, 1\]/ });
  t.throws(() => vectorizer({ ragged: true, outputSequenceLength: null })(Input({ shape: [], dtype: "string" }) as never), {
    message: /ragged: given true/,
  });
  const fresh = new layers.TextVectorization({ outputMode: "multi_hot" });
  t.throws(() => fresh(Input({ shape: [], dtype: "string" }) as never), { name: "StateError", message: /adapt/ });
  const model = new Model({ inputs: text, outputs: new layers.Hashing(3)(text as never) });
  t.throws(() => model(tf.ones([2, 3])), { name: "DtypeError", message: /expected strings/ });
  await t.rejects(model.predict(tf.ones([2, 3]), quiet), { name: "DtypeError", message: /expected strings/ });
  t.throws(() => model(["a", "b"]), { name: "ShapeError" });
  await t.rejects(model.predict([["a", "b"], ["c"]] as never, quiet), { name: "ShapeError", message: /equal lengths/ }); // prettier-ignore
  await t.rejects(model.export(join(tmpdir(), "never.onnx")), { message: /strings/i });
});
