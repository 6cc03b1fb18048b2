// VGG. @see Simonyan and Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014 (table 1, D and E)

import { Flatten } from "../../layers/index.js";
import { conv, dense, maxPool } from "../blocks.js";
import { network, standardOptions } from "../network.js";

/** Filters of the five blocks, each of which ends with a pooling. */
const filters = [64, 128, 256, 512, 512];

const vgg = (name: string, convolutions: readonly number[], hashes: readonly [string, string]) =>
  network({
    name,
    options: standardOptions(name.toLowerCase()),
    size: 224,
    minimum: 32,
    features(x) {
      filters.forEach((width, i) => {
        for (let j = 1; j <= convolutions[i]!; j++)
          x = conv(x, width, 3, { activation: "relu", padding: "same", name: `block${i + 1}_conv${j}` });
        x = maxPool(x, 2, { strides: 2, name: `block${i + 1}_pool` });
      });
      return x;
    },
    top(x, { classes, classifierActivation }) {
      x = new Flatten({ name: "flatten" })(x);
      for (const layer of ["fc1", "fc2"]) x = dense(x, 4096, { activation: "relu", name: layer });
      return dense(x, classes, { activation: classifierActivation, name: "predictions" });
    },
    file: ({ includeTop }) => ({
      folder: `tensorflow/keras-applications/${name.toLowerCase()}`,
      name: `${name.toLowerCase()}_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });

export const VGG16 = vgg("VGG16", [2, 2, 3, 3, 3], ["64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"]);
export const VGG19 = vgg("VGG19", [2, 2, 4, 4, 4], ["cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"]);
