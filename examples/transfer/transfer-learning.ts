// Transfer learning as Keras's guide has it: node build/examples/transfer/transfer-learning.js [--quick] [--imagenet]
//
// A network that knows other classes is the base. First only a new head is trained, then all of it, gently. With --imagenet the base has
// Keras's published weights, else one that was trained here for three other shapes.

import { parseArgs } from "node:util";
import * as keras from "kerasm/keras";
import { pictures, shapes, trained } from "./network.js";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, imagenet: { type: "boolean", default: false } } });
const size = values.imagenet ? 128 : 64;
const [count, epochs] = values.quick ? [96, 6] : [400, 12];

/** The base without its top: one whose last images are features. */
async function baseOf(): Promise<keras.Model> {
  if (values.imagenet) return keras.applications.MobileNet({ alpha: 0.25, inputShape: [size, size, 3], includeTop: false });
  const source = (await trained(values.quick ? { count: 320, epochs: 4 } : {})).layers.at(-1) as unknown as keras.Model;
  return new keras.Model(source.inputs[0]!, source.getLayer("conv_pw_13_relu").output as never, { name: "base" });
}

const base = await baseOf();
base.trainable = false;

const inputs = keras.Input({ shape: [size, size, 3] });
let x = new keras.layers.RandomFlip("horizontal")(inputs);
x = new keras.layers.RandomRotation(0.05)(x);
x = new keras.layers.Rescaling(1 / 127.5, { offset: -1 })(x);
// In inference mode also while the model is trained, and after it is thawed: normalization keeps the statistics that it has.
x = base(x, { training: false });
x = new keras.layers.GlobalAveragePooling2D()(x);
x = new keras.layers.Dropout(0.2)(x);
const outputs = new keras.layers.Dense(2)(x);
const model = new keras.Model({ inputs, outputs });

const train = pictures(count, { size, first: 3, end: 5, seed: 11 });
const validation = pictures(64, { size, first: 3, end: 5, seed: 99 });
const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });

/** Trains what can be trained. @returns the accuracy on images that it has not seen */
async function fit(learningRate: number, epochs: number): Promise<number> {
  model.compile({ optimizer: new keras.optimizers.Adam({ learningRate }), loss, metrics: ["accuracy"] });
  await model.fit(train.images, train.labels, { epochs, batchSize: 16, verbose: 0 });
  const [, accuracy] = (await model.evaluate(validation.images, validation.labels, { verbose: 0 })) as number[];
  return accuracy!;
}

console.log(`${shapes.slice(3).join(" or ")}: ${model.trainableWeights.length} of ${model.weights.length} weights are trained`);
const before = base.weights[0]!.data();
console.log(`the head alone: accuracy ${(await fit(0.02, epochs)).toFixed(3)}`);
const kept = base.weights[0]!.data();
console.log(`the base is ${before.every((value, i) => value === kept[i]) ? "as it was" : "changed"}`);

base.trainable = true;
console.log(`${model.trainableWeights.length} of ${model.weights.length} weights are trained`);
console.log(`fine-tuned: accuracy ${(await fit(1e-4, Math.ceil(epochs / 2))).toFixed(3)}`);
