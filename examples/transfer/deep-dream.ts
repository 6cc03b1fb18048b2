// Deep dream: node build/examples/transfer/deep-dream.js [IMAGE] [--quick] [--imagenet] [--out FILE.png]
//
// An image is changed until chosen layers of a network answer more strongly, at several sizes from small to large; what a size loses of
// the image is put back. See Mordvintsev et al. 2015.

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { pictures, trained } from "./network.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, imagenet: { type: "boolean", default: false }, out: { type: "string" } },
});

const published = values.imagenet
  ? await keras.applications.MobileNet({ alpha: 0.25, inputShape: [128, 128, 3], includeTop: false })
  : null;
const network = published ?? ((await trained(values.quick ? { count: 160, epochs: 2 } : {})).layers.at(-1) as unknown as keras.Model);
network.trainable = false;

/** Convolutions take images of any size; the layers and how much each counts. */
const chosen: Readonly<Record<string, number>> = { conv_pw_3_relu: 1, conv_pw_5_relu: 1.5 };
const features = new keras.Model({
  inputs: network.inputs[0]!,
  outputs: Object.keys(chosen).map((name) => network.getLayer(name).output as tf.Tensor),
});

/** How strongly the layers answer, without the borders. */
function strength(image: tf.Tensor): tf.Tensor {
  const maps = features.graph!.run("features", image, null) as tf.Tensor[];
  return maps.map((map, i) => tf.reduceMean(tf.square(map)).mul(Object.values(chosen)[i]!)).reduce((a, b) => a.add(b));
}

/** A step uphill, as long in every image. */
const step = tf.function((image: tf.Tensor, rate: tf.Tensor) => {
  const tape = new tf.GradientTape();
  tape.watch(image);
  const value = tape.record(() => strength(image));
  const slope = tape.gradient(value, image)!;
  const length = tf.maximum(tf.reduceMean(tf.abs(slope)), 1e-6);
  return [value, tf.clipByValue(image.add(slope.div(length).mul(rate)), -1, 1)] as const;
});

const given =
  positionals[0] === undefined ? pictures(1, { size: 128, seed: 4 }).images : tf.expandDims(await keras.utils.loadImg(positionals[0]), 0);
const original = given.cast("float32").div(127.5).sub(1);
const [height, width] = original.shape.slice(1, 3) as [number, number];
const [octaves, scale, steps] = values.quick ? [2, 1.4, 5] : [3, 1.4, 20];

let image = original;
let shrunk: tf.Tensor | null = null;
for (let octave = octaves - 1; octave >= 0; octave--) {
  const size = [height, width].map((length) => Math.round(length / scale ** octave)) as [number, number];
  const base = tf.image.resize(original, size);
  image = tf.image.resize(image, size);
  // What the smaller image could not show.
  if (shrunk) image = image.add(base.sub(tf.image.resize(shrunk, size)));
  const strengths: number[] = [];
  for (let i = 0; i < steps; i++) {
    const [value, next] = step(image, tf.constant(0.01));
    strengths.push(value.item());
    image = next;
  }
  console.log(`${size.join(" × ")}: strength ${strengths[0]!.toFixed(4)} to ${strengths.at(-1)!.toFixed(4)}`);
  shrunk = base;
}
const difference = tf.reduceMean(tf.abs(image.sub(original))).item();
console.log(`mean change of a pixel: ${(difference * 127.5).toFixed(1)} of 255`);
if (values.out !== undefined) await keras.utils.saveImg(values.out, tf.squeeze(image, 0).add(1).mul(127.5), { scale: false });
