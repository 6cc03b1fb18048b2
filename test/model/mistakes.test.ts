// What people who port Keras programs type: mistakes that must not pass in silence, each with an error that names argument, given and
// expected, and things that look wrong and are not. Arrays that hold themselves, everywhere; JSON of everything; counts without end.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, ops, utils } = keras as any;
const any = tf as any;

const make = (units = 2, compile: object = {}, activation?: string): any => {
  const model = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(units, { activation })]);
  model.compile({ optimizer: "sgd", loss: "mse", ...compile });
  return model;
};
const classes = (loss: unknown = "sparse_categorical_crossentropy") => make(3, { loss }, "softmax");
const x = tf.ones([8, 3]);
const y = tf.ones([8, 2]);
const labels = (...values: number[]) => tf.constant(values, { dtype: values.every(Number.isInteger) ? "int32" : "float32" });
const good = labels(0, 1, 2, 0, 1, 2, 0, 1);
const fit = (options: object = {}, model = make(), targets: unknown = y): Promise<any> => model.fit(x, targets, { verbose: 0, ...options });
const batches = () => tf.data.Dataset.fromTensorSlices([x, y]).batch(4);

const [left, right] = [new keras.Input({ shape: [3] }), new keras.Input({ shape: [3] })];
const inner = new layers.Dense(2)(left);

const circle: unknown[] = [];
circle.push(circle);
const ring: Record<string, unknown> = { a: 1 };
ring["self"] = ring;
let deep: unknown = 1;
for (let i = 0; i < 50_000; i++) deep = [deep];

/** Classes of one's own, ported line by line and not quite. */
class SnakeModel extends keras.Model {
  train_step() {}
}
class SnakeCallback extends keras.callbacks.Callback {
  on_epoch_end() {}
}
class SnakeOptimizer extends (keras.optimizers.Optimizer as any) {
  update_step() {}
}
class SnakeStatic extends keras.layers.Layer {
  static from_config() {}
}
class Bare extends (keras.losses.Loss as any) {}
class BareMetric extends (keras.metrics.Metric as any) {}
class BareOptimizer extends (keras.optimizers.Optimizer as any) {}
class BareSchedule extends (keras.optimizers.schedules.LearningRateSchedule as any) {}
class BareInitializer extends (keras.initializers.Initializer as any) {}
class BareRegularizer extends (keras.regularizers.Regularizer as any) {}
/** A functional model from its config, part of which is another. */
const fromConfig = (part: object) => (keras.Model as any).fromConfig({ ...new keras.Model(left, inner).getConfig(), ...part });
const set = (object: any, name: string, value: unknown) => {
  object[name] = value;
};

