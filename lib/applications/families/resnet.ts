// ResNet and ResNet V2. @see He et al.: Deep Residual Learning for Image Recognition, 2015 (table 1); Identity Mappings in Deep Residual
// Networks, 2016

import type { Tensor } from "../../core/tensor.js";
import { activation, add, around, batchNorm, conv, maxPool, pad } from "../blocks.js";
import { network, standardOptions } from "../network.js";

const epsilon = 1.001e-5;
const normalize = (x: Tensor, name: string) => batchNorm(x, { epsilon, name });
const normalizeAndRectify = (x: Tensor, block: string) => activation(normalize(x, `${block}_bn`), "relu", `${block}_relu`);

/** Two of its three convolutions, then the third, added to the shortcut; normalized behind each. */
function blockV1(x: Tensor, filters: number, stride: number, isFirst: boolean, name: string): Tensor {
  const shortcut = isFirst ? normalize(conv(x, 4 * filters, 1, { strides: stride, name: `${name}_0_conv` }), `${name}_0_bn`) : x;
  x = normalizeAndRectify(conv(x, filters, 1, { strides: stride, name: `${name}_1_conv` }), `${name}_1`);
  x = normalizeAndRectify(conv(x, filters, 3, { padding: "same", name: `${name}_2_conv` }), `${name}_2`);
  x = normalize(conv(x, 4 * filters, 1, { name: `${name}_3_conv` }), `${name}_3_bn`);
  return activation(add([shortcut, x], `${name}_add`), "relu", `${name}_out`);
}

/** The same three, normalized before each. */
function blockV2(x: Tensor, filters: number, stride: number, isFirst: boolean, name: string): Tensor {
  const before = normalizeAndRectify(x, `${name}_preact`);
  const strided = () => (stride > 1 ? maxPool(x, 1, { strides: stride }) : x);
  const shortcut = isFirst ? conv(before, 4 * filters, 1, { strides: stride, name: `${name}_0_conv` }) : strided();
  let y = normalizeAndRectify(conv(before, filters, 1, { useBias: false, name: `${name}_1_conv` }), `${name}_1`);
  y = conv(pad(y, around(1), `${name}_2_pad`), filters, 3, { strides: stride, useBias: false, name: `${name}_2_conv` });
  y = conv(normalizeAndRectify(y, `${name}_2`), 4 * filters, 1, { name: `${name}_3_conv` });
  return add([shortcut, y], `${name}_out`);
}

const filters = [64, 128, 256, 512];

/** Version 1 halves at the beginning of stages 3 to 5, version 2 at the end of stages 2 to 4. */
function stage(x: Tensor, version: 1 | 2, i: number, blocks: number): Tensor {
  for (let j = 1; j <= blocks; j++) {
    const name = `conv${i + 2}_block${j}`;
    x = version === 1
        ? blockV1(x, filters[i]!, j === 1 && i > 0 ? 2 : 1, j === 1, name)
        : blockV2(x, filters[i]!, j === blocks && i < 3 ? 2 : 1, j === 1, name); // prettier-ignore
  }
  return x;
}

const resnet = (name: string, version: 1 | 2, blocks: readonly number[], hashes: readonly [string, string]) =>
  network({
    name,
    options: standardOptions(name.toLowerCase()),
    size: 224,
    minimum: 32,
    namesPooling: true,
    features(x) {
      x = conv(pad(x, around(3), "conv1_pad"), 64, 7, { strides: 2, name: "conv1_conv" });
      if (version === 1) x = normalizeAndRectify(x, "conv1");
      x = maxPool(pad(x, around(1), "pool1_pad"), 3, { strides: 2, name: "pool1_pool" });
      blocks.forEach((count, i) => (x = stage(x, version, i, count)));
      return version === 1 ? x : normalizeAndRectify(x, "post");
    },
    file: ({ includeTop }) => ({
      folder: "tensorflow/keras-applications/resnet",
      name: `${name.toLowerCase()}_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });

export const ResNet50 = resnet("ResNet50", 1, [3, 4, 6, 3], ["2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"]);
export const ResNet101 = resnet("ResNet101", 1, [3, 4, 23, 3], ["f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"]);
export const ResNet152 = resnet("ResNet152", 1, [3, 8, 36, 3], ["100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"]);
export const ResNet50V2 = resnet("ResNet50V2", 2, [3, 4, 6, 3], ["3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"]);
export const ResNet101V2 = resnet(
  "ResNet101V2",
  2,
  [3, 4, 23, 3],
  ["6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"],
);
export const ResNet152V2 = resnet(
  "ResNet152V2",
  2,
  [3, 8, 36, 3],
  ["a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"],
);
