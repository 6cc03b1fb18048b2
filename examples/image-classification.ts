// Images of a folder, with augmentation: node build/examples/image-classification.js FOLDER [--epochs N] [--size N]
//
// FOLDER has a subfolder of images for each class.

import { parseArgs } from "node:util";
import * as keras from "kerasm/keras";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { epochs: { type: "string", default: "10" }, size: { type: "string", default: "64" } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error("image-classification: given no folder; expected one with a subfolder of images for each class.");
  process.exit(2);
}
const size = Number(values.size);
const [train, validation] = await keras.utils.imageDatasetFromDirectory(folder, {
  imageSize: [size, size],
  batchSize: 16,
  validationSplit: 0.2,
  subset: "both",
  seed: 1,
});

const model = new keras.Sequential([
  new keras.Input({ shape: [size, size, 3] }),
  new keras.layers.RandomFlip("horizontal"),
  new keras.layers.RandomRotation(0.1),
  new keras.layers.Rescaling(1 / 255),
  new keras.layers.Conv2D(8, 3, { activation: "relu" }),
  new keras.layers.GlobalAveragePooling2D(),
  new keras.layers.Dense(train.classNames!.length, { activation: "softmax" }),
]);
model.compile({
  optimizer: new keras.optimizers.Adam({ learningRate: 0.02 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});
await model.fit(train as never, { epochs: Number(values.epochs), validationData: validation as never, verbose: 0 });
const [loss, accuracy] = (await model.evaluate(validation as never, { verbose: 0 })) as number[];
console.log(`classes ${train.classNames!.join(", ")}; loss ${loss!.toFixed(3)}, accuracy ${accuracy!.toFixed(3)}`);