const mistakes: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
  "a trainStep as in Python": [() => new SnakeModel(), /SnakeModel\.train_step: .*expected trainStep/],
  "a hook as in Python": [() => new SnakeCallback(), /SnakeCallback\.on_epoch_end: .*expected onEpochEnd/],
  "an updateStep as in Python": [() => new (SnakeOptimizer as any)(0.1), /SnakeOptimizer\.update_step: .*expected updateStep/],
  "a fromConfig as in Python": [() => new SnakeStatic(), /SnakeStatic\.from_config: .*expected fromConfig/],
  "an end of training as in Python": [() => set(make(), "stop_training", true), /stop_training: given true; expected .*stopTraining/],
  "a learning rate as in Python": [() => set(make().optimizer, "learning_rate", 0.3), /learning_rate: given 0.3; expected .*learningRate/],
  "a learning rate as in Keras 1": [() => set(make().optimizer, "lr", 0.3), /lr: given 0.3; expected .*learningRate/],
  "masks as in Python": [() => set(new layers.Dense(1), "supports_masking", true), /supports_masking: given true/],
  "text that would end training": [() => set(make(), "stopTraining", "no"), /stopTraining: given "no"/],
  "a name that is a path": [() => set(new layers.Dense(1), "name", "a/b"), /Dense\.name: given "a\/b"/],
  "a loss without call": [() => new (Bare as any)()([1], [2]), /Bare\.call: given a class without it/],
  "a metric without updateState": [() => new (BareMetric as any)()([1], [2]), /BareMetric\.updateState/],
  "a metric without result": [() => new (BareMetric as any)().result(), /BareMetric\.result/],
  "an optimizer without updateStep": [
    () => new (BareOptimizer as any)(0.1).applyGradients([[tf.constant(1), tf.variable(1)]]),
    /BareOptimizer\.updateStep/,
  ],
  "a schedule without call": [
    () => new keras.optimizers.SGD({ learningRate: new (BareSchedule as any)() }).learningRate,
    /BareSchedule\.call/,
  ],
  "an initializer without call": [
    () => new layers.Dense(1, { kernelInitializer: new (BareInitializer as any)() })(x),
    /BareInitializer\.call/,
  ],
  "a regularizer without call": [() => new (BareRegularizer as any)()(x), /BareRegularizer\.call/],
  "a cell without states": [() => new layers.SimpleRNNCell(2)(x), /simple_rnn_cell.*\.states: given none.*getInitialState/],
  "a GRU cell without states": [() => new layers.GRUCell(2)(x), /gru_cell.*\.states: given none/],
  "an LSTM cell without states": [() => new layers.LSTMCell(2)(x), /lstm_cell.*\.states: given none; expected an array of 2/],
  "an LSTM cell with one state": [
    () => new layers.LSTMCell(2)(x, tf.zeros([8, 2])),
    /lstm_cell.*\.states: given Tensor; expected an array of 2/,
  ],
  "a config without layers": [() => fromConfig({ layers: undefined }), /Model\.fromConfig\.layers: given undefined/],
  "a config whose layers are no list": [() => fromConfig({ layers: {} }), /Model\.fromConfig\.layers: given \{\}/],
  "a config with a layer that is none": [() => fromConfig({ layers: [null] }), /Model\.fromConfig\.layers: given \[null\]/],
  "a config without outputs": [() => fromConfig({ output_layers: null }), /Model\.fromConfig\.output_layers: given null/],
  "stacked cells without states": [() => new layers.StackedRNNCells([new layers.GRUCell(2)])(x), /\.states: given none/],
  "a label beyond the classes": [() => fit({}, classes(), labels(0, 1, 2, 3, 0, 1, 2, 0)), /label 3 .*from 0 to 2/],
  "a label −1": [() => fit({}, classes(), labels(0, 1, 2, -1, 0, 1, 2, 0)), /label -1/],
  "a label 0.5": [() => fit({}, classes(), labels(0, 1, 2, 0.5, 0, 1, 2, 0)), /label 0.5/],
  "one-hot labels for a sparse loss": [() => fit({}, classes(), tf.oneHot(good, 3)), /target \[8, 3\]/],
  "integer labels for a categorical loss": [() => fit({}, classes("categorical_crossentropy"), good), /target \[8\] and output \[8, 3\]/],
  "labels that are strings": [() => fit({}, make(), Array(8).fill(["a", "b"])), /fit\.y: given "a"/],
  "too few labels": [() => fit({}, make(), tf.ones([7, 2])), /x \[8, 3\], y \[7, 2\]/],
  "no labels": [() => fit({}, make(), null), /no labels for the output/],
  "labels of another width": [() => fit({}, make(), tf.ones([8, 5])), /\[8, 5\] and \[8, 2\]/],
  "a Sequential's name where trainable stands": [() => new keras.Sequential([], "name" as any), /Sequential\.trainable: given "name"/],
  "a Sequential's null where trainable stands": [() => new keras.Sequential([], null as any), /Sequential\.trainable: given null/],
  "four arguments of a Sequential": [() => new (keras.Sequential as any)([], true, "a", 4), /4 options one by one/],
  "a layer for a Sequential's list": [() => new keras.Sequential(new layers.Dense(2)), /Sequential\.layers: given dense/],
  "an option that a Sequential does not have": [() => new (keras.Sequential as any)([], { nme: "a" }), /unknown option "nme".* mean name/],
  "a number for a model's name": [() => new (keras.Model as any)(left, left, 3), /Model: given 3 as argument 3/],
  "outputs before inputs": [() => new keras.Model(inner, left), /not connected/],
  "an output of another input": [() => new keras.Model(left, [inner, right]), /not connected/],
  "an input of another output": [() => new keras.Model(right, inner), /not connected/],
  "a number for the function of a fold": [() => any.foldl(3, x), /foldl\.fn: given 3; expected a function/],
  "a number for the function of a scan": [() => any.scan(3, x), /scan\.fn: given 3/],
  "cases that are no pairs": [() => any.case({ default: 1 }), /case\.pairs/],
  "branches that are no array": [() => any.switchCase(0, { a: 1 }), /switchCase\.branchFns/],
  "no function for tidy": [() => any.tidy(null), /tidy: given null; expected a function/],
  "no function for initScope": [() => any.initScope(3), /initScope: given 3/],
  "no function for a tape": [() => new tf.GradientTape().record(3 as any), /GradientTape\.record: given 3; expected a function/],
  "no shape for a Keras tensor": [() => new keras.KerasTensor(null as any), /KerasTensor\.shape: given null/],
  "a tensor where a variable is updated": [() => (keras as any).backend.updateAdd(x, 1), /backend\.updateAdd\.x/],
  "lists of tf.zip that are none": [() => any.zip([1], 2), /zip: given 2/],
  "functions for callbacks": [() => fit({ callbacks: { onEpochEnd() {} } }), /LambdaCallback/],
  "no policy for all layers": [() => (keras as any).config.setDtypePolicy(null), /setDtypePolicy: given null/],
  "inputs of another width": [() => make().predict(tf.ones([8, 4])), /\[8, 4\].*length 3/],
  "one sample without an axis of samples": [() => make().predict(tf.ones([3])), /\[3\] for the input/],
  "no samples": [() => make().predict(tf.ones([0, 3])), /no samples/],
  "class weights of NaN": [() => fit({ classWeight: { 0: NaN } }, classes(), good), /classWeight: given 0: NaN/],
  "negative class weights": [() => fit({ classWeight: { 0: -1 } }, classes(), good), /classWeight: given 0: -1/],
  "class weights as a list": [() => fit({ classWeight: [1, 2, 3] }, classes(), good), /classWeight: given \[1, 2, 3\]/],
  "class weights as a Map": [() => fit({ classWeight: new Map([[0, 1]]) }, classes(), good), /classWeight: given Map/],
  "class weights by name": [() => fit({ classWeight: "balanced" }, classes(), good), /classWeight: given "balanced"/],
  "class and sample weights": [
    () => fit({ classWeight: { 0: 1 }, sampleWeight: tf.ones([8]) }, classes(), good),
    /classWeight and sampleWeight/,
  ],
  "too few sample weights": [() => fit({ sampleWeight: tf.ones([7]) }), /sampleWeight \[7\]/],
  "sample weights of another rank": [() => fit({ sampleWeight: tf.ones([8, 1, 2]) }), /\[8, 1, 2\]/],
  "sample weights beside batches": [() => make().fit(batches(), null, { sampleWeight: tf.ones([8]), verbose: 0 }), /beside batches/],
  "labels beside batches": [() => make().fit(batches(), y, { verbose: 0 }), /beside batches/],
  "validationSplit of batches": [() => make().fit(batches(), null, { validationSplit: 0.5, verbose: 0 }), /validationSplit/],
  "validationSplit of everything": [() => fit({ validationSplit: 1 }), /validationSplit: given 1/],
  "validationData without labels": [() => fit({ validationData: [x] }), /no labels/],
  "validationData of four": [() => fit({ validationData: [x, y, y, y] }), /validationData/],
  "epochs as text": [() => fit({ epochs: "3" }), /epochs: given "3"/],
  "half an epoch": [() => fit({ epochs: 1.5 }), /epochs: given 1.5/],
  "a batch of nothing": [() => fit({ batchSize: 0 }), /batchSize: given 0/],
  "an epoch without steps": [() => fit({ stepsPerEpoch: 0 }), /stepsPerEpoch: given 0/],
  "a misspelt option": [() => fit({ epoch: 3 }), /unknown option "epoch"/],
  "an option as in Python": [() => fit({ batch_size: 3 }), /unknown option "batch_size"/],
  "a misspelt loss": [() => fit({}, make(2, { loss: "mean_squared_eror" })), /mean_squared_eror/],
  "a misspelt optimizer": [() => make(2, { optimizer: "adamm" }), /adamm/],
  "a misspelt metric": [() => fit({}, make(2, { metrics: ["acuracy"] })), /acuracy/],
  "a loss for no output": [() => fit({}, make(2, { loss: { nope: "mse" } })), /"nope"/],
  "weights for more losses": [() => fit({}, make(2, { lossWeights: [1, 2] })), /lossWeights/],
  "a learning rate of NaN": [
    () => {
      make().optimizer.learningRate = NaN;
    },
    /learningRate: given NaN/,
  ],
  "a learning rate as text": [() => new keras.optimizers.SGD({ learningRate: "0.1" as never }), /learningRate: given "0.1"/],
  "a schedule that gives text": [
    () => fit({ callbacks: [new keras.callbacks.LearningRateScheduler(() => "a" as never)] }),
    /LearningRateScheduler.*"a"/,
  ],
  "a callback that is a function": [() => fit({ callbacks: [() => {}] }), /callbacks/],
  "a layer of no units": [() => new layers.Dense(0), /Dense.units: given 0/],
  "a rate above 1": [() => new layers.Dropout(1.5), /Dropout.rate: given 1.5/],
  "a misspelt padding": [() => new layers.Conv2D(2, 3, { padding: "samee" }), /padding: given "samee"/],
  "a window larger than the image": [() => new layers.MaxPooling2D(5)(tf.ones([1, 3, 3, 1])), /windows \[5, 5\]/],
  "two layers of one name": [() => new keras.Sequential([new layers.Dense(1, { name: "a" }), new layers.Dense(1, { name: "a" })]), /"a"/],
  "weights of another shape": [() => make().setWeights([tf.ones([2, 3]), tf.ones([2])]), /\[2, 3\].*\[3, 2\]/],
  "toCategorical beyond its classes, by position": [() => utils.toCategorical([0, 1, 3], 3), /label 3/],
  "an index beyond an embedding": [() => new layers.Embedding(4, 2)([[4]]).data(), /index 4/],
  "a batch of 0 elements": [() => tf.data.Dataset.range(3).batch(0), /batchSize: given 0/],
  "a misspelt option of constant": [() => any.constant([1], { dtpe: "int32" }), /constant: given the option "dtpe"/],
  "a number for the options of constant": [() => any.constant([1], 3), /constant: given the option 3/],
  "a misspelt option of scan": [
    () => ops.scan((c: unknown, v: unknown) => [c, v], tf.constant(0), tf.ones([2]), { revers: true }),
    /revers.*Did you mean reverse/,
  ],
  "true for the options of scan": [
    () => ops.scan((c: unknown, v: unknown) => [c, v], tf.constant(0), tf.ones([2]), true),
    /scan: given true/,
  ],
  "a number for the options of a layer's function": [() => layers.add([x, x], 3), /layers.add: given 3/],
  "a misspelt option of boxes": [
    () => utils.boundingBoxes.clipToImageSize({ boxes: tf.ones([1, 4]), labels: tf.ones([1]) }, { hight: 3 }),
    /hight.*height/,
  ],
  "an int64 that int32 cannot hold": [() => tf.constant(new BigInt64Array([2n ** 40n])), /1099511627776/],
  "a float64 that float32 cannot hold": [() => fit({}, make(), new Float64Array(16).fill(1e300)), /1e\+300/],
  "labels that int32 cannot hold": [() => fit({}, classes(), new BigInt64Array(8).fill(2n ** 33n)), /8589934592/],
  "a DataView": [() => any.constant(new DataView(new ArrayBuffer(4))), /DataView/],
  "a hole in an array": [() => tf.constant([1, , 3] as never), /undefined/],
};

