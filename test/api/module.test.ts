// tf.Module: variables and submodules by fields, names by scopes, checkpoints, calls.

import t from "tap";
import * as tf from "../../lib/index.js";

class Dense extends tf.Module {
  w: tf.Variable;
  b: tf.Variable;
  constructor(inputs: number, units: number, options?: { name?: string }) {
    super(options);
    [this.w, this.b] = this.nameScope(() => [
      tf.variable(tf.ones([inputs, units]), { name: "w" }),
      tf.variable(tf.zeros([units]), { name: "b" }),
    ]) as [tf.Variable, tf.Variable];
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.nn.relu(tf.matmul(x, this.w).add(this.b));
  }
}

class Net extends tf.Module {
  steps = tf.variable(0, { dtype: "int32", trainable: false });
  blocks = [new Dense(3, 4), new Dense(4, 2, { name: "last" })];
  named = { extra: new Dense(2, 2) };
  override call(x: tf.Tensor): tf.Tensor {
    return [...this.blocks, this.named.extra].reduce((y, block) => block(y) as tf.Tensor, x);
  }
}

t.test("variables stand in order of the fields' names, own ones first; submodules are found in arrays and records", async (t) => {
  const net = new Net({ name: "net" });
  t.equal(net.name, "net");
  t.equal(net.submodules.length, 3);
  t.strictSame(
    net.submodules.map(({ name }) => name),
    ["dense", "last", "dense"],
  );
  t.strictSame(
    net.variables.map(({ name }) => name),
    ["Variable", "dense/b", "dense/w", "last/b", "last/w", "dense/b", "dense/w"],
  );
  t.equal(net.trainableVariables.length, 6);
  t.strictSame(net.nonTrainableVariables, [net.steps]);
  t.same(net(tf.ones([1, 3])).array(), [[24, 24]]);
});

t.test("a variable that stands twice is one, and a module that holds itself ends", async (t) => {
  const outer = new tf.Module() as tf.Module & { a: unknown; b: unknown; self: unknown };
  const shared = tf.variable(1);
  Object.assign(outer, { a: shared, b: [shared], self: outer });
  t.strictSame(outer.variables, [shared]);
  t.strictSame(outer.submodules, []);
});

t.test("layers of Keras in a module give their weights", async (t) => {
  const outer = Object.assign(new tf.Module({ name: "outer" }), { layer: new tf.keras.layers.BatchNormalization() });
  outer.layer(tf.ones([2, 3]));
  t.equal(outer.variables.length, 4);
  t.equal(outer.trainableVariables.length, 2);
});

t.test("names: scopes nest, withNameScope wraps a method, default names are the class's", async (t) => {
  class MyThing extends tf.Module {
    make = tf.Module.withNameScope(function () {
      return tf.nameScope("inner", () => tf.variable(0, { name: "x" })) as tf.Variable;
    });
  }
  const thing = new MyThing();
  t.equal(thing.name, "my_thing");
  t.equal(thing.make.call(thing).name, "my_thing/inner/x");
  t.equal(tf.variable(0, { name: "x" }).name, "x");
  const nested = tf.nameScope("a", () => new MyThing({ name: "b" })) as MyThing;
  t.equal(nested.nameScope.scope, "a/b/");
  t.throws(() => new MyThing({ name: "not valid" }), /Module\.name: given "not valid"/);
  t.throws(() => new (tf.Module as new (...args: unknown[]) => unknown)({ nmae: "x" }), /nmae/);
  t.throws(() => thing(1), /without a method call/);
});

t.test("a checkpoint saves a module and brings it back", async (t) => {
  const [one, other] = [new Net(), new Net()];
  one.blocks[1]!.w.assign(tf.fill([4, 2], 7));
  const path = await new tf.train.Checkpoint({ model: one }).save("memory://modules/ckpt");
  (await new tf.train.Checkpoint({ model: other }).restore(path)).assertConsumed();
  t.same(other(tf.ones([1, 3])).array(), one(tf.ones([1, 3])).array());
});

t.test("gradients flow and a traced call trains", async (t) => {
  const model = new Dense(1, 1);
  const step = tf.function((x: tf.Tensor, y: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceMean(tf.square(tf.subtract(model(x) as tf.Tensor, y))));
    const gradients = tape.gradient(loss, model.trainableVariables as tf.Variable[]);
    model.trainableVariables.forEach((variable, i) => variable.assignSub(gradients[i]!.mul(0.1)));
    return loss;
  });
  const [x, y] = [tf.constant([[1], [2]]), tf.constant([[3], [5]])];
  const first = step(x, y).item();
  let last = first;
  for (let i = 0; i < 50; i++) last = step(x, y).item();
  t.ok(last < first / 100, `${first} → ${last}`);
});
