// Methods and setters of objects, called with one wrong argument: an error that says where, what was given and what was expected; and the
// object goes on working.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers } = keras;

/** What a row calls methods on: types stand in nobody's way. */
type Anything = any; // eslint-disable-line -- garbage

type Row = readonly [name: string, call: () => unknown, says: RegExp];

async function refuses(t: { ok(value: unknown, message: string): unknown }, rows: readonly Row[]): Promise<void> {
  for (const [name, call, says] of rows) {
    let error: unknown = null;
    try {
      await call();
    } catch (thrown) {
      error = thrown;
    }
    t.ok(error instanceof tf.KerasmError && says.test(error.message), `${name}: ${String(error)}`);
  }
}

const wrong: readonly [name: string, value: unknown, says: string][] = [
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a number", 5, "5"],
  ["NaN", NaN, "NaN"],
  ["a string", "a", '"a"'],
  ["a date", new Date(0), "Date"],
  ["a function", () => 1, "a function|value"],
  ["a promise", Promise.resolve(1), "a promise that was not awaited"],
  ["a symbol", Symbol("s"), "Symbol\\(s\\)"],
  ["a bigint", 10n, "10n"],
];

/** A row for each wrong value, but for those that a method takes. */
const each = (name: string, call: (value: Anything) => unknown, expected: string, takes: readonly string[] = []): Row[] =>
  wrong
    .filter(([kind]) => !takes.includes(kind))
    .map(([kind, value, says]) => [`${name} of ${kind}`, () => call(value), new RegExp(`given .*(${says}).*; expected .*${expected}`)]);

const built = (): Anything => {
  const dense = new layers.Dense(2, { name: "d" });
  dense.build([null, 3]);
  return dense;
};

const compiled = (): Anything => {
  const model = new keras.Sequential([new layers.Input({ shape: [3] }), new layers.Dense(2)]);
  model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
  return model;
};

t.test("layers", async (t) => {
  const dense = built();
  const before = dense.getWeights();
  await refuses(t, [
    ...each("setWeights", (value) => dense.setWeights(value), "an array of values, one for each weight"),
    ...each("addLoss", (value) => dense.addLoss(value), "a tensor"),
    ...each("build", (value) => new layers.Dense(2).build(value), "a shape such as"),
    ...each("build of a length", (value) => new layers.Dense(2).build([value, 3] as never), "a shape", ["undefined", "null", "a number"]),
    ...each("computeOutputShape", (value) => dense.computeOutputShape(value), "a shape such as"),
    ...each("loadOwnVariables", (value) => dense.loadOwnVariables(value), "values by name"),
    ...each("saveOwnVariables", (value) => dense.saveOwnVariables(value), "takes values by name"),
    ...each("buildFromConfig", (value) => dense.buildFromConfig(value), "what getBuildConfig gives", ["undefined", "null"]),
    ...each("fromConfig", (value) => (layers.Dense as Anything).fromConfig(value), "a config"),
    ...each("statelessCall", (value) => dense.statelessCall(value, [], tf.ones([1, 3])), "an array of values"),
    ...each("addWeight", (shape) => dense.addWeight({ shape }), "an array of lengths", ["undefined", "null"]),
    ...each("addWeight's name", (name) => dense.addWeight({ name }), "a string", ["undefined", "null", "a string"]),
    ...each("trainable", (value) => (dense.trainable = value), "true or false", ["null"]),
    ...each("units", (value) => (dense.units = value), ".", []),
    ...each("training", (training) => new layers.Dropout(0.5)(tf.ones([2]), { training }), "true or false", ["undefined", "null"]),
    ["a call for nothing", () => new layers.Dense(2).computeOutputSpec(null as never), /d.*: given .*; expected a /],
    ["a record of shapes", () => new layers.Dense(2).build({ a: [null, 3] } as never), /given \{ a: \[null, 3\] \}; expected a shape/],
    ["no shape", () => (new layers.Dense(2) as Anything).build(), /given undefined; expected a shape/],
    [
      "a state that is none",
      () => new layers.LSTM(2)(tf.ones([1, 2, 3]), { initialState: [null] as never }),
      /initialState: given \[null\]/,
    ],
    ["a vocabulary of nothing", () => new layers.StringLookup().setVocabulary(null as never), /given null; expected an array of tokens/],
    [
      "a vocabulary without a name",
      () => new layers.TextVectorization().setVocabulary(""),
      /vocabulary file ""; expected a file that can be/,
    ],
  ]);
  t.strictSame(dense.getWeights(), before, "nothing changed");
  dense.trainable = 0;
  t.equal(dense.trainable, false, "0 counts as false, as in Keras");
  new layers.Embedding(3, 2).build();
  dense.buildFromConfig(null);
  const outputs = new layers.LSTM(2)(tf.ones([1, 2, 3]), { training: 1 as never });
  t.strictSame(outputs.shape, [1, 2], "and 1 as true");
});

