// Values that are made anew for the backward pass: the same bits in less memory; nothing of it in programs without large values.

import t from "tap";
import * as tf from "../../lib/index.js";
import { againFrom } from "../../lib/graph/passes/again.js";
import { passes, usePasses } from "../../lib/graph/passes/index.js";

const { layers } = tf.keras;

const among = <R>(least: number, action: () => R): R => {
  const before = usePasses(
    passes.map((pass) =>
      pass.name === "again" ? { ...pass, run: (graph: Parameters<typeof pass.run>[0]) => againFrom(least, graph) } : pass,
    ),
  );
  try {
    return action();
  } finally {
    usePasses(before);
  }
};

/** A step on a network in which each layer's normalization is cut at zero and read again by gradients; its weights after two of them. */
function trained(least: number): { weights: tf.Tensor[]; bytes: number } {
  tf.keras.utils.setRandomSeed(1);
  const inputs = tf.keras.Input({ shape: [16, 16, 3] });
  let x = inputs as tf.Tensor;
  for (let i = 0; i < 4; i++) {
    if (i === 1) x = new layers.MaxPooling2D(3, { strides: 1 })(new layers.ZeroPadding2D(1)(x));
    x = new layers.ReLU()(new layers.BatchNormalization({ scale: i % 2 === 0 })(new layers.Conv2D(8, 3, { padding: "same" })(x)));
  }
  const model = new tf.keras.Model({ inputs, outputs: new layers.Dense(2)(new layers.GlobalAveragePooling2D()(x)) });
  const optimizer = new tf.keras.optimizers.SGD(0.1);
  optimizer.build(model.trainableVariables);
  const step = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceSum(tf.square(model(x, { training: true }))));
    optimizer.applyGradients(tf.zip([...tape.gradient(loss, model.trainableVariables)], model.trainableVariables));
    return loss;
  });
  const images = tf.random.uniform([4, 16, 16, 3], { seed: 1 });
  return among(least, () => {
    step(images);
    const loss = step(images);
    const weights = [loss, ...model.weights.map((weight) => weight.value())];
    return { weights, bytes: step.getConcreteFunction(images).executable().plan.arenaBytes };
  });
}

t.test("a training step gives the same bits in less memory", async (t) => {
  const [kept, again, byDefault] = [trained(Infinity), trained(0), trained(1 << 27)];
  t.ok(again.bytes < 0.85 * kept.bytes, `${again.bytes} of ${kept.bytes} bytes`);
  t.equal(byDefault.bytes, kept.bytes, "a small program stays as it is");
  for (const [i, weight] of kept.weights.entries()) t.same(again.weights[i]!.array(), weight.array(), `value ${i}`);
});

t.test("what is given back, looked at under another shape, or made of what is gone, is kept", async (t) => {
  const long = (x: tf.Tensor): tf.Tensor => Array.from({ length: 20 }).reduce<tf.Tensor>((y) => tf.cumsum(tf.sin(y)), x);
  const forms: Record<string, { pads: number; f: (x: tf.Tensor, p: tf.Tensor, end: tf.Tensor) => unknown }> = {
    "read late, and so is what it is made of": { pads: 2, f: (x, p, end) => [tf.reduceSum(tf.matmul(p, end)), tf.reduceMax(x)] },
    "made of what nobody reads late": { pads: 1, f: (_, p, end) => tf.reduceSum(tf.matmul(p, end)) },
    "given back": { pads: 1, f: (x, p, end) => [tf.matmul(p, end), tf.reduceMax(x), p] },
    "under another shape": { pads: 1, f: (x, p, end) => [tf.matmul(tf.reshape(p, [-1, 16]), tf.reshape(end, [16, -1])), tf.reduceMax(x)] },
  };
  const x = tf.random.uniform([30, 30], { seed: 2 });
  for (const [name, { pads, f }] of Object.entries(forms)) {
    const body = (x: tf.Tensor) => {
      const p = tf.pad(x, [
        [1, 1],
        [1, 1],
      ]);
      return f(x, p, long(p));
    };
    const run = (least: number) =>
      among(least, () => {
        const traced = tf.function(body);
        const results = [traced(x)].flat() as tf.Tensor[];
        const { graph } = traced.getConcreteFunction(x).executable();
        return [results.map((result) => result.array()), graph.steps.filter(({ op }) => op.name === "pad").length] as const;
      });
    const [[kept], [again, made]] = [run(Infinity), run(0)];
    t.equal(made, pads, name);
    t.same(again, kept, name);
  }
});