/** What a call throws, at once or later; undefined where it does not. */
const refusal = (call: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (error: unknown) => error,
    );

for (const [what, [call, message]] of Object.entries(mistakes))
  t.test(`refused: ${what}`, async (t) => {
    const found = await refusal(call);
    t.ok(found instanceof tf.KerasmError, String(found));
    t.match((found as Error | undefined)?.message, message);
  });

t.test("what looks wrong and is not", async (t) => {
  t.same((await fit({ epochs: 0 })).history, {});
  t.same((await fit({ epochs: 2, initialEpoch: 5 })).history, {});
  t.equal((await fit({ batchSize: 1e9 })).history.loss.length, 1);
  t.equal((await fit({ classWeight: {} }, classes(), good)).history.loss.length, 1);
  t.equal((await fit({ sampleWeight: tf.ones([8, 1]) })).history.loss.length, 1);
  t.same(Object.keys((await fit({ validationSplit: 0.01 })).history), ["loss", "val_loss"]);
  const ignoring = new keras.losses.SparseCategoricalCrossentropy({ ignoreClass: -1 });
  t.ok(Number.isFinite((await fit({}, classes(ignoring), labels(0, 1, 2, -1, 0, 1, 2, 0))).history.loss[0]));
  t.equal(any.constant([1, 2], "int32").dtype, "int32", "dtype by position");
  t.same(any.constant(1, "int32", [2]).array(), [1, 1], "shape by position");
  t.same(layers.concatenate([x, x], 0).shape, [16, 3], "axis by position");
  t.same(utils.toCategorical([0, 2], 4).shape, [2, 4]);
});

