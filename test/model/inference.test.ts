// model.optimizeForInference: normalization taken into the layer before it gives what the model gives.

import t from "tap";
import * as tf from "../../lib/index.js";
import { keras } from "../../lib/index.js";
import { make, setFormulaWeights } from "../applications/facts.js";

const { layers } = keras;
t.setTimeout(240_000);

type Assertions = Pick<typeof t, "equal" | "ok" | "strictSame">;

/** Weights as after some training: no mean is 0, no variance 1. */
function shake(model: keras.Model): void {
  tf.random.setSeed(3);
  for (const weight of model.weights) {
    const spread = tf.random.uniform(weight.shape as number[], { minval: 0.3, maxval: 1.2 });
    weight.assign(/variance/.test(weight.name) ? spread : tf.subtract(spread, 0.6));
  }
}

const count = (model: keras.Model): number =>
  model.layers.reduce(
    (sum, each) => sum + (each instanceof layers.BatchNormalization ? 1 : each instanceof keras.Model ? count(each) : 0),
    0,
  );

/** The largest difference of what two models give, in parts of the largest value. */
function difference(a: keras.Model, b: keras.Model, x: tf.Tensor): number {
  const [p, q] = [a, b].map((model) => (model(x) as tf.Tensor).data() as Float32Array);
  const largest = p!.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return p!.reduce((most, value, i) => Math.max(most, Math.abs(value - q![i]!)), 0) / largest;
}

async function check(t: Assertions, model: keras.Model, shape: readonly number[], left: number): Promise<keras.Model> {
  shake(model);
  const before = model.getWeights().map((values) => [...values]);
  const x = tf.random.normal(shape as number[]);
  const quick = await model.optimizeForInference();
  t.equal(count(quick), left, "normalizations that are left");
  t.strictSame(quick.outputShape, model.outputShape);
  t.ok(difference(model, quick, x) < 1e-4, `${difference(model, quick, x)}`);
  t.strictSame(model.getWeights().map((values) => [...values]), before, "the model is as it was"); // prettier-ignore
  t.equal(quick.trainableWeights.length, 0);
  const answer = (quick(x) as tf.Tensor).data();
  for (const weight of model.weights) weight.assign(tf.zerosLike(weight));
  t.strictSame((quick(x) as tf.Tensor).data(), answer, "later changes of the model are its own");
  return quick;
}

const image = [2, 6, 5, 3];
const first = { dataFormat: "channels_first" } as const;
const kinds: Readonly<Record<string, { layer: () => object; shape: readonly number[]; axis?: number }>> = {
  Dense: { layer: () => new layers.Dense(4), shape: [2, 3] },
  "Dense without bias, of sequences": { layer: () => new layers.Dense(4, { useBias: false }), shape: [2, 5, 3], axis: 2 },
  Conv1D: { layer: () => new layers.Conv1D(4, 3, { padding: "causal" }), shape: [2, 7, 3] },
  Conv2D: { layer: () => new layers.Conv2D(4, 3, { strides: 2, padding: "same", useBias: false }), shape: image },
  "Conv2D in groups": { layer: () => new layers.Conv2D(6, 2, { groups: 3 }), shape: image },
  "Conv2D, channels first": { layer: () => new layers.Conv2D(4, 2, first), shape: [2, 3, 6, 5], axis: 1 },
  Conv3D: { layer: () => new layers.Conv3D(4, 2), shape: [1, 3, 4, 3, 2] },
  Conv2DTranspose: { layer: () => new layers.Conv2DTranspose(4, 3, { strides: 2 }), shape: image },
  DepthwiseConv2D: { layer: () => new layers.DepthwiseConv2D(3, { padding: "same" }), shape: image },
  "DepthwiseConv2D with a multiplier": { layer: () => new layers.DepthwiseConv2D(2, { depthMultiplier: 3, useBias: false }), shape: image },
  "DepthwiseConv2D, channels first": { layer: () => new layers.DepthwiseConv2D(2, first), shape: [2, 3, 6, 5], axis: 1 },
  SeparableConv2D: { layer: () => new layers.SeparableConv2D(4, 3, { depthMultiplier: 2 }), shape: image },
};

for (const [name, { layer, shape, axis = -1 }] of Object.entries(kinds))
  t.test(name, async (t) => {
    for (const options of [{}, { center: false }, { scale: false, epsilon: 0.1 }]) {
      const normalization = new layers.BatchNormalization({ axis, ...options });
      const model = new keras.Sequential([keras.Input({ shape: shape.slice(1) }), layer(), normalization, new layers.ReLU()]);
      const quick = await check(t, model, shape, 0);
      t.type(quick, keras.Sequential);
      t.equal(quick.layers.length, 2);
    }
  });

