// Forms in which models, layers and their inputs may be written, and what is said of those that mean nothing.

import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const quiet = { verbose: 0 } as const;

/** Warnings that the action prints. */
async function warningsOf(action: () => unknown): Promise<string> {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (...args: unknown[]) => void said.push(args.join(" "));
  try {
    await action();
  } finally {
    console.warn = warn;
  }
  return said.join("\n");
}

t.test("new Model(inputs, outputs), and what is neither", async (t) => {
  const input = keras.Input({ shape: [2] });
  const output = new layers.Dense(1)(input);
  const model = new keras.Model(input, output, { name: "short" });
  t.equal(model.name, "short");
  t.strictSame(model(tf.ones([3, 2])).shape, [3, 1]);
  const named = new keras.Model({ a: input }, { b: output });
  t.strictSame(Object.keys(named<{ b: tf.Tensor }>({ a: tf.ones([3, 2]) })), ["b"]);
  class Own extends keras.Model {}
  t.strictSame(new Own([input], [output]).outputShape, [null, 1]);
  t.match(
    await messageOf(() => new keras.Model({ inputs: input, output } as never)),
    /^Model: given the unknown option "output".*Did you mean outputs\?/,
  );
  t.match(await messageOf(() => new keras.Model(input as never)), /^Model: given inputs alone; expected inputs and outputs/);
  t.match(
    await messageOf(() => new (keras.Model as new (...args: unknown[]) => unknown)(input, output, {}, 4)),
    /^Model: given 4 as argument 4/,
  );
});

t.test("models take what layers take: arrays, numbers, typed arrays, variables", (t) => {
  const row = [
    [1, 2],
    [3, 4],
  ];
  const input = keras.Input({ shape: [2] });
  const other = keras.Input({ shape: [], name: "scale" });
  const dense = new layers.Dense(1);
  const single = new keras.Model(input, dense(input));
  const expected = dense(row).array();
  const sequential = new keras.Sequential([new keras.Input({ shape: [2] }), dense]);
  for (const model of [single, sequential, new keras.Model([input], [dense(input)])]) {
    for (const given of [row, tf.variable(row), tf.constant(row)]) {
      t.strictSame(model(given as never).array(), expected);
    }
  }
  const several = new keras.Model([input, other], tf.keras.ops.multiply(input, tf.keras.ops.expandDims(other, -1)) as never);
  t.strictSame(several([row, [2, 3]] as never).array(), [[2, 4], [9, 12]]); // prettier-ignore
  t.strictSame(several([tf.variable(row), Float32Array.of(2, 3)] as never).array(), [[2, 4], [9, 12]]); // prettier-ignore
  const named = new keras.Model({ a: input, b: other }, tf.keras.ops.add(input, tf.keras.ops.expandDims(other, -1)) as never);
  t.strictSame(named({ a: row, b: [1, 1] } as never).array(), [[2, 3], [4, 5]]); // prettier-ignore
  const scalar = keras.Input({ batchShape: [] });
  t.equal(new keras.Model(scalar, tf.keras.ops.multiply(scalar, 2) as never)(3 as never).item(), 6);
  t.end();
});

t.test("call(x, training = false) and call(x, { training }) are told apart", async (t) => {
  const seen: unknown[][] = [];
  class Positional extends layers.Layer {
    override call(x: tf.Tensor, training = false, mask: tf.Tensor | null = null) {
      seen.push([training, mask?.shape ?? null]);
      return training ? x.mul(2) : x;
    }
  }
  class Named extends layers.Layer {
    override call(x: tf.Tensor, { training = false } = {}) {
      return training ? x.mul(2) : x;
    }
  }
  const x = tf.ones([2, 3]);
  for (const layer of [new Positional(), new Named()]) {
    t.equal(layer(x).data()[0], 1);
    t.equal(layer(x, { training: true }).data()[0], 2);
    t.equal(layer(x, { training: false }).data()[0], 1);
  }
  new Positional()(x, { mask: tf.ones([2, 3], { dtype: "bool" }) });
  t.strictSame(seen, [[false, null], [true, null], [false, null], [false, [2, 3]]]); // prettier-ignore
  class Swapped extends layers.Layer {
    override call(x: tf.Tensor, mask?: tf.Tensor | null, training?: boolean) {
      t.strictSame([mask, training], [undefined, true]);
      return x;
    }
  }
  new Swapped()(x, { training: true });
  class Outer extends keras.Model {
    inner = new Positional();
    override call(x: tf.Tensor, training = false) {
      return this.inner(x, { training });
    }
  }
  const model = new Outer();
  model.compile({ loss: "mse", optimizer: "sgd" });
  t.equal(await model.evaluate(x, x, quiet), 0);
  t.equal((model as (x: tf.Tensor, options: object) => tf.Tensor)(x, { training: true }).data()[0], 2);
});

