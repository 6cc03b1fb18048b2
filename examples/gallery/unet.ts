// Segmentation with a U-Net: which pixels of a noisy picture belong to a disc, which to a square.
//   node build/examples/gallery/unet.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers } = keras;
keras.utils.setRandomSeed(1);
const size = 32;

/** Pictures with a disc and a square each, and the class of each pixel: 0 nothing, 1 disc, 2 square. */
function scenes(count: number): [pictures: tf.Tensor, classes: tf.Tensor] {
  const pictures = Float32Array.from(keras.random.normal([count * size * size], { seed: 3 }).data(), (noise) => 0.2 * noise);
  const classes = new Int32Array(count * size * size);
  for (let n = 0; n < count; n++) {
    const place = (k: number) => 6 + ((n * k) % (size - 12));
    const [cx, cy, sx, sy] = [place(7), place(13), place(11), place(5)];
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const at = (n * size + y) * size + x;
        const kind = (x - cx) ** 2 + (y - cy) ** 2 < 25 ? 1 : Math.max(Math.abs(x - sx), Math.abs(y - sy)) < 5 ? 2 : 0;
        classes[at] = kind;
        if (kind > 0) pictures[at]! += 1;
      }
  }
  return [tf.reshape(tf.constant(pictures), [count, size, size, 1]), tf.reshape(tf.constant(classes), [count, size, size])];
}

/** Two convolutions with normalization, as everywhere in the net. */
function twice(x: tf.Tensor, filters: number): tf.Tensor {
  for (let i = 0; i < 2; i++) {
    const y = new layers.Conv2D(filters, 3, { padding: "same", useBias: false })(x);
    x = new layers.ReLU()(new layers.BatchNormalization({ momentum: 0.9 })(y));
  }
  return x;
}

const inputs = keras.Input({ shape: [size, size, 1] });
const ways: tf.Tensor[] = [];
let x: tf.Tensor = inputs;
for (const filters of [8, 16]) {
  ways.push(twice(x, filters));
  x = new layers.MaxPooling2D(2)(ways.at(-1)!);
}
x = twice(x, 32);
for (const filters of [16, 8]) {
  x = new layers.Conv2DTranspose(filters, 2, { strides: 2 })(x);
  x = twice(new layers.Concatenate()([x, ways.pop()!]), filters);
}
const model = new keras.Model({ inputs, outputs: new layers.Conv2D(3, 1, { activation: "softmax" })(x) });
model.compile({
  optimizer: new keras.optimizers.Adam({ learningRate: 5e-3 }),
  loss: "sparse_categorical_crossentropy",
  metrics: [new keras.metrics.MeanIoU(3, { sparseYPred: false, name: "iou" })],
});

const [pictures, classes] = scenes(quick ? 240 : 1000);
await model.fit(pictures, classes, { batchSize: 16, epochs: quick ? 6 : 10, verbose: quick ? 0 : 1 });

const [seen, truth] = scenes(64);
const [, iou] = (await model.evaluate(seen, truth, { verbose: 0 })) as number[];
const probabilities: tf.Tensor = await model.predict(tf.slice(seen, [5, 0, 0, 0], [1, size, size, 1]), { verbose: 0 });
const found = keras.ops.argmax(probabilities, -1);
console.log(
  found
    .array<number[][][]>()[0]!
    .filter((_, i) => i % 2 === 0)
    .map((row) => row.map((kind) => " o#"[kind]).join(""))
    .join("\n"),
);
// What was seen above what was found, into a file, or into the page that runs this.
const shown = await model.predict(tf.slice(seen, [0, 0, 0, 0], [8, size, size, 1]), { verbose: 0 });
const classesFound = tf.expandDims(tf.cast(keras.ops.argmax(shown, -1), "float32").div(2), -1);
const pairs = tf.concat([tf.slice(seen, [0, 0, 0, 0], [8, size, size, 1]), classesFound], 0);
const path = typeof document === "undefined" ? "unet.svg" : null;
await keras.visualization.plotImageGallery(pairs, { valueRange: [0, 1], rows: 2, cols: 8, scale: 1, path });
console.log(`mean IoU ${iou!.toFixed(3)}`);
