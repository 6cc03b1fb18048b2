// Models made anew, and graphs as functions.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops } = keras;

function twoWays() {
  const a = keras.Input({ shape: [3], name: "a" });
  const shared = new keras.layers.Dense(4, { activation: "tanh", name: "shared" });
  const y = ops.multiply(ops.add(shared(a), shared(ops.square(a))), 0.5);
  return new keras.Model({ inputs: a, outputs: new keras.layers.Dense(2, { name: "head" })(y), name: "two_ways" });
}

t.test("a clone has the graph and weights of its own", async (t) => {
  const model = twoWays();
  const clone = keras.models.cloneModel(model);
  const x = tf.constant([[0.1, -0.4, 0.7]]);
  t.strictSame(clone.layers.map(({ name }) => name), model.layers.map(({ name }) => name)); // prettier-ignore
  t.notSame((clone(x) as tf.Tensor).array(), (model(x) as tf.Tensor).array());
  clone.setWeights(model.getWeights());
  t.ok(ops.allclose(clone(x) as tf.Tensor, model(x) as tf.Tensor).item());
  t.equal(clone.weights.length, 4, "the shared layer is shared");
  t.notOk(clone.weights.some((weight) => model.weights.includes(weight)));
});

t.test("functions decide about layers, calls and inputs", async (t) => {
  const model = twoWays();
  const kept = keras.models.cloneModel(model, { cloneFunction: (layer) => layer });
  const x = tf.constant([[0.1, -0.4, 0.7]]);
  t.ok(ops.allclose(kept(x) as tf.Tensor, model(x) as tf.Tensor).item());
  const calls: string[] = [];
  keras.models.cloneModel(model, { callFunction: (layer, args, options) => (calls.push(layer.name), layer.replay(args, options)) });
  t.strictSame(calls, ["shared", "shared", "head"]);
  const begin = keras.Input({ shape: [3], batchSize: 5 });
  t.strictSame(keras.models.cloneModel(model, { inputTensors: [begin] }).outputShape, [5, 2]);
  t.throws(() => keras.models.cloneModel(model, { inputTensors: [begin, begin] }), { name: "ArgumentError" });
  t.throws(() => keras.models.cloneModel(model, { cloneFunction: () => 3 as never }), { name: "ArgumentError" });
  t.throws(() => keras.models.cloneModel(model, { clone: 1 } as never), { name: "ArgumentError" });
  const row = new keras.Sequential({ layers: [new keras.Input({ shape: [3] }), new keras.layers.Dense(2)], name: "row" });
  const again = keras.models.cloneModel(row);
  t.strictSame([again.name, again.outputShape], ["row", [null, 2]]);
});

t.test("a graph is a function", async (t) => {
  const [a, b] = [keras.Input({ shape: [2] }), keras.Input({ shape: [2] })];
  const f = new keras.Function({ a, b }, { sum: ops.add(a, b), product: ops.multiply(a, b) });
  const result = f({ a: [[1, 2]], b: [[3, 4]] }) as Record<string, tf.Tensor>; // prettier-ignore
  t.strictSame([result["sum"]!.array(), result["product"]!.array()], [[[4, 6]], [[3, 8]]]); // prettier-ignore
  t.equal(f.operations.length, 4);
  t.strictSame(f.computeOutputShape({ a: [7, 2], b: [7, 2] }), { sum: [7, 2], product: [7, 2] });
  t.throws(() => new keras.Function(a, ops.add(a, b)), { name: "StateError" });
});
