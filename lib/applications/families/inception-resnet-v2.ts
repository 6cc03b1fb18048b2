// Inception-ResNet V2. @see Szegedy et al.: Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning, 2017 (figure
// 15)

import type { Tensor } from "../../core/tensor.js";
import { averagePool, batchNorm, channelsOf, concat, conv, maxPool, relu, type Size } from "../blocks.js";
import { CustomScaleLayer } from "../layers.js";
import { network, standardOptions } from "../network.js";

type Step = readonly [filters: number, kernel: Size, stride?: 2];

const unit = (x: Tensor, filters: number, kernel: Size, strides = 1, padding: "same" | "valid" = "same", name: string | null = null) => {
  const y = conv(x, filters, kernel, { strides, padding, useBias: false, name });
  return relu(batchNorm(y, { scale: false, name: name && `${name}_bn` }), name && `${name}_ac`);
};

/** Convolutions in a row; those of stride 2 are without padding. */
const branch = (x: Tensor, ...steps: readonly Step[]): Tensor =>
  steps.reduce((y, [filters, kernel, stride]) => unit(y, filters, kernel, stride ?? 1, stride ? "valid" : "same"), x);

const halved = (x: Tensor): Tensor => maxPool(x, 3, { strides: 2 });

/** Branches, brought to the width of the input and added to it at a scale. */
function residual(x: Tensor, scale: number, name: string, rows: readonly (readonly Step[])[], isActivated = true): Tensor {
  const mixed = concat(rows.map((steps) => branch(x, ...steps)), `${name}_mixed`); // prettier-ignore
  const up = conv(mixed, channelsOf(x), 1, { padding: "same", name: `${name}_conv` });
  const y: Tensor = new CustomScaleLayer(scale)([x, up]);
  return isActivated ? relu(y, `${name}_ac`) : y;
}

const block35: readonly (readonly Step[])[] = [[[32, 1]], [[32, 1], [32, 3]], [[32, 1], [48, 3], [64, 3]]]; // prettier-ignore
const block17: readonly (readonly Step[])[] = [[[192, 1]], [[128, 1], [160, [1, 7]], [192, [7, 1]]]]; // prettier-ignore
const block8: readonly (readonly Step[])[] = [[[192, 1]], [[192, 1], [224, [1, 3]], [256, [3, 1]]]]; // prettier-ignore

export const InceptionResNetV2 = network({
  name: "InceptionResNetV2",
  options: standardOptions("inception_resnet_v2"),
  size: 299,
  minimum: 75,
  features(x) {
    x = unit(unit(unit(x, 32, 3, 2, "valid"), 32, 3, 1, "valid"), 64, 3);
    x = halved(unit(unit(halved(x), 80, 1, 1, "valid"), 192, 3, 1, "valid"));
    const parts = [branch(x, [96, 1]), branch(x, [48, 1], [64, 5]), branch(x, [64, 1], [96, 3], [96, 3])];
    x = concat([...parts, unit(averagePool(x, 3, { strides: 1, padding: "same" }), 64, 1)], "mixed_5b");
    for (let i = 1; i <= 10; i++) x = residual(x, 0.17, `block35_${i}`, block35);
    x = concat([branch(x, [384, 3, 2]), branch(x, [256, 1], [256, 3], [384, 3, 2]), halved(x)], "mixed_6a");
    for (let i = 1; i <= 20; i++) x = residual(x, 0.1, `block17_${i}`, block17);
    const strided = [branch(x, [256, 1], [384, 3, 2]), branch(x, [256, 1], [288, 3, 2]), branch(x, [256, 1], [288, 3], [320, 3, 2])];
    x = concat([...strided, halved(x)], "mixed_7a");
    for (let i = 1; i <= 9; i++) x = residual(x, 0.2, `block8_${i}`, block8);
    x = residual(x, 1, "block8_10", block8, false);
    return unit(x, 1536, 1, 1, "same", "conv_7b");
  },
  file: ({ includeTop }) => ({
    folder: "tensorflow/keras-applications/inception_resnet_v2",
    name: `inception_resnet_v2_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
    hash: includeTop ? "e693bd0210a403b3192acc6073ad2e96" : "d19885ff4a710c122648d3b5c3b684e4",
  }),
});
