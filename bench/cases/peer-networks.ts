// The networks in the words of the JavaScript peers.

import type { Code } from "../harness/case.js";
import type { NetworkName } from "../networks.js";

const tfjsLayers: Partial<Record<NetworkName, string>> = {
  mlp: `tf.layers.flatten({ inputShape: [28, 28] }), tf.layers.dense({ units: 128, activation: "relu" }), tf.layers.dense({ units: 10 })`,
  cnn: `tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: "relu" }), tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }), tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(), tf.layers.dense({ units: 64, activation: "relu" }), tf.layers.dense({ units: 10 })`,
  lstm: `tf.layers.embedding({ inputDim: 5000, outputDim: 128, inputLength: 50 }), tf.layers.lstm({ units: 128 }), tf.layers.dense({ units: 2 })`,
};

const tfjsSetup = (name: NetworkName, batch: number): string => `
  const model = tf.sequential({ layers: [${tfjsLayers[name]}] });
  const x = tf.randomUniform([${batch}, ...model.inputs[0].shape.slice(1)]${name === "lstm" ? ', 0, 5000, "int32"' : ""});`;

/** A training step of TensorFlow.js's own. Labels are one-hot: with classes it first gathers on the CPU. */
export const tfjsTraining = (name: NetworkName, batch: number): Code => ({
  setup: `${tfjsSetup(name, batch)}
    const y = tf.oneHot(tf.randomUniform([${batch}], 0, 10, "int32"), 10);
    const optimizer = ${name === "cnn" ? "tf.train.rmsprop(1e-4)" : "tf.train.adam()"};`,
  run: "optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true })));",
});

export const tfjsPrediction = (name: NetworkName, batch: number): Code => ({
  setup: tfjsSetup(name, batch),
  run: "model.predictOnBatch(x);",
});

/** A training step of the guide's CNN in jax-js, compiled by its jit; its layout is NCHW. */
export const jaxCnn = (batch: number): Code => ({
  setup: `
    const random = (...shape) => jax.random.uniform(jax.random.key(shape.length), shape).sub(0.5).mul(0.1);
    const { lax, nn } = jax;
    let p = { c1: random(32, 1, 3, 3), b1: np.zeros([32, 1, 1]), c2: random(64, 32, 3, 3), b2: np.zeros([64, 1, 1]),
      w3: random(1600, 64), b3: np.zeros([64]), w4: random(64, 10), b4: np.zeros([10]) };
    let v = Object.fromEntries(Object.entries(p).map(([name, value]) => [name, np.zeros(value.shape)]));
    const x = random(${batch}, 1, 28, 28);
    const t = nn.oneHot(np.array(Int32Array.from({ length: ${batch} }, (_, i) => i % 10)), 10);
    const pool = (y) => lax.reduceWindow(y, np.max, [2, 2], [2, 2]);
    const loss = (p, x, t) => {
      let y = nn.relu(lax.conv(x, p.c1, [1, 1], "VALID").add(p.b1));
      y = nn.relu(lax.conv(pool(y), p.c2, [1, 1], "VALID").add(p.b2));
      y = pool(y).reshape([${batch}, 1600]);
      y = nn.relu(np.matmul(y, p.w3).add(p.b3));
      return nn.logSoftmax(np.matmul(y, p.w4).add(p.b4)).mul(t).sum().mul(${-1 / batch});
    };
    const gradients = jax.valueAndGrad(loss);
    const step = jax.jit((p, v, x, t) => {
      const [value, g] = gradients(jax.tree.ref(p), x, t);
      const nextV = jax.tree.map((v, g) => v.mul(0.9).add(g.ref.mul(g).mul(0.1)), v, jax.tree.ref(g));
      const nextP = jax.tree.map((p, v, g) => p.sub(g.mul(1e-4).div(np.sqrt(v).add(1e-7))), p, jax.tree.ref(nextV), g);
      return [nextP, nextV, value];
    });`,
  run: "let value; [p, v, value] = step(p, v, x.ref, t.ref); return [value];",
});
