// A variational autoencoder on Fashion-MNIST: pictures from two numbers each, by a training step of one's own.
//   node build/examples/gallery/variational-autoencoder.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);
const latent = 2;

/** A draw from the normal distribution that mean and logarithm of the variance tell: gradients go through both. */
class Sampling extends layers.Layer {
  readonly seedGenerator = new keras.random.SeedGenerator(1337);

  override call([mean, logVariance]: [tf.Tensor, tf.Tensor]): tf.Tensor {
    const epsilon = keras.random.normal(ops.shape(mean) as number[], { seed: this.seedGenerator });
    return tf.add(mean, tf.multiply(ops.exp(tf.multiply(logVariance, 0.5)), epsilon));
  }
}

const pictures = keras.Input({ shape: [28, 28, 1] });
let x = new layers.Conv2D(16, 3, { activation: "relu", strides: 2, padding: "same" })(pictures);
x = new layers.Conv2D(32, 3, { activation: "relu", strides: 2, padding: "same" })(x);
x = new layers.Dense(16, { activation: "relu" })(new layers.Flatten()(x));
const mean = new layers.Dense(latent, { name: "mean" })(x);
const logVariance = new layers.Dense(latent, { name: "log_variance" })(x);
const encoder = new keras.Model(pictures, [mean, logVariance, new Sampling()([mean, logVariance])], { name: "encoder" });

const codes = keras.Input({ shape: [latent] });
x = new layers.Reshape([7, 7, 16])(new layers.Dense(7 * 7 * 16, { activation: "relu" })(codes));
x = new layers.Conv2DTranspose(32, 3, { activation: "relu", strides: 2, padding: "same" })(x);
x = new layers.Conv2DTranspose(16, 3, { activation: "relu", strides: 2, padding: "same" })(x);
const decoder = new keras.Model(codes, new layers.Conv2DTranspose(1, 3, { activation: "sigmoid", padding: "same" })(x), {
  name: "decoder",
});

class VAE extends keras.Model {
  readonly encoder = encoder;
  readonly decoder = decoder;
  readonly totalLoss = new keras.metrics.Mean({ name: "loss" });
  readonly pictureLoss = new keras.metrics.Mean({ name: "reconstruction_loss" });
  readonly codeLoss = new keras.metrics.Mean({ name: "kl_loss" });

  override get metrics(): keras.metrics.Metric[] {
    return [this.totalLoss, this.pictureLoss, this.codeLoss];
  }

  override trainStep(x: tf.Tensor) {
    const tape = new tf.GradientTape();
    const [total, picture, code] = tape.record(() => {
      const [mean, logVariance, z] = this.encoder<tf.Tensor[]>(x);
      const made = this.decoder(z!);
      const picture = ops.mean(ops.sum(keras.losses.binaryCrossentropy(x, made), [1, 2]));
      const spread = tf.subtract(tf.subtract(tf.add(1, logVariance!), ops.square(mean!)), ops.exp(logVariance!));
      const code = tf.multiply(ops.mean(ops.sum(spread, 1)), -0.5);
      return [tf.add(picture, code), picture, code];
    });
    const variables = this.trainableVariables;
    this.optimizer!.applyGradients(tape.gradient(total!, variables).map((gradient, i) => [gradient, variables[i]!]));
    this.totalLoss.updateState(total!);
    this.pictureLoss.updateState(picture!);
    this.codeLoss.updateState(code!);
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

const [[images]] = await fashionMnist.loadData();
const x1 = tf.multiply(ops.expandDims(ops.cast(tf.slice(images, [0, 0, 0], [quick ? 1024 : 20000, 28, 28]), "float32"), -1), 1 / 255);
const vae = new VAE();
vae.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 1e-3 }) });
const { history } = await vae.fit(x1, { epochs: quick ? 2 : 10, batchSize: 64, verbose: quick ? 0 : 1 });

/** A picture in text, darker where it is brighter. */
const drawn = (picture: number[][][]): string =>
  picture
    .filter((_, i) => i % 2 === 0)
    .map((row) => row.map(([value]) => " .:-=+*#%@"[Math.floor(value! * 9.99)]).join(""))
    .join("\n");
const grid = Array.from({ length: 16 }, (_, i) => [((i % 8) - 3.5) / 2, i < 8 ? -0.7 : 0.7]);
const made = await decoder.predict(tf.constant(grid), { verbose: 0 });
// Into a file, or into the page that runs this.
const path = typeof document === "undefined" ? "variational-autoencoder.svg" : null;
await keras.visualization.plotImageGallery(made, { valueRange: [0, 1], rows: 2, cols: 8, scale: 1, path });
console.log(drawn(made.array()[0]));
const losses = history["loss"]!;
console.log(`loss ${losses[0]!.toFixed(1)} -> ${losses.at(-1)!.toFixed(1)}`);
