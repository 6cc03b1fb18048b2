// The dtype of floats that are given none: what is made after it was set has it.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, ops } = keras;

t.test("setFloatx decides for all that is given no dtype, and for nothing that was made before", async (t) => {
  const { config } = tf.keras;
  t.throws(() => config.setFloatx("int32"), /given "int32"; expected one of float16, bfloat16, float32, float64/);
  t.equal(config.floatx(), "float32");
  t.teardown(() => config.setFloatx("float32"));
  const before = new layers.Dense(2);
  for (const half of ["float16", "bfloat16"] as const) {
    config.setFloatx(half);
    t.equal(config.floatx(), half);
    const made = [
      ops.zeros([2]),
      ops.ones([2]),
      ops.eye(2),
      ops.tri(2),
      ops.oneHot([1], 2),
      keras.random.normal([2]),
      keras.random.uniform([2]),
    ];
    t.same(
      made.map(({ dtype }) => dtype),
      made.map(() => half),
    );
    t.equal(new keras.Input({ shape: [3] }).dtype, half);
    t.equal(new keras.initializers.GlorotUniform().call([2, 2], half).dtype, half);
    const model = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(4, { activation: "relu" }), new layers.Dense(1)]);
    model.compile({ optimizer: new keras.optimizers.SGD(0.01), loss: "mse", metrics: ["mae"] });
    t.same(
      model.weights.map(({ dtype }) => dtype),
      [half, half, half, half],
    );
    const { history } = await model.fit(tf.ones([8, 3]), tf.ones([8, 1]), { epochs: 2, verbose: 0 });
    for (const value of [...history["loss"]!, ...history["mae"]!]) t.ok(Number.isFinite(value), `${half}: ${value}`);
    t.equal((model(tf.ones([1, 3])) as tf.Tensor).dtype, half);
    t.equal(tf.constant(1).dtype, "float32", "TensorFlow's constants are float32");
  }
  config.setFloatx("float32");
  t.equal(before.computeDtype, "float32");
  t.equal(ops.ones([1]).dtype, "float32");
});