t.test("models", async (t) => {
  const model = compiled();
  const given = { y: tf.ones([2, 2]), yPred: tf.ones([2, 2]) };
  const silent = { printFn: () => {} };
  await refuses(t, [
    ...each("getLayer", (value) => model.getLayer(value), ".", []),
    ...each("getLayer's index", (index) => model.getLayer({ index }), "a"),
    ...each("computeLoss", (value) => model.computeLoss(value), "\\{ x, y, yPred"),
    ...each("computeLoss of predictions", (yPred) => model.computeLoss({ ...given, yPred }), ".", ["a number", "NaN", "a date"]),
    ...each("computeMetrics of predictions", (yPred) => compiled().computeMetrics(null, given.y, yPred), ".", [
      "a number",
      "NaN",
      "a date",
    ]),
    ...each("compileFromConfig", (value) => model.compileFromConfig(value), "what getCompileConfig gives"),
    ...each("setStateTree", (value) => model.setStateTree(value), "nested records"),
    ...each("setStateTree's group", (value) => model.setStateTree({ trainable_variables: value }), "values by path"),
    ...each("statelessComputeLoss", (value) => model.statelessComputeLoss(value, [], [], given), "an array of values"),
    ...each("fromConfig", (value) => keras.Sequential.fromConfig(value), "a config with layers"),
    ...each("summary's length", (value) => model.summary({ ...silent, lineLength: value }), ".", ["undefined", "null"]),
    ...each("summary's positions", (value) => model.summary({ ...silent, positions: value }), "an array", ["undefined", "null"]),
    ...each("summary's printFn", (value) => model.summary({ printFn: value }), "a function", ["undefined", "null", "a function"]),
    ...each("summary's range", (value) => model.summary({ ...silent, layerRange: value }), "the names", ["undefined", "null"]),
    ...each("summary's flag", (value) => model.summary({ ...silent, showTrainable: value }), "true or false", ["undefined", "null"]),
    ["positions of strings", () => model.summary({ ...silent, positions: ["a"] }), /enough room for every column/],
    ["no labels", () => compiled().computeMetrics(null, null, given.yPred), /given no labels; expected labels for every output/],
    ["an optimizer", () => (model.optimizer = "adam"), /given an assignment; expected another call of compile/],
  ]);
  const forgetful = compiled();
  forgetful.compile({ loss: () => undefined });
  await refuses(t, [["a loss that gives nothing", () => forgetful.fit(tf.ones([2, 3]), given.y, { verbose: 0 }), /Return them from the/]]);
  t.equal(model.computeLoss({ y: [[1, 1]], yPred: [[1, 1]] }).item(), 0, "arrays of numbers count as tensors");
  t.ok(Number.isFinite((await model.fit(tf.ones([2, 3]), given.y, { verbose: 0 })).history["loss"]![0]), "the model trains");
});

