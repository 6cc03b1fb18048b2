// Under mixed_float16 a model scales its losses by itself, as Keras does; a step whose gradients overflow changes nothing.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { LossScaleOptimizer, SGD } = keras.optimizers;

const make = (dtype: string): tf.keras.Sequential =>
  new keras.Sequential([keras.Input({ shape: [4] }), new keras.layers.Dense(3, { dtype })], { dtype });

t.test("compile puts a LossScaleOptimizer around the optimizer under mixed_float16 alone", async (t) => {
  const compiled = (dtype: string, options: object): unknown => {
    const model = make(dtype);
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: "mse", ...options });
    return model.optimizer;
  };
  t.ok(compiled("mixed_float16", {}) instanceof LossScaleOptimizer);
  for (const optimizer of [compiled("mixed_float16", { autoScaleLoss: false }), compiled("mixed_bfloat16", {}), compiled("float32", {})])
    t.ok(optimizer instanceof SGD);
  const own = new LossScaleOptimizer("sgd");
  t.equal(compiled("mixed_float16", { optimizer: own }), own, "not twice");
  keras.config.setDtypePolicy("mixed_float16");
  t.teardown(() => keras.config.setDtypePolicy("float32"));
  const model = new keras.Sequential([keras.Input({ shape: [4] }), new keras.layers.Dense(3)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  t.ok(model.optimizer instanceof LossScaleOptimizer);
  t.equal(
    (model.getCompileConfig() as { optimizer: { class_name: string } }).optimizer.class_name,
    "SGD",
    "the config says what was asked for",
  );
});

t.test("training: weights move where gradients are finite, and stay where they are not", async (t) => {
  const model = make("mixed_float16");
  model.compile({ optimizer: new SGD({ learningRate: 0.05 }), loss: "mse" });
  const [x, y] = [keras.random.normal([32, 4], { seed: 1 }), keras.random.normal([32, 3], { seed: 2 })];
  const history = await model.fit(x, y, { epochs: 20, verbose: 0 });
  const losses = history.history["loss"]!;
  t.ok(losses.every(Number.isFinite) && losses.at(-1)! < losses[0]!);
  t.same(model.weights.map(({ dtype }) => dtype), ["float32", "float32"]); // prettier-ignore
  const before = model.getWeights();
  const { dynamicScale } = model.optimizer as unknown as { dynamicScale: { item(): number } };
  const scale = dynamicScale?.item();
  await model.fit(tf.multiply(x, 6e4), y, { epochs: 1, verbose: 0 });
  t.same(model.getWeights(), before, "a step that overflows is left out");
  if (scale !== undefined) t.ok(dynamicScale.item() < scale);
});