t.test("a layer that hands no mask on says so once, by its name", async (t) => {
  const masked = () => new layers.Masking()(tf.constant([[[1, 2], [0, 0]]])); // prettier-ignore
  class Plain extends layers.Layer {
    override call(x: tf.Tensor) {
      return x;
    }
  }
  const dropping: [keras.Layer, RegExp][] = [
    [new Plain({ name: "mine" }) as never, /^mine \(Plain\): its input carries a mask, which it does not support/],
    [
      new layers.LSTM(2, { name: "lstm", returnSequences: true }) as never,
      /^lstm \(LSTM\): its input carries a mask, which it uses but does/,
    ],
    [new layers.GRU(2, { name: "gru" }) as never, /^gru \(GRU\)/],
    [new layers.RNN(new layers.SimpleRNNCell(2), { name: "rnn" }) as never, /^rnn \(RNN\)/],
    [new layers.Bidirectional(new layers.SimpleRNN(2), { name: "both" }) as never, /^both \(Bidirectional\)/m],
    [new layers.TimeDistributed(new layers.Dense(2), { name: "each" }) as never, /^each \(TimeDistributed\)/],
    [new layers.Conv1D(2, 1, { name: "conv" }) as never, /^conv \(Conv1D\)/],
  ];
  for (const [layer, expected] of dropping) {
    t.match(await warningsOf(() => layer(masked())), expected);
    t.equal(await warningsOf(() => layer(masked())), "", "once");
  }
  for (const layer of [new layers.Dense(2), new layers.Dropout(0.5), new layers.GlobalAveragePooling1D(), new layers.Masking()]) {
    t.equal(await warningsOf(() => (layer as (x: tf.Tensor) => unknown)(masked())), "");
  }
  t.equal(await warningsOf(() => new layers.LSTM(2)(tf.ones([1, 2, 2]))), "", "without a mask");
});

t.test("getWeights keeps shapes, and setWeights checks them", async (t) => {
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(3)]);
  const weights = model.getWeights();
  t.strictSame(weights.map(({ shape }) => shape), [[2, 3], [3]]); // prettier-ignore
  t.ok(weights[0] instanceof Float32Array && weights[0].length === 6);
  const twin = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(3)]);
  twin.setWeights(weights);
  t.strictSame(twin.getWeights(), weights);
  const turned = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(2, { useBias: false })]);
  t.match(
    await messageOf(() => turned.setWeights([weights[0]!])),
    /setWeights\[0\] \(kernel\): given a value of shape \[2, 3\]; expected \[3, 2\]/,
  );
});

t.test("options that no method knows, and callbacks that are none", async (t) => {
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(1)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const [x, y] = [tf.ones([4, 2]), tf.ones([4, 1])];
  const says = async (action: () => unknown, expected: RegExp) => t.match(await messageOf(action), expected);
  await says(
    () => model.compile({ optimiser: "sgd" } as never),
    /^compile: given the unknown option "optimiser".*Did you mean optimizer\?/,
  );
  await says(() => model.fit(x, y, { batch_size: 2 } as never), /^fit: given the unknown option "batch_size".*Did you mean batchSize\?/);
  await says(
    () => model.evaluate(x, y, { epochs: 2 } as never),
    /^evaluate: given the unknown option "epochs"; expected options among batchSize/,
  );
  await says(() => model.predict(x, { returnDict: true } as never), /^predict: given the unknown option "returnDict"/);
  await says(() => model.trainOnBatch(x, y, { verbose: 0 } as never), /^trainOnBatch: given the unknown option "verbose"/);
  await says(() => model.fit(x, y, { verbose: 3 as never }), /^fit.verbose: given 3; expected "auto", 0, 1 or 2/);
  await says(() => model.fit(x, y, { shuffle: "batches" as never }), /^fit.shuffle: given "batches"/);
  await says(() => model.fit(x, y, { validationData: 5 as never }), /^fit.validationData: given 5; expected \[x, y\]/);
  await says(() => (model.fit as (...args: unknown[]) => unknown).call(model, x, y, {}, {}), /^fit: given \{\}/);
  const fn = () => {};
  await says(
    () => model.fit(x, y, { ...quiet, callbacks: fn as never }),
    /^callbacks: given fn; expected an array of objects of keras.callbacks/,
  );
  await says(() => model.fit(x, y, { ...quiet, callbacks: [fn] as never }), /^callbacks: given fn/);
  await says(() => model.fit(x, y, { ...quiet, callbacks: "x" as never }), /^callbacks: given "x"/);
  t.equal((await model.fit(x, y, { ...quiet, callbacks: new keras.callbacks.History() })).epoch.length, 1, "a single callback");
});