t.test("optimizers, metrics, losses, initializers", async (t) => {
  const v: Anything = tf.variable([1, 2], { name: "v" });
  const optimizer: Anything = new keras.optimizers.SGD(1);
  optimizer.build([v]);
  const scaled: Anything = new keras.optimizers.LossScaleOptimizer(new keras.optimizers.SGD());
  const metric: Anything = new keras.metrics.Mean();
  const random: Anything = new keras.initializers.GlorotUniform();
  await refuses(t, [
    ...each("build", (value) => new keras.optimizers.Adam().build(value), "an array of variables"),
    ...each("build of a variable", (value) => new keras.optimizers.Adam().build([value]), "a variable"),
    ...each("apply", (value) => optimizer.apply(value, [v]), "an array of gradients"),
    ...each("apply of a gradient", (value) => optimizer.apply([value], [v]), "a tensor, or null", ["null"]),
    ...each("apply to variables", (value) => optimizer.apply([tf.ones([2])], value), "an array of variables", ["undefined"]),
    ...each("apply of a scaled one", (value) => scaled.apply(value, [v]), "an array of gradients"),
    ...each("statelessApply", (value) => optimizer.statelessApply(value, [tf.ones([2])], [[1, 2]]), "an array of values"),
    ...each("setWeights", (value) => optimizer.setWeights(value), "an array of values"),
    ...each("addVariable", (value) => optimizer.addVariable(value), ".", ["undefined", "null"]),
    ...each("addVariable's shape", (shape) => optimizer.addVariable({ name: "a", shape }), "an array of lengths", ["undefined", "null"]),
    ...each("addVariableFromReference", (value) => optimizer.addVariableFromReference(value, "a"), "a variable"),
    ...each("addVariableFromReference's name", (value) => optimizer.addVariableFromReference(v, value), "a string", ["a string"]),
    ...each("addOptimizerVariables", (value) => optimizer.addOptimizerVariables(value, "a"), "an array of variables"),
    ...each("finalizeVariableValues", (value) => optimizer.finalizeVariableValues(value), "an array of variables"),
    ...each("excludeFromWeightDecay", (value) => new keras.optimizers.SGD().excludeFromWeightDecay(value), "options", ["undefined"]),
    ...each("clipnorm", (value) => (optimizer.clipnorm = value), ".", ["undefined", "null", "a number"]),
    ...each("addWeight", (value) => metric.addWeight(value), ".", ["undefined", "null"]),
    ...each("statelessUpdateState", (value) => metric.statelessUpdateState(value, [1]), "an array of values"),
    ...each("statelessResult", (value) => metric.statelessResult(value), "an array of values"),
    ...each("random values", (value) => random(value), "an array of lengths"),
    ...each("random values by call", (value) => random.call(value, "float32"), "an array of lengths"),
    ...each("options of an initializer", (value) => random([2], value), ".", ["undefined"]),
    ...each("an identity", (value) => (new keras.initializers.Identity() as Anything)(value), "an array of lengths"),
    ...each("a constraint", (value) => (v.constraint = value), "a function of the value", ["null", "a function"]),
    ...each("a variable's trainable", (value) => (v.trainable = value), "true or false", ["null"]),
    ...each("a variable's name", (name) => tf.variable(1, { name }), "a string", ["undefined", "null", "a string"]),
    ...each("a variable's shape", (shape) => tf.variable(1, { shape, dtype: "float32" }), "an array of lengths", ["undefined", "null"]),
  ]);
  v.trainable = true;
  v.constraint = null;
  optimizer.clipnorm = null;
  optimizer.apply([tf.ones([2])], [v]);
  t.strictSame(v.array(), [0, 1], "the optimizer goes on");
});

t.test("members of tensors and variables that nobody may write", async (t) => {
  const tensor: Anything = tf.constant([1, 2, 3]);
  const variable: Anything = tf.variable([1, 2, 3]);
  await refuses(t, [
    ["tensor.shape", () => (tensor.shape = [3, 1]), /^tensor.shape: given an assignment of \[3, 1\]; expected .*x.reshape\(shape\)/],
    ["tensor.dtype", () => (tensor.dtype = "int32"), /^tensor.dtype: given an assignment of "int32"; expected .*x.cast\(dtype\)/],
    ["variable.value", () => (variable.value = [3, 2, 1]), /^variable.value: given an assignment of .*; expected variable.assign\(value\)/],
    ["variable.shape", () => (variable.shape = [1]), /^variable.shape: given an assignment of/],
    ["variable.dtype", () => (variable.dtype = "int32"), /^variable.dtype: given an assignment of/],
  ]);
  t.strictSame([tensor.shape, tensor.dtype, tensor.array(), variable.value().array()], [[3], "float32", [1, 2, 3], [1, 2, 3]]);
});

