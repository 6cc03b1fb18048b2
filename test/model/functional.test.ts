import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const shapes = (tensors: readonly tf.Tensor[]) => tensors.map(({ shape }) => shape);

t.test("a model between inputs and outputs", async (t) => {
  const inputs = keras.Input({ shape: [784], name: "img" });
  let h = new layers.Dense(64, { activation: "relu" })(inputs);
  h = new layers.Dense(64, { activation: "relu" })(h);
  const outputs = new layers.Dense(10)(h);
  const model = new keras.Model({ inputs, outputs, name: "mnist_model" });
  t.equal(model.name, "mnist_model");
  t.strictSame(model(tf.ones([2, 784])).shape, [2, 10]);
  t.equal(model.weights.length, 6);
  t.strictSame(model.inputShape, [null, 784]);
  t.strictSame(model.getLayer({ index: 0 }).name, "img");
  t.equal(await messageOf(() => model(tf.ones([2, 7]))), "mnist_model: given an input of shape [2, 7]; expected shape [null, 784].");
  t.match(await messageOf(() => model.getLayer("nope")), /^mnist_model.getLayer: given "nope"; expected one of img, dense/);
});

t.test("several inputs and outputs, as arrays and records", async (t) => {
  const a = keras.Input({ shape: [3], name: "a" });
  const b = new keras.Input({ shape: [3], name: "b" });
  const sum = new layers.Add()([a, b]);
  const list = new keras.Model({ inputs: [a, b], outputs: [sum, new layers.Dense(2)(sum)] });
  const x = tf.ones([2, 3]);
  t.strictSame(shapes(list<tf.Tensor[]>([x, x])), [
    [2, 3],
    [2, 2],
  ]);
  t.strictSame(shapes(list<tf.Tensor[]>({ b: x, a: x })), shapes(list<tf.Tensor[]>([x, x])), "inputs of an array go by name too");
  const record = new keras.Model({ inputs: { a, b }, outputs: { sum, twice: keras.ops.multiply(sum, 2) } });
  const found = record<{ sum: tf.Tensor; twice: tf.Tensor }>({ a: x, b: x });
  t.strictSame(
    [found.sum.array(), found.twice.array()],
    [
      [
        [2, 2, 2],
        [2, 2, 2],
      ],
      [
        [4, 4, 4],
        [4, 4, 4],
      ],
    ],
  );
  t.match(await messageOf(() => list([x])), /given 1 input tensor; expected 2 input tensors/);
  t.match(await messageOf(() => record({ a: x })), /given inputs a; expected inputs a, b/);
});

t.test("shared layers, models in models, and models from the middle of others", async (t) => {
  const shared = new layers.Dense(4, { name: "shared" });
  const a = keras.Input({ shape: [3] });
  const b = keras.Input({ shape: [3] });
  const tower = new keras.Model({ inputs: a, outputs: shared(a), name: "tower" });
  const joined = new layers.Concatenate()([tower(a), tower(b), shared(b)]);
  const whole = new keras.Model({ inputs: [a, b], outputs: joined });
  t.equal(whole.weights.length, 2);
  t.strictSame(whole([tf.ones([2, 3]), tf.ones([2, 3])]).shape, [2, 12]);
  const features = keras.Input({ shape: [3] });
  const hidden = new layers.Dense(5)(features);
  const end = new layers.Dense(2)(hidden);
  const tail = new keras.Model({ inputs: hidden, outputs: end });
  t.strictSame(tail(tf.ones([1, 5])).shape, [1, 2]);
  t.match(
    await messageOf(() => new keras.Model({ inputs: a, outputs: joined })),
    /expected tensors that follow from the inputs of the model/,
  );
  t.match(
    await messageOf(() => new keras.Model({ inputs: a, outputs: tf.ones([1]) })),
    /Model.outputs: given Tensor; expected Keras tensors/,
  );
});

t.test("operations and chained methods are part of the model and of its config", async (t) => {
  keras.utils.clearSession();
  const x = keras.Input({ shape: [4], name: "x" });
  const y = keras.ops.greater(x.mul(2).sub(1), 0).cast("float32");
  const model = new keras.Model({ inputs: x, outputs: [y, keras.ops.getItem(x, ["...", { start: 1, stop: 3 }])] });
  const classes = (model.getConfig() as { layers: { class_name: string; name: string }[] }).layers.map(({ class_name: name }) => name);
  t.strictSame(
    classes,
    ["InputLayer", "Multiply", "Subtract", "Greater", "Cast", "GetItem"].filter((name) => classes.includes(name)),
  );
  const again = keras.models.modelFromJson(model.toJson());
  t.equal(again.toJson(), model.toJson());
  const input = tf.constant([[0, 0.25, 0.75, 1]]);
  t.strictSame(
    again<tf.Tensor[]>(input).map((each) => each.array()),
    [[[0, 0, 1, 1]], [[0.25, 0.75]]],
  );
});

