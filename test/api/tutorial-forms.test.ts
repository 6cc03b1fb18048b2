// What TensorFlow's tutorials write: strings as tensors, names of stages, checkpoints without objects, ragged and sparse elements.

import t from "tap";
import * as tf from "../../lib/index.js";

t.test("strings are arranged as tensors of any dtype are, and stay plain", async (t) => {
  t.strictSame(tf.constant([["a", "b"]]), [["a", "b"]]);
  t.strictSame(tf.constant("a", { shape: [2] }), ["a", "a"]);
  t.strictSame(tf.gather(["x", "y", "z"], [2, 0]), ["z", "x"]);
  t.strictSame(tf.expandDims(["x", "y"], 1), [["x"], ["y"]]);
  t.strictSame(tf.expandDims("x", 0), ["x"]);
  t.strictSame(tf.reshape(["x", "y", "z", "w"], [2, 2]), [
    ["x", "y"],
    ["z", "w"],
  ]);
  t.strictSame(tf.concat([["x"], ["y", "z"]], 0), ["x", "y", "z"]);
  t.strictSame(tf.stack([["x"], ["y"]]), [["x"], ["y"]]);
  t.strictSame(tf.where([true, false] as never, ["a", "b"], ["c", "d"]), ["a", "d"]);
  t.strictSame((tf.shape(["a", "b"]) as unknown as tf.Tensor).array(), [2]);
  t.equal((tf.size([["a", "b"]]) as tf.Tensor).item(), 2);
  t.throws(() => tf.constant([["a"], ["c", "d"]]), { name: "ShapeError" });
  t.throws(() => tf.gather(["x", "y", "z"], [3]), { name: "ValueError" });
  t.throws(() => tf.stack([["x"], [1]] as never), { name: "DtypeError" });
  t.throws(() => tf.constant(["a"], { dtype: "float32" } as never), { name: "DtypeError" });
});

t.test("a tape tells which variables it watches", async (t) => {
  const [a, b] = [tf.variable(1, { name: "a" }), tf.variable(2, { name: "b" })];
  const c = tf.variable(3, { trainable: false, name: "c" });
  const tape = new tf.GradientTape();
  tape.record(() => b.mul(c).add(a));
  t.strictSame(tape.watchedVariables().map(({ name }) => name), ["a", "b"]); // prettier-ignore
  const told = new tf.GradientTape({ watchAccessedVariables: false });
  told.watch(c);
  told.record(() => b.mul(c));
  t.equal(told.watchedVariables()[0], c);
  t.equal(told.watchedVariables().length, 1);
});

t.test("a custom gradient may be a pair, as in Python", async (t) => {
  const scaled = tf.customGradient((x: tf.Tensor) => [x.mul(2), (dy: tf.Tensor) => dy.mul(10)]);
  const x = tf.constant(3);
  const tape = new tf.GradientTape();
  tape.watch(x);
  const y = tape.record(() => scaled(x));
  t.strictSame([y.item(), tape.gradient(y, x)!.item()], [6, 10]);
});

t.test("variables of a checkpoint are listed and read without objects", async (t) => {
  const path = `${t.testdir()}/one`;
  await new tf.train.Checkpoint({ w: tf.variable([1, 2]) }).write(path);
  t.strictSame((await tf.train.listVariables(path))[0], ["w", [2]]);
  const reader = await tf.train.loadCheckpoint(path);
  t.ok(reader.hasTensor("w") && !reader.hasTensor("v"));
  t.equal(reader.getVariableToDtypeMap()["w"], "float32");
  t.strictSame((await tf.train.loadVariable(path, "w")).array(), [1, 2]);
  await t.rejects(tf.train.loadVariable(path, "v"), { name: "ValueError", message: /w, save_counter/ });
  await t.rejects(tf.train.listVariables(`${path}-none`), { name: "CheckpointError" });
});

t.test("ragged tensors are indexed, mapped and read from Examples", async (t) => {
  const ragged = tf.ragged.constant([[1, 2, 3], [], [4]]);
  t.strictSame((ragged.at(0) as tf.Tensor).array(), [1, 2, 3]);
  t.strictSame((ragged.at(-1) as tf.Tensor).array(), [4]);
  t.equal(String(ragged.at("1:")), "<tf.RaggedTensor [[], [4]]>");
  t.equal(String(ragged.at(":", ":2")), "<tf.RaggedTensor [[1, 2], [], [4]]>");
  t.strictSame((tf.mapFn((row: tf.Tensor) => tf.reduceSum(row), ragged) as tf.Tensor).array(), [6, 0, 4]);
  const example = (value: number[]) =>
    new tf.train.Example({
      features: new tf.train.Features({ feature: { a: new tf.train.Feature({ floatList: new tf.train.FloatList({ value }) }) } }),
    }).serializeToString();
  const examples = [example([1, 2]), example([3])];
  const read = (feature: object) => String((tf.io.parseExample(examples, { a: feature } as never) as Record<string, unknown>)["a"]);
  t.equal(read(new tf.io.RaggedFeature({ dtype: "float32" })), "<tf.RaggedTensor [[1, 2], [3]]>");
  const padded = new tf.io.FixedLenSequenceFeature({ shape: [], dtype: "float32", allowMissing: true });
  t.equal(read(padded), "tf.Tensor(\n[[1. 2.]\n [3. 0.]], shape=(2, 2), dtype=float32)");
});