t.test("tensors and lists of tensors", async (t) => {
  const x: Anything = tf.constant([[1, 2], [3, 4]]); // prettier-ignore
  const list = (): Anything => new tf.TensorArray("float32", 3);
  const ragged: Anything = tf.ragged.constant([[1, 2], [3]]);
  const generator: Anything = tf.random.Generator.fromSeed(1);
  const shape: Anything = new tf.TensorShape([2, 3]);
  const table = ["undefined", "null", "a number"];
  await refuses(t, [
    ...each("at", (value) => x.at(value), "", ["null", "a bigint"]),
    ["at of a part", () => x.at(1.5), /getItem: given 1.5; expected whole numbers, slices/],
    ["at of an option", () => x.at({ begin: 1 }), /getItem: given \{ begin: 1 \}; expected .*\{ start, stop, step \}/],
    ["at of half a slice", () => x.at({ start: 0.5 }), /getItem: given/],
    ...each("write", (value) => list().write(value, 1), ".", ["a bigint"]),
    ["write to true", () => list().write(true, 1), /given the index true; expected a whole number/],
    ...each("split", (value) => list().split(tf.ones([4]), value), "an array of lengths"),
    ["split of parts", () => list().split(tf.ones([3]), [1.5, 1.5]), /the length 1.5/],
    ...each("toTensor", (value) => ragged.toTensor({ shape: value }), ".", ["undefined", "null"]),
    ["toTensor of a negative", () => ragged.toTensor({ shape: [2, -1] }), /the length -1/],
    ...each("skip", (value) => generator.skip(value), "a whole number", ["a number"]),
    ...each("resetFromSeed", (value) => generator.resetFromSeed(value), "a whole number", ["a number"]),
    ["a negative length", () => generator.uniform([-1]), /the length -1/],
    ...each("withRankAtLeast", (value) => shape.withRankAtLeast(value), "a whole number", ["a number"]),
    ...each("withRankAtMost", (value) => shape.withRankAtMost(value), "a whole number", ["a number"]),
    ...each("a spec's shape", (value) => new tf.TensorSpec(value), "an array of lengths", table.slice(0, 2)),
    ...each("a spec's dtype", (value) => new tf.TensorSpec([2], value), ".", table.slice(0, 1)),
    ...each("a seed", (value) => new keras.random.SeedGenerator(value), "an integer or null", table),
    ...each("a function", (value) => tf.function(value), "a function", ["a function"]),
  ]);
  t.strictSame(
    list()
      .split(tf.ones([4]), tf.constant([1, 3], { dtype: "int32" }))
      .read(1).shape,
    [3],
    "lengths as a tensor",
  );
  t.strictSame(ragged.boundingShape({ axis: tf.constant([1], { dtype: "int32" }) }).array(), [2], "axes as a tensor");
  t.strictSame(ragged.toTensor({ shape: [null, 3] }).shape, [2, 3]);
  t.strictSame(x.at({ start: 1, stop: undefined }).array(), [[3, 4]]);
});