t.test("in a graph, with what has to stay", async (t) => {
  const x = keras.Input({ shape: image.slice(1) });
  const conv = (filters: number, options: object = {}) => new layers.Conv2D(filters, 3, { padding: "same", useBias: false, ...options });
  const norm = () => new layers.BatchNormalization();
  class Doubled extends layers.Conv2D {
    override call(x: tf.Tensor) {
      return tf.multiply(super.call(x), 2);
    }
  }
  const folded = norm()(conv(4)(x));
  const seen = conv(4)(x);
  const activated = norm()(conv(4, { activation: "relu" })(x));
  const shared = conv(4);
  const adapted = conv(4);
  const twice = [norm()(shared(x)), norm()(shared(x))];
  const last = norm()(norm()(conv(4)(x)));
  const ofOnesOwn = norm()(new Doubled(4, 3, { padding: "same" })(x));
  const otherAxis = new layers.BatchNormalization({ axis: 1 })(conv(4)(x));
  const lowRank = norm()(adapted(x));
  adapted.enableLora(2);
  const sum = new layers.Add()([folded, norm()(seen), seen, activated, ...twice, last, ofOnesOwn, otherAxis, lowRank] as tf.Tensor[]);
  const model = new keras.Model({ inputs: x, outputs: [sum, folded] as tf.Tensor[] });
  shake(model);
  const quick = await model.optimizeForInference();
  t.equal(count(quick), 8, "two of ten are taken in");
  const given = tf.random.normal(image);
  const [a, b] = [model, quick].map((each) => each<tf.Tensor[]>(given).map((y) => y.data() as Float32Array));
  a!.forEach((values, i) => t.ok(values.every((value, k) => Math.abs(value - b![i]![k]!) < 1e-4 * Math.max(1, Math.abs(value)))));
});

t.test("models inside of models", async (t) => {
  const inner = new keras.Sequential([keras.Input({ shape: [6] }), new layers.Dense(5), new layers.BatchNormalization()]);
  const x = keras.Input({ shape: [4] });
  const y = new layers.Dense(6, { useBias: false })(x);
  const block = keras.Input({ shape: [5] });
  const middle = new keras.Model({ inputs: block, outputs: new layers.BatchNormalization()(new layers.Dense(3)(block)) });
  const model = new keras.Model({ inputs: x, outputs: middle(inner(new layers.BatchNormalization()(y))) });
  const quick = await check(t, model, [3, 4], 0);
  t.strictSame(
    quick.layers.map(({ name }) => name),
    model.layers.map(({ name }) => name).filter((name) => !/^batch/.test(name)),
  );
  const row = new keras.Sequential([keras.Input({ shape: [4] }), model, new layers.Dense(2)]);
  await check(t, row, [3, 4], 0);
});

t.test("networks", async (t) => {
  for (const [name, args, left] of [
    ["MobileNet", { alpha: 0.25, input_shape: [32, 32, 3] }, 0],
    ["MobileNetV2", { alpha: 0.35, input_shape: [32, 32, 3] }, 0],
    ["EfficientNetB0", { input_shape: [32, 32, 3] }, 0],
    ["ResNet50V2", { input_shape: [32, 32, 3] }, 17],
  ] as const) {
    const model = await make(name, { classes: 10, ...args } as never);
    setFormulaWeights(model, 1);
    const quick = await model.optimizeForInference();
    t.equal(count(quick), left, name);
    const x = tf.random.uniform([2, ...(args.input_shape as unknown as number[])], { minval: -1, maxval: 1 });
    t.ok(difference(model, quick, x) < 1e-4, `${name}: ${difference(model, quick, x)}`);
    t.ok((await quick.predict(x)) instanceof tf.Tensor);
  }
});

t.test("what learned something else than weights is shared", async (t) => {
  const lookup = new layers.IntegerLookup();
  lookup.adapt([7, 5, 7] as never);
  const x = keras.Input({ shape: [1], dtype: "int32" });
  const y = new layers.Flatten()(new layers.Embedding(4, 3)(lookup(x)));
  const model = new keras.Model({ inputs: x, outputs: new layers.BatchNormalization()(new layers.Dense(2)(y)) });
  shake(model);
  const quick = await model.optimizeForInference();
  const [a, b] = [model, quick].map((each) => (each(tf.constant([[7], [5], [6]], { dtype: "int32" })) as tf.Tensor).array());
  t.ok(tf.reduceMax(tf.abs(tf.subtract(a as never, b as never))).item() < 1e-5);
  t.equal(count(quick), 0);
});

t.test("layers in few bits stay as they are", async (t) => {
  const model = new keras.Sequential([
    keras.Input({ shape: [8] }),
    new layers.Dense(6),
    new layers.BatchNormalization(),
    new layers.Dense(4),
    new layers.BatchNormalization(),
  ]);
  shake(model);
  model.quantize({ mode: "int8", filters: model.layers[0]!.name, verbose: false } as never);
  const quick = await model.optimizeForInference();
  t.equal(count(quick), 1);
  t.ok(difference(model, quick, tf.random.normal([5, 8])) < 1e-4);
});

t.test("models without a graph are refused", async (t) => {
  class Own extends keras.Model {
    override call(x: tf.Tensor) {
      return x;
    }
  }
  await t.rejects(new Own({ name: "own" }).optimizeForInference(), {
    name: "StateError",
    message: "own.optimizeForInference: given a Own; expected a functional model, or a Sequential that is built.",
  });
  await t.rejects(new keras.Sequential([new layers.Dense(1)], { name: "row" }).optimizeForInference(), {
    message:
      "row.optimizeForInference: given a Sequential that is not built; expected a functional model, or a Sequential that is built. Begin it with keras.Input, or call it once.",
  });
});
