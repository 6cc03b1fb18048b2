// DCGAN: two networks against each other; one makes pictures, the other tells them from those of Fashion-MNIST.
//   node build/examples/gallery/gan.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);
const latent = 32;

const discriminator = new keras.Sequential(
  [
    new keras.Input({ shape: [28, 28, 1] }),
    new layers.Conv2D(32, 4, { strides: 2, padding: "same" }),
    new layers.LeakyReLU({ negativeSlope: 0.2 }),
    new layers.Conv2D(64, 4, { strides: 2, padding: "same" }),
    new layers.LeakyReLU({ negativeSlope: 0.2 }),
    new layers.Flatten(),
    new layers.Dropout(0.2),
    new layers.Dense(1, { activation: "sigmoid" }),
  ],
  { name: "discriminator" },
);

const generator = new keras.Sequential(
  [
    new keras.Input({ shape: [latent] }),
    new layers.Dense(7 * 7 * 32),
    new layers.Reshape([7, 7, 32]),
    new layers.Conv2DTranspose(32, 4, { strides: 2, padding: "same" }),
    new layers.LeakyReLU({ negativeSlope: 0.2 }),
    new layers.Conv2DTranspose(32, 4, { strides: 2, padding: "same" }),
    new layers.LeakyReLU({ negativeSlope: 0.2 }),
    new layers.Conv2D(1, 5, { padding: "same", activation: "sigmoid" }),
  ],
  { name: "generator" },
);

interface Settings {
  dOptimizer: keras.optimizers.Optimizer;
  gOptimizer: keras.optimizers.Optimizer;
}

class GAN extends keras.Model {
  readonly discriminator = discriminator;
  readonly generator = generator;
  readonly seedGenerator = new keras.random.SeedGenerator(1337);
  readonly lossFn = new keras.losses.BinaryCrossentropy();
  readonly dLoss = new keras.metrics.Mean({ name: "d_loss" });
  readonly gLoss = new keras.metrics.Mean({ name: "g_loss" });
  readonly dOptimizer: keras.optimizers.Optimizer;
  readonly gOptimizer: keras.optimizers.Optimizer;

  constructor({ dOptimizer, gOptimizer }: Settings) {
    super();
    this.dOptimizer = dOptimizer;
    this.gOptimizer = gOptimizer;
  }

  override get metrics(): keras.metrics.Metric[] {
    return [this.dLoss, this.gLoss];
  }

  /** One optimizer's step on one network's weights. */
  #step(network: keras.Model, optimizer: keras.optimizers.Optimizer, loss: () => tf.Tensor): tf.Tensor {
    const tape = new tf.GradientTape();
    const value = tape.record(loss);
    const weights = network.trainableWeights;
    optimizer.applyGradients(tape.gradient(value, weights).map((gradient, i) => [gradient, weights[i]!]));
    return value;
  }

  override trainStep(real: tf.Tensor) {
    const [batch] = ops.shape(real) as number[];
    const noise = () => keras.random.normal([batch!, latent], { seed: this.seedGenerator });
    const made = this.generator(noise());
    // 1 for made pictures, 0 for real ones, with some noise on the labels.
    const labels = ops.concatenate([ops.ones([batch!, 1]), ops.zeros([batch!, 1])], 0);
    const blurred = tf.add(labels, tf.multiply(keras.random.uniform(ops.shape(labels) as number[], { seed: this.seedGenerator }), 0.05));
    const all = ops.concatenate([made, real], 0);
    const d = this.#step(this.discriminator, this.dOptimizer, () => this.lossFn(blurred, this.discriminator(all)));
    const misleading = ops.zeros([batch!, 1]);
    const g = this.#step(this.generator, this.gOptimizer, () => this.lossFn(misleading, this.discriminator(this.generator(noise()))));
    this.dLoss.updateState(d);
    this.gLoss.updateState(g);
    return { d_loss: this.dLoss.result(), g_loss: this.gLoss.result() };
  }
}

const [[images]] = await fashionMnist.loadData();
const x = tf.multiply(ops.expandDims(ops.cast(tf.slice(images, [0, 0, 0], [quick ? 512 : 20000, 28, 28]), "float32"), -1), 1 / 255);
const gan = new GAN({
  dOptimizer: new keras.optimizers.Adam({ learningRate: 3e-4 }),
  gOptimizer: new keras.optimizers.Adam({ learningRate: 3e-4 }),
});
gan.compile({});
const { history } = await gan.fit(x, { epochs: quick ? 2 : 10, batchSize: 32, verbose: quick ? 0 : 1 });

const made = await generator.predict(keras.random.normal([16, latent]), { verbose: 0 });
// Into a file, or into the page that runs this.
const path = typeof document === "undefined" ? "gan.svg" : null;
await keras.visualization.plotImageGallery(made, { valueRange: [0, 1], rows: 2, cols: 8, scale: 1, path });
const rows = made.array()[0] as number[][][];
console.log(
  rows
    .filter((_, i) => i % 2 === 0)
    .map((row) => row.map(([value]) => " .:-=+*#%@"[Math.floor(value! * 9.99)]).join(""))
    .join("\n"),
);
console.log(`discriminator ${history["d_loss"]!.at(-1)!.toFixed(3)}, generator ${history["g_loss"]!.at(-1)!.toFixed(3)}`);