t.test("a config keeps nested, shared and several-input models", async (t) => {
  const inner = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(2, { activation: "relu" })], { name: "inner" });
  const a = keras.Input({ shape: [3], name: "a" });
  const b = keras.Input({ shape: [3], name: "b" });
  const model = new keras.Model({ inputs: { a, b }, outputs: new layers.Subtract()([inner(a), inner(b)]) });
  const again = keras.models.modelFromJson(JSON.parse(JSON.stringify(model)) as object);
  t.equal(again.toJson(), model.toJson());
  again.setWeights(model.getWeights());
  const input = { a: tf.constant([[1, 2, 3]]), b: tf.constant([[3, 1, 2]]) };
  t.strictSame(again(input).array(), model(input).array());
});

t.test("a Sequential is built with its input, or by the first call", async (t) => {
  const built = new keras.Sequential([new keras.Input({ shape: [4] }), new layers.Dense(3), new layers.Dense(2)]);
  t.equal(built.weights.length, 4);
  t.strictSame(built.outputShape, [null, 2]);
  const later = new keras.Sequential([new layers.Dense(3)], { name: "later" });
  t.equal(later.weights.length, 0);
  later.add(new layers.Dense(2, { name: "end" }));
  t.strictSame(later(tf.ones([5, 7])).shape, [5, 2]);
  t.equal(later.layers.length, 2);
  t.strictSame(later(tf.ones([1, 7])).shape, [1, 2], "any batch");
  t.match(await messageOf(() => later.add(new layers.Dense(2, { name: "end" }))), /^later.add: given another layer named "end"/);
  t.match(await messageOf(() => later.add({})), /^later.add: given \{\}; expected a layer/);
  t.match(await messageOf(() => new keras.Sequential([])(tf.ones([1, 1]))), /given a Sequential without layers; expected at least one/);
  later.pop();
  t.equal(later.layers.length, 1);
});

t.test("a model of one's own", async (t) => {
  class Mine extends keras.Model {
    dense = new layers.Dense(3);
    override call(x: tf.Tensor, { training = false } = {}) {
      return training ? this.dense(x).mul(2) : this.dense(x);
    }
  }
  const model = new Mine();
  model.build([null, 2]);
  t.equal(model.weights.length, 2);
  const x = tf.ones([1, 2]);
  t.strictSame(model(x, { training: true }).array(), model(x).mul(2).array());
  const outer = keras.Input({ shape: [2] });
  t.strictSame(new keras.Model({ inputs: outer, outputs: model(outer) })(x).array(), model(x).array());
  t.match(await messageOf(() => new keras.Model()(x)), /expected a class with a method call, or inputs and outputs/);
});

t.test("summary prints Keras's table", async (t) => {
  keras.utils.clearSession();
  const print = (model: keras.Model, options = {}) => {
    let text = "";
    model.summary({ ...options, printFn: (line) => (text += line) });
    return text;
  };
  const model = new keras.Sequential([
    new keras.Input({ shape: [784] }),
    new layers.Dense(64, { activation: "relu" }),
    new layers.Dense(10),
  ]);
  t.equal(
    print(model, { lineLength: 88 }),
    `Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ dense (Dense)                        │ (None, 64)                  │          50,240 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense_1 (Dense)                      │ (None, 10)                  │             650 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 50,890 (198.79 KB)
 Trainable params: 50,890 (198.79 KB)
 Non-trainable params: 0 (0.00 B)
`,
  );
  const a = keras.Input({ shape: [3], name: "a" });
  const outputs = new layers.Add({ name: "sum" })([new layers.Dense(3, { name: "left" })(a), a]);
  const text = print(new keras.Model({ inputs: a, outputs, name: "net" }), { lineLength: 108 });
  t.match(text, /│ sum \(Add\) +│ \(None, 3\) +│ +0 │ left\[0\]\[0\], a\[0\]\[0\] +│/);
  t.match(print(new keras.Sequential([new layers.Dense(2)])), /│ dense_\d \(Dense\) +│ \? +│ +0 \(unbuilt\) │/);
  model.compile({ optimizer: "adam", loss: "mse" });
  model.optimizer.build(model.trainableWeights);
  t.match(print(model), / Total params: 152,672 \(596\.38 KB\)\n.*\n.*\n Optimizer params: 101,782 \(397\.59 KB\)\n$/);
  t.match(print(model, { showTrainable: true }), /│ dense \(Dense\).*│ +Y +│/);
});
