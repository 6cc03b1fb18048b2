// Style transfer: node build/examples/transfer/style-transfer.js [CONTENT STYLE] [--quick] [--imagenet] [--out FILE.png]
//
// An image whose features are those of one image, and whose features go together as in another. Without published weights the network's
// are random: products of random features tell colors and textures, too. See Gatys et al. 2015.

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { pictures } from "./network.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, imagenet: { type: "boolean", default: false }, out: { type: "string" } },
});
const [size, steps] = values.quick ? [32, 12] : [96, 120];

keras.utils.setRandomSeed(7);
const network = await keras.applications.VGG16({ includeTop: false, weights: values.imagenet ? "imagenet" : null });
network.trainable = false;
const styleLayers = ["block1_conv1", "block2_conv1", "block3_conv1"];
const contentLayer = "block3_conv2";
const names = [...styleLayers, contentLayer];
const features = new keras.Model({ inputs: network.inputs[0]!, outputs: names.map((name) => network.getLayer(name).output as tf.Tensor) });
const extract = (image: tf.Tensor) => features<tf.Tensor[]>(keras.applications.vgg16.preprocessInput(image) as tf.Tensor);

/** Stripes, where nobody gives an image. */
const stripes = (): tf.Tensor => {
  const line = tf.range(size).cast("float32");
  const wave = tf.sin(
    line
      .reshape([size, 1, 1])
      .add(line.reshape([1, size, 1]))
      .mul(0.7),
  );
  return tf.expandDims(wave.mul(tf.constant([110, 60, -90])).add(127), 0);
};
const read = async (path: string) => tf.expandDims(await keras.utils.loadImg(path, { targetSize: [size, size] }), 0).cast("float32");
const content = positionals[0] === undefined ? pictures(1, { size, seed: 2 }).images : await read(positionals[0]);
const style = positionals[1] === undefined ? stripes() : await read(positionals[1]);

/** How features go together: `[channels, channels]`, whatever the size of the image. */
function gram(map: tf.Tensor): tf.Tensor {
  const [, height, width, channels] = map.shape as number[];
  const rows = map.reshape([height! * width!, channels!]);
  return tf.matmul(rows, rows, { transposeA: true }).div(height! * width! * channels!);
}

const wantedStyle = extract(style).slice(0, styleLayers.length).map(gram);
const wantedContent = extract(content).at(-1)!;
const image = tf.variable(content);
const optimizer = new keras.optimizers.Adam({ learningRate: 4 });

/** Both losses in parts of what they are for an image that has nothing of it. */
const losses = (): readonly [style: tf.Tensor, content: tf.Tensor] => {
  const maps = extract(image.value());
  const parts = wantedStyle.map((wanted, i) => {
    const difference = tf.reduceSum(tf.square(gram(maps[i]!).sub(wanted)));
    return difference.div(tf.reduceSum(tf.square(wanted)));
  });
  const far = tf.reduceSum(tf.square(maps.at(-1)!.sub(wantedContent))).div(tf.reduceSum(tf.square(wantedContent)));
  return [parts.reduce((a, b) => a.add(b)).div(parts.length), far];
};

const step = tf.function(() => {
  const tape = new tf.GradientTape();
  const [styleLoss, contentLoss, loss] = tape.record(() => {
    const [a, b] = losses();
    return [a, b, a.add(b.mul(0.2))] as const;
  });
  optimizer.applyGradients([[tape.gradient(loss, image)!, image]]);
  image.assign(tf.clipByValue(image, 0, 255));
  return [styleLoss, contentLoss] as const;
});

for (let i = 0; i <= steps; i++) {
  const [styleLoss, contentLoss] = step();
  if (i % Math.ceil(steps / 4) === 0)
    console.log(`step ${i}: style ${styleLoss.item().toFixed(4)}, content ${contentLoss.item().toFixed(4)}`);
}
if (values.out !== undefined) await keras.utils.saveImg(values.out, tf.squeeze(image, 0), { scale: false });
