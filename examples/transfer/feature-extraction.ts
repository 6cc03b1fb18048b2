// Features of any layer: node build/examples/transfer/feature-extraction.js [--quick]
//
// A model that gives what several layers of a network give, and a search for the images whose features are alike.

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { pictures, shapes, trained } from "./network.js";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const model = await trained(values.quick ? { count: 320, epochs: 4 } : {});
const network = model.layers.at(-1) as unknown as keras.Model;

const names = ["conv_pw_1_relu", "conv_pw_6_relu", "conv_pw_13_relu"];
const extractor = new keras.Model({ inputs: network.inputs[0]!, outputs: names.map((name) => network.getLayer(name).output as tf.Tensor) });

const library = pictures(values.quick ? 48 : 200, { seed: 21 });
const asked = pictures(24, { seed: 77 });
const normalized = (images: tf.Tensor) => images.div(127.5).sub(1);

/** One row of length 1 for each image: the means of a layer's channels. */
async function featuresOf(images: tf.Tensor): Promise<tf.Tensor[]> {
  const maps = await extractor.predict<tf.Tensor[]>(normalized(images), { verbose: 0 });
  return maps.map((map) => tf.math.l2Normalize(tf.reduceMean(map, [1, 2]), -1));
}

const [known, wanted] = [await featuresOf(library.images), await featuresOf(asked.images)];
const labels = library.labels.data();
names.forEach((name, i) => {
  const nearest = tf.argmax(tf.matmul(wanted[i]!, known[i]!, { transposeB: true }), 1).data();
  const hits = asked.labels.data().filter((label, k) => label === labels[nearest[k]!]).length;
  console.log(`${name} ${JSON.stringify(extractor.outputShape[i])}: the nearest image shows the same in ${hits} of ${nearest.length}`);
});
console.log(`shapes: ${shapes.slice(0, 3).join(", ")}`);