t.test("callbacks", async (t) => {
  const { callbacks } = keras;
  const folder = mkdtempSync(join(tmpdir(), "kerasm-"));
  const made: readonly (() => Anything)[] = [
    () => new callbacks.EarlyStopping(),
    () => new callbacks.CSVLogger(join(folder, "log.csv")),
    () => new callbacks.ReduceLROnPlateau(),
    () => new callbacks.LearningRateScheduler(() => 0.1),
    () => new callbacks.History(),
    () => new callbacks.TensorBoard(join(folder, "board")),
  ];
  const warn = console.warn;
  console.warn = () => {};
  for (const make of made) {
    for (const logs of [undefined, null, {}]) {
      const callback = make();
      callback.setModel(compiled());
      await callback.onEpochEnd(0, logs);
      t.pass(`${callback.constructor.name}: ${String(logs)} counts as a record without values, as in Keras`);
    }
    const callback = make();
    callback.setModel(compiled());
    await refuses(t, [["logs", () => callback.onEpochEnd(0, "loss"), /logs: given "loss"; expected losses and metrics by name/]]);
  }
  console.warn = warn;
  const stopping: Anything = new callbacks.EarlyStopping({ monitor: "loss" });
  const bar: Anything = new keras.utils.Progbar(3, { verbose: 0 });
  await refuses(t, [
    ["no model", () => stopping.model, /given a callback that no model runs; .* Pass the callback to fit/],
    ["no model in a hook", () => (new callbacks.LearningRateScheduler(() => 1) as Anything).onEpochBegin(0), /Pass the callback to fit/],
    ["no run", () => (new callbacks.BackupAndRestore(folder) as Anything).onEpochEnd(0), /given a backup before onTrainBegin/],
    ...each("update", (value) => bar.update(value), "how many steps", ["a number"]),
    ...each("add", (value) => bar.add(value), "how many steps", ["a number"]),
  ]);
  t.equal(stopping.getMonitorValue({ loss: 3 }), 3);
});

t.test("datasets and checkpoints", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kerasm-"));
  const file = join(folder, "file");
  writeFileSync(file, "text");
  const data: Anything = tf.data.Dataset.range(4);
  const pairs: Anything = tf.data.Dataset.fromTensorSlices([[1, 2], [3, 4]] as never); // prettier-ignore
  const all = async (dataset: Anything): Promise<void> => {
    for await (const element of dataset) void element;
  };
  const manager: Anything = new tf.train.CheckpointManager(new tf.train.Checkpoint({ v: tf.variable(1) }), folder, { maxToKeep: 2 });
  await refuses(t, [
    ["a file in the place of a cache", () => all(data.cache(file)), /a path through a file that is no folder/],
    ["of a snapshot", () => all(data.snapshot(file)), /a path through a file that is no folder/],
    ["of a dataset", () => all(tf.data.Dataset.load(file)), /expected a folder that dataset.save wrote/],
    [
      "a shape that is a number",
      () => all(data.paddedBatch(2, { paddedShapes: 5 })),
      /paddedShapes: given 5 in element 0 .* expected a shape, or null/,
    ],
    ["one for several", () => all(pairs.map((a: Anything) => [a, a]).paddedBatch(2, { paddedShapes: 5 })), /paddedShapes: given 5/],
    ["a class of nothing", () => data.rejectionResample(null), /classFunc: given null; expected a function/],
    ["nothing to zip", () => tf.data.Dataset.zip(null as never), /Dataset.zip: given/],
    ...each("save", (checkpointNumber) => manager.save({ checkpointNumber }), "a whole number", ["undefined", "null", "a number"]),
    ["a negative number", () => manager.save({ checkpointNumber: -1 }), /checkpointNumber: given -1/],
  ]);
  t.match(await manager.save({ checkpointNumber: 5 }), /ckpt-5$/);
});

t.test("what Keras takes by place stands by place, and as an option", async (t) => {
  const random = new keras.initializers.GlorotUniform();
  t.strictSame(
    [random([2], "float16").dtype, random([2], { dtype: "float16" }).dtype, random([2]).dtype],
    ["float16", "float16", "float32"],
  );
  const metric = new keras.metrics.Mean();
  t.strictSame(metric.addWeight([2], "ones").array(), [1, 1]);
  t.strictSame(metric.addVariable([2], "ones", { name: "total" }).name, "total");
  const optimizer = new keras.optimizers.SGD();
  t.strictSame(optimizer.addVariable([2], "ones").array(), [1, 1]);
  t.strictSame(optimizer.addVariable({ name: "count", shape: [1], dtype: "int32" }).dtype, "int32");
});
