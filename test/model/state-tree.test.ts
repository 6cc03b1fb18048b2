import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const quiet = { verbose: 0, shuffle: false } as const;
const x = tf.constant(
  Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 5)),
  { shape: [12, 2] },
);
const y = tf.constant(
  Float32Array.from({ length: 12 }, (_, i) => Math.cos(i * 3)),
  { shape: [12, 1] },
);

function network(): keras.Sequential {
  const model = new keras.Sequential(
    [
      new keras.Input({ shape: [2] }),
      new layers.Dense(3, { name: "hidden" }),
      new layers.BatchNormalization({ name: "norm" }),
      new layers.Dropout(0.5, { seed: 1, name: "first" }),
      new layers.Dropout(0.5, { seed: 2, name: "second" }),
      new layers.Dense(1, { name: "out" }),
    ],
    { name: "net" },
  );
  model.compile({ optimizer: new keras.optimizers.Adam({ name: "adam" }), loss: "mse", metrics: ["mae"] });
  return model;
}

t.test("the state of a model as a tree, and back", async (t) => {
  const model = network();
  await model.fit(x, y, quiet);
  const tree = model.getStateTree() as Record<string, Record<string, Record<string, Record<string, tf.Tensor>>>>;
  t.strictSame(Object.keys(tree), ["trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"]);
  t.strictSame(tree["trainable_variables"]!["net"]!["hidden"]!["kernel"]!.array(), model.weights[0]!.array());
  t.strictSame(Object.keys(tree["non_trainable_variables"]!["net"]!), ["norm", "first", "second"]);
  t.strictSame(Object.keys(tree["metrics_variables"]!), ["loss", "mae"]);
  t.equal((tree["optimizer_variables"]!["adam"] as unknown as Record<string, tf.Tensor>)["iteration"]!.item(), 1);
  const again = network();
  again.optimizer.build(again.trainableVariables);
  await again.evaluate(x, y, { verbose: 0 });
  again.setStateTree(tree as never);
  const options = { ...quiet, epochs: 2 };
  t.strictSame((await again.fit(x, y, options)).history, (await model.fit(x, y, options)).history, "seeds and the optimizer came along");
  const flat = model.getStateTree({ valueFormat: "numpy_array" }) as never as Record<
    string,
    Record<string, Record<string, Record<string, Float32Array & { shape: number[] }>>>
  >;
  const kernel = flat["trainable_variables"]!["net"]!["hidden"]!["kernel"]!;
  t.ok(kernel instanceof Float32Array);
  t.strictSame(kernel.shape, [2, 3]);
  kernel.fill(1);
  model.setStateTree({ trainable_variables: { net: { hidden: { kernel } } } });
  t.strictSame(model.weights[0]!.array(), [[1, 1, 1], [1, 1, 1]], "a part of it"); // prettier-ignore
});

t.test("a tree that does not fit changes nothing", async (t) => {
  const model = network();
  const before = model.getWeights();
  const says = async (tree: object, expected: RegExp) => t.match(await messageOf(() => model.setStateTree(tree as never)), expected);
  const kernel = tf.ones([2, 3]);
  await says({ trainable: {} }, /^net.setStateTree: given "trainable"; expected trainable_variables/);
  await says({ trainable_variables: { net: { hidden: { kernel, other: kernel } } } }, /given the path "net\/hidden\/other"/);
  await says({ trainable_variables: { net: { hidden: { kernel, bias: kernel } } } }, /given a value of shape \[2, 3\]; expected \[3\]/);
  t.strictSame(model.getWeights(), before);
  t.match(await messageOf(() => model.getStateTree({ valueFormat: "jax" as never })), /^getStateTree.valueFormat: given "jax"/);
});
