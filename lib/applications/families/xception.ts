// Xception. @see Chollet: Xception: Deep Learning with Depthwise Separable Convolutions, 2017 (figure 5)

import type { Tensor } from "../../core/tensor.js";
import { add, batchNorm, conv, lastAxis, maxPool, relu, separable } from "../blocks.js";
import { network, standardOptions } from "../network.js";

const normalize = (x: Tensor, name: string | null = null) => batchNorm(x, { axis: lastAxis(), name });

const sepconv = (x: Tensor, filters: number, name: string) =>
  normalize(separable(x, filters, 3, { padding: "same", useBias: false, name }), `${name}_bn`);

/** Two convolutions and a pooling, beside a strided convolution. */
function halving(x: Tensor, block: string, filters: readonly [number, number], beginsWithRelu = true): Tensor {
  const shortcut = normalize(conv(x, filters[1], 1, { strides: 2, padding: "same", useBias: false }));
  if (beginsWithRelu) x = relu(x, `${block}_sepconv1_act`);
  x = sepconv(x, filters[0], `${block}_sepconv1`);
  x = sepconv(relu(x, `${block}_sepconv2_act`), filters[1], `${block}_sepconv2`);
  return add([maxPool(x, 3, { strides: 2, padding: "same", name: `${block}_pool` }), shortcut]);
}

/** Three convolutions beside nothing. */
function middle(x: Tensor, block: string): Tensor {
  let y = x;
  for (const i of [1, 2, 3]) y = sepconv(relu(y, `${block}_sepconv${i}_act`), 728, `${block}_sepconv${i}`);
  return add([y, x]);
}

export const Xception = network({
  name: "Xception",
  options: standardOptions("xception"),
  size: 299,
  minimum: 71,
  features(x) {
    const first = (filters: number, strides: number, name: string) =>
      relu(normalize(conv(x, filters, 3, { strides, useBias: false, name }), `${name}_bn`), `${name}_act`);
    x = first(32, 2, "block1_conv1");
    x = first(64, 1, "block1_conv2");
    x = halving(x, "block2", [128, 128], false);
    x = halving(x, "block3", [256, 256]);
    x = halving(x, "block4", [728, 728]);
    for (let i = 5; i <= 12; i++) x = middle(x, `block${i}`);
    x = halving(x, "block13", [728, 1024]);
    x = relu(sepconv(x, 1536, "block14_sepconv1"), "block14_sepconv1_act");
    return relu(sepconv(x, 2048, "block14_sepconv2"), "block14_sepconv2_act");
  },
  file: ({ includeTop }) => ({
    folder: "tensorflow/keras-applications/xception",
    name: `xception_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
    hash: includeTop ? "0a58e3b7378bc2990ea3b43d5981f1f6" : "b0042744bf5b25fce3cb969f33bebb97",
  }),
});