t.test("a RaggedFeature is parted by each of TensorFlow's ways", async (t) => {
  const { RaggedFeature } = tf.io;
  const example = (features: Record<string, number[]>) =>
    new tf.train.Example({
      features: new tf.train.Features({
        feature: Object.fromEntries(
          Object.entries(features).map(([key, value]) => [key, new tf.train.Feature({ int64List: new tf.train.Int64List({ value }) })]),
        ),
      }),
    }).serializeToString();
  const examples = [
    example({ v: [3, 1, 4, 1, 5, 9], s: [0, 2, 5, 6], l: [2, 3, 1], st: [0, 2, 5], li: [2, 5, 6], id: [0, 0, 1, 1, 1, 2] }),
    example({ v: [2, 6], s: [0, 0, 2], l: [0, 2], st: [0, 0], li: [0, 2], id: [1, 1] }),
  ];
  const read = (partition: object): string => {
    const a = new RaggedFeature({ dtype: "int64", valueKey: "v", partitions: [partition] } as never);
    return String((tf.io.parseExample(examples, { a } as never) as Record<string, unknown>)["a"]).replace(/\s+/g, " ");
  };
  // What TensorFlow 2.21 prints.
  const rows = "<tf.RaggedTensor [[[3, 1], [4, 1, 5], [9]], [[], [2, 6]]]>";
  for (const [kind, key] of [
    ["RowSplits", "s"],
    ["RowLengths", "l"],
    ["RowStarts", "st"],
    ["RowLimits", "li"],
    ["ValueRowIds", "id"],
  ] as const)
    // prettier-ignore
    t.equal(read(RaggedFeature[kind](key)), rows, kind);
  t.equal(read(RaggedFeature.UniformRowLength(2)), "<tf.RaggedTensor [[[3, 1], [4, 1], [5, 9]], [[2, 6]]]>");
});

t.test("generators take their arguments by name", async (t) => {
  const generator = tf.random.Generator.fromSeed(1);
  t.strictSame(generator.normal({ shape: [2] }).shape, [2]);
  const drawn = generator.uniform({ shape: [3], minval: 1, maxval: 2 });
  t.ok([...drawn.data()].every((value) => value >= 1 && value < 2));
});

t.test("a traced function draws TensorFlow's numbers from a generator, and moves it on", async (t) => {
  const generator = tf.random.Generator.fromSeed(7);
  const draw = tf.function(() => [generator.normal([3]), generator.uniform([2], 0, 10, "int32"), generator.truncatedNormal([5])]);
  const drawn = (): number[][] => (draw() as tf.Tensor[]).map((each) => each.array() as number[]);
  const close = (found: readonly number[], expected: readonly number[]) =>
    t.ok(found.length === expected.length && found.every((value, i) => Math.abs(value - expected[i]!) < 1e-5), String(found));
  const calls = [
    [
      [-1.3240396, 0.2878567, -0.8757901],
      [4, 3],
      [0.61970049, 0.0243287, -1.74353242, -0.20506342, 0.15951356],
    ],
    [
      [-0.446010977, -0.498306781, 1.05796468],
      [8, 1],
      [0.23469153, 0.53216034, 1.32423747, -0.83358115, 0.09060048],
    ],
  ];
  for (const expected of calls) for (const [i, found] of drawn().entries()) close(found, expected[i]!);
  t.strictSame(generator.state.array(), [5127, 0, 0, 0, 0, 0]);
  generator.skip(5);
  close(generator.normal([2]).array() as number[], [-0.31647515, 0.07573261]);
});

t.test("stages have names, and a misspelled option is told", async (t) => {
  const stages = tf.data.Dataset.range(4, { name: "r" })
    .map((x) => x.mul(2), { name: "m", numParallelCalls: 2 })
    .batch(2, { name: "b", numParallelCalls: tf.data.AUTOTUNE, deterministic: false })
    .prefetch(1, { name: "p" });
  const seen: unknown[] = [];
  for await (const x of stages) seen.push((x as tf.Tensor).array());
  t.strictSame(seen, [
    [0, 2],
    [4, 6],
  ]);
  t.throws(() => tf.data.Dataset.range(4).batch(2, { nam: "b" } as never), { name: "ArgumentError", hint: /name/ });
});

t.test("rows of sparse tensors are elements and become batches", async (t) => {
  const rows = tf.data.Dataset.fromTensorSlices(tf.sparse.fromDense([[1, 0], [0, 2]]) as never).batch(2); // prettier-ignore
  for await (const batch of rows) t.strictSame(tf.sparse.toDense(batch as never).array(), [[1, 0], [0, 2]]); // prettier-ignore
});