t.test("arrays and records that hold themselves, and very deep ones", async (t) => {
  const model = make();
  const doors: Readonly<Record<string, (value: any) => unknown>> = {
    model: (v) => model(v),
    layer: (v) => new layers.Dense(2)(v),
    "a layer that takes strings": (v) => new layers.Hashing({ numBins: 3 })(v),
    fit: (v) => model.fit(v, v, { verbose: 0 }),
    evaluate: (v) => model.evaluate(x, v, { verbose: 0 }),
    predict: (v) => model.predict(v),
    trainOnBatch: (v) => model.trainOnBatch(v, v),
    sampleWeight: (v) => fit({ sampleWeight: v }),
    validationData: (v) => fit({ validationData: v }),
    setWeights: (v) => model.setWeights([v, v]),
    constant: (v) => tf.constant(v),
    add: (v) => ops.add(v, 1),
    concatenate: (v) => ops.concatenate(v),
    map: (v) => ops.map((each: unknown) => each, v),
    loss: (v) => new keras.losses.MeanSquaredError()(v, v),
    "tf.function": (v) => any.function((a: unknown) => a)(v),
    "a dataset": (v) => tf.data.Dataset.fromTensorSlices(v),
    "a function of a dataset": (v) => [...tf.data.Dataset.range(2).map(() => v)],
    "tf.ragged": (v) => any.ragged.constant(v),
    serialize: (v) => keras.saving.serializeKerasObject(v),
    deserialize: (v) => keras.saving.deserializeKerasObject(v),
    tree: (v) => keras.tree.flatten(v),
  };
  for (const [door, enter] of Object.entries(doors))
    for (const [kind, value] of Object.entries({ circle, ring, deep }))
      t.ok((await refusal(() => enter(value))) instanceof tf.KerasmError, `${door}: ${kind}`);
  t.same((await model.predict(x, { verbose: 0 })).shape, [8, 2], "the model is usable");
});

