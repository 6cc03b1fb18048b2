// DenseNet. @see Huang et al.: Densely Connected Convolutional Networks, 2017 (table 1)

import type { Tensor } from "../../core/tensor.js";
import { around, averagePool, batchNorm, channelsOf, concat, conv, maxPool, pad, relu } from "../blocks.js";
import { network, standardOptions } from "../network.js";

const growth = 32;
const activate = (x: Tensor, name: string) => relu(batchNorm(x, { epsilon: 1.001e-5, name: `${name}bn` }), `${name}relu`);

/** A step whose input is kept beside what it adds. */
function step(x: Tensor, name: string): Tensor {
  let y = conv(activate(x, `${name}_0_`), 4 * growth, 1, { useBias: false, name: `${name}_1_conv` });
  y = conv(activate(y, `${name}_1_`), growth, 3, { padding: "same", useBias: false, name: `${name}_2_conv` });
  return concat([x, y], `${name}_concat`);
}

/** Half the channels, half the rows and columns. */
const transition = (x: Tensor, name: string): Tensor =>
  averagePool(conv(activate(x, `${name}_`), Math.trunc(channelsOf(x) * 0.5), 1, { useBias: false, name: `${name}_conv` }), 2, {
    strides: 2,
    name: `${name}_pool`,
  });

const densenet = (name: string, blocks: readonly number[], hashes: readonly [string, string]) =>
  network({
    name,
    options: standardOptions(name.toLowerCase()),
    size: 224,
    minimum: 32,
    channelsFirst: false,
    namesPooling: true,
    features(x) {
      x = activate(conv(pad(x, around(3)), 64, 7, { strides: 2, useBias: false, name: "conv1_conv" }), "conv1_");
      x = maxPool(pad(x, around(1)), 3, { strides: 2, name: "pool1" });
      blocks.forEach((steps, i) => {
        if (i > 0) x = transition(x, `pool${i + 1}`);
        for (let j = 1; j <= steps; j++) x = step(x, `conv${i + 2}_block${j}`);
      });
      return activate(x, "");
    },
    file: ({ includeTop }) => ({
      folder: "tensorflow/keras-applications/densenet",
      name: `${name.toLowerCase()}_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });

export const DenseNet121 = densenet(
  "DenseNet121",
  [6, 12, 24, 16],
  ["9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"],
);
export const DenseNet169 = densenet(
  "DenseNet169",
  [6, 12, 32, 32],
  ["d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"],
);
export const DenseNet201 = densenet(
  "DenseNet201",
  [6, 12, 48, 32],
  ["1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"],
);
