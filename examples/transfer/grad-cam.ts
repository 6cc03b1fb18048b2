// Grad-CAM, where a network looks: node build/examples/transfer/grad-cam.js [--quick] [--out FOLDER]
//
// The gradient of a class's score by the last images of the network tells how much each channel counts; weighed so, the channels sum up to
// a map. See Selvaraju et al. 2017.

import { join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { pictures, shapes, trained } from "./network.js";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, out: { type: "string" } } });
const size = 64;
const model = await trained(values.quick ? { count: 320, epochs: 4 } : {});
const network = model.layers.at(-1) as unknown as keras.Model;

/** Features of the front, where images still have places, and the scores that follow from them. */
const split = network.getLayer("conv_pw_3_relu").output as tf.Tensor;
const toBoth = new keras.Model({ inputs: network.inputs[0]!, outputs: [split, network.outputs[0]!] });

/** A map from 0 to 1 in the size of the images, for the likeliest class of each. */
const heatmaps = tf.function((images: tf.Tensor) => {
  const tape = new tf.GradientTape();
  const [features, score] = tape.record(() => {
    const [features, scores] = toBoth<tf.Tensor[]>(images.div(127.5).sub(1), { training: false });
    return [features!, tf.reduceSum(tf.math.log(tf.reduceMax(scores!, -1)))] as const;
  });
  const weights = tf.reduceMean(tape.gradient(score, features)!, [1, 2], { keepdims: true });
  const map = tf.nn.relu(tf.reduceSum(features.mul(weights), -1, { keepdims: true }));
  const whole = tf.image.resize(map, [size, size]);
  return whole.div(tf.reduceMax(whole, [1, 2, 3], { keepdims: true }).add(1e-8));
});

const { images, places, labels } = pictures(32, { seed: 5 });
const maps = heatmaps(images);
const brightest = tf.argmax(maps.reshape([-1, size * size]), 1).data();
const isOnShape = ([row, column]: readonly [number, number], at: number): boolean =>
  Math.hypot(Math.floor(at / size) / size - row, (at % size) / size - column) < 0.2;
const hits = places.filter((place, i) => isOnShape(place, brightest[i]!)).length;
console.log(
  `the map is brightest on the shape in ${hits} of ${places.length} images; by chance it would be in ${Math.round(places.length * Math.PI * 0.2 ** 2)}`,
);

if (values.out !== undefined)
  for (let i = 0; i < 4; i++) {
    const name = `${i}-${shapes[labels.data()[i]!]}.png`;
    await keras.utils.saveImg(
      join(values.out, name),
      tf.concat([tf.gather(images, i), tf.gather(maps, i).mul(tf.constant([255, 160, 0]))], 1),
      { scale: false },
    );
    console.log(`wrote ${name}`);
  }
