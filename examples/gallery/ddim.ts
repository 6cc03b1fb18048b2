// Denoising diffusion (DDIM): a network learns to take noise away, and pictures come out of nothing but noise, step by step.
//   node build/examples/gallery/ddim.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);
const size = 28;

/** The strength of the noise as waves of many lengths, so that a network can tell small differences. */
function waves(x: tf.Tensor): tf.Tensor {
  const frequencies = ops.exp(ops.linspace(Math.log(1), Math.log(1000), 8));
  const angles = tf.multiply(x, tf.multiply(frequencies, 2 * Math.PI));
  return ops.concatenate([ops.sin(angles), ops.cos(angles)], 3);
}

function residual(x: tf.Tensor, width: number): tf.Tensor {
  const way = x.shape[3] === width ? x : new layers.Conv2D(width, 1)(x);
  let y = new layers.BatchNormalization({ center: false, scale: false, momentum: 0.9 })(x);
  y = new layers.Conv2D(width, 3, { padding: "same", activation: "swish" })(y);
  return new layers.Add()([way, new layers.Conv2D(width, 3, { padding: "same" })(y)]);
}

function network(): keras.Model {
  const noisy = keras.Input({ shape: [size, size, 1] });
  const variance = keras.Input({ shape: [1, 1, 1] });
  const embedded = new layers.UpSampling2D(size, { interpolation: "nearest" })(waves(variance));
  let x = new layers.Concatenate()([new layers.Conv2D(16, 1)(noisy), embedded]);
  const first = residual(x, 16);
  x = new layers.AveragePooling2D(2)(first);
  const second = residual(x, 32);
  x = residual(new layers.AveragePooling2D(2)(second), 32);
  x = residual(new layers.Concatenate()([new layers.UpSampling2D(2)(x), second]), 32);
  x = residual(new layers.Concatenate()([new layers.UpSampling2D(2)(x), first]), 16);
  return new keras.Model([noisy, variance], new layers.Conv2D(1, 1, { kernelInitializer: "zeros" })(x));
}

class DiffusionModel extends keras.Model {
  readonly network = network();
  readonly noiseLoss = new keras.metrics.Mean({ name: "n_loss" });
  readonly seedGenerator = new keras.random.SeedGenerator(7);

  override get metrics(): keras.metrics.Metric[] {
    return [this.noiseLoss];
  }

  /** Shares of noise and of picture along a quarter of a circle. */
  schedule(times: tf.Tensor): [noise: tf.Tensor, signal: tf.Tensor] {
    const [start, end] = [Math.acos(0.95), Math.acos(0.02)];
    const angles = tf.add(tf.multiply(times, end - start), start);
    return [ops.sin(angles), ops.cos(angles)];
  }

  /** What is noise and what is picture in a noisy one. */
  denoise(noisy: tf.Tensor, [noise, signal]: readonly [tf.Tensor, tf.Tensor], training: boolean): [noise: tf.Tensor, picture: tf.Tensor] {
    const found = this.network([noisy, ops.square(noise)], { training });
    return [found, tf.divide(tf.subtract(noisy, tf.multiply(noise, found)), signal)];
  }

  override trainStep(pictures: tf.Tensor) {
    const [batch] = ops.shape(pictures) as number[];
    const noise = keras.random.normal([batch!, size, size, 1], { seed: this.seedGenerator });
    const rates = this.schedule(keras.random.uniform([batch!, 1, 1, 1], { seed: this.seedGenerator }));
    const noisy = tf.add(tf.multiply(pictures, rates[1]), tf.multiply(noise, rates[0]));
    const tape = new tf.GradientTape();
    const loss = tape.record(() => ops.mean(ops.abs(tf.subtract(noise, this.denoise(noisy, rates, true)[0]))));
    const weights = this.network.trainableWeights;
    this.optimizer!.applyGradients(tape.gradient(loss, weights).map((gradient, i) => [gradient, weights[i]!]));
    this.noiseLoss.updateState(loss);
    return { n_loss: this.noiseLoss.result() };
  }

  /** From noise to pictures, in steps that each take away some of it. */
  generate(count: number, steps: number): tf.Tensor {
    let next = keras.random.normal([count, size, size, 1], { seed: this.seedGenerator });
    let picture = next;
    for (let step = 0; step < steps; step++) {
      const rates = (time: number) => this.schedule(ops.full([count, 1, 1, 1], time));
      let noise: tf.Tensor;
      [noise, picture] = this.denoise(next, rates(1 - step / steps), false);
      const [noiseRate, signalRate] = rates(1 - (step + 1) / steps);
      next = tf.add(tf.multiply(signalRate, picture), tf.multiply(noiseRate, noise));
    }
    return picture;
  }
}

const [[images]] = await fashionMnist.loadData();
const count = quick ? 512 : 20000;
const x = tf.subtract(tf.multiply(ops.expandDims(ops.cast(tf.slice(images, [0, 0, 0], [count, size, size]), "float32"), -1), 2 / 255), 1);
const model = new DiffusionModel();
model.compile({ optimizer: new keras.optimizers.AdamW({ learningRate: 1e-3, weightDecay: 1e-4 }) });
const { history } = await model.fit(x, { batchSize: 32, epochs: quick ? 2 : 10, verbose: quick ? 0 : 1 });

const pictures = model.generate(16, quick ? 5 : 20);
// Into a file, or into the page that runs this.
const path = typeof document === "undefined" ? "ddim.svg" : null;
await keras.visualization.plotImageGallery(ops.clip(pictures, -1, 1), { valueRange: [-1, 1], rows: 2, cols: 8, scale: 1, path });
const made = pictures.array()[0] as number[][][];
const shade = (value: number): string => " .:-=+*#%@"[Math.min(9, Math.max(0, Math.floor((value + 1) * 4.99)))]!;
console.log(made.filter((_, i) => i % 2 === 0).map((row) => row.map(([value]) => shade(value!)).join("")).join("\n")); // prettier-ignore
console.log(`noise left ${history["n_loss"]![0]!.toFixed(3)} -> ${history["n_loss"]!.at(-1)!.toFixed(3)}`);