t.test("JSON of everything is what Keras would write, never internals", async (t) => {
  const named = (value: unknown) => (JSON.parse(JSON.stringify(value)) as { class_name?: string }).class_name;
  t.equal(JSON.stringify({ a: tf.ones([2]), v: tf.variable(3) }), '{"a":[1,1],"v":3}');
  t.equal(named(new layers.Dense(2)), "Dense");
  t.equal(named(make()), "Sequential");
  t.equal(named(new keras.metrics.Mean()), "Mean");
  t.equal(named(new keras.losses.MeanSquaredError()), "MeanSquaredError");
  t.equal(named(new keras.optimizers.Adam()), "Adam");
  t.equal(named(new keras.initializers.HeNormal()), "HeNormal");
  t.equal(named(keras.regularizers.l2(0.1)), "L2");
  t.equal(named(new keras.Input({ shape: [2] })), "__keras_tensor__");
  t.throws(() => tf.function((a: tf.Tensor) => (JSON.stringify(a), a))(x), { name: "StateError", message: /symbolic/ });
});

t.test("counts without end", async (t) => {
  const three = tf.data.Dataset.range(3);
  t.equal([...three.take(1e20)].length, 3);
  t.equal([...three.take(Infinity)].length, 3);
  t.equal([...three.skip(1e18)].length, 0);
  t.equal([...three.repeat(1e18).take(4)].length, 4);
  t.equal([...three.batch(1e15)].length, 1);
  t.equal([...three.shuffle(1e12)].length, 3);
  t.equal([...three.prefetch(1e12)].length, 3);
  t.throws(() => three.take(-2), { name: "ValueError", message: /-2/ });
  t.throws(() => three.take(1.5), { name: "ValueError", message: /1.5/ });
});

t.test("one batch of a generator closes it", async (t) => {
  let closed = 0;
  function* endless() {
    try {
      for (;;) yield [x, y];
    } finally {
      closed++;
    }
  }
  const model = make();
  await model.trainOnBatch(endless());
  await model.testOnBatch(endless());
  await model.profile(endless());
  t.equal(closed, 3);
});

t.test("doubles are said to become floats, once", async (t) => {
  const [warn, lines] = [console.warn, [] as string[]];
  console.warn = (line: string) => void lines.push(line);
  try {
    t.equal(tf.cast([0.1], "float64").dtype, "float32");
    tf.cast([0.1], "double");
  } finally {
    console.warn = warn;
  }
  t.equal(lines.length, 1);
  t.match(lines[0], /float64 is kept as float32/);
});

t.test("a model that nobody can see the layers of is told that it does not train, as Keras tells it", async (t) => {
  const [warn, lines] = [console.warn, [] as string[]];
  t.teardown(() => (console.warn = warn));
  console.warn = (line: string) => void lines.push(line);
  class Hidden extends keras.Model {
    readonly #dense = new layers.Dense(2);
    override call(x: tf.Tensor) {
      return this.#dense(x) as tf.Tensor;
    }
  }
  for (const model of [new Hidden({ name: "hidden" }), make()] as any[]) {
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit(x, y, { verbose: 0 });
  }
  t.match(lines, [/hidden\.fit: the model has no weights that train.*private fields/]);
  t.equal(lines.length, 1);
});
