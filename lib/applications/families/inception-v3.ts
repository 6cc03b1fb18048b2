// Inception V3. @see Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, 2016 (table 1, figures 5 to 7)

import type { Tensor } from "../../core/tensor.js";
import { averagePool, batchNorm, concat, conv, maxPool, relu, type Size } from "../blocks.js";
import { network, standardOptions } from "../network.js";

/** A convolution of a branch: filters, kernel, and whether it halves rows and columns without padding. */
type Step = readonly [filters: number, kernel: Size, stride?: 2];

const unit = (x: Tensor, filters: number, kernel: Size, strides = 1, padding: "same" | "valid" = "same"): Tensor =>
  relu(batchNorm(conv(x, filters, kernel, { strides, padding, useBias: false }), { scale: false }));

/** Convolutions in a row. */
const branch = (x: Tensor, ...steps: readonly Step[]): Tensor =>
  steps.reduce((y, [filters, kernel, stride]) => unit(y, filters, kernel, stride ?? 1, stride ? "valid" : "same"), x);

const pooled = (x: Tensor, filters: number): Tensor => unit(averagePool(x, 3, { strides: 1, padding: "same" }), filters, 1);
const halved = (x: Tensor): Tensor => maxPool(x, 3, { strides: 2 });

/** Figure 5: 3 × 3 twice in the place of 5 × 5. */
const blockA = (x: Tensor, pool: number, name: string): Tensor =>
  concat([branch(x, [64, 1]), branch(x, [48, 1], [64, 5]), branch(x, [64, 1], [96, 3], [96, 3]), pooled(x, pool)], name);

/** Figure 6: 7 × 7 as a row and a column. */
const blockB = (x: Tensor, width: number, name: string): Tensor => {
  const row: Step = [width, [1, 7]];
  const column: Step = [width, [7, 1]];
  const parts = [
    branch(x, [192, 1]),
    branch(x, [width, 1], row, [192, [7, 1]]),
    branch(x, [width, 1], column, row, column, [192, [1, 7]]),
    pooled(x, 192),
  ];
  return concat(parts, name);
};

/** Figure 7: rows and columns beside each other. */
const blockC = (x: Tensor, i: number): Tensor => {
  const spread = (y: Tensor, name: string | null) => concat([branch(y, [384, [1, 3]]), branch(y, [384, [3, 1]])], name);
  const parts = [
    branch(x, [320, 1]),
    spread(branch(x, [384, 1]), `mixed9_${i}`),
    spread(branch(x, [448, 1], [384, 3]), null),
    pooled(x, 192),
  ];
  return concat(parts, `mixed${9 + i}`);
};

export const InceptionV3 = network({
  name: "InceptionV3",
  options: standardOptions("inception_v3"),
  size: 299,
  minimum: 75,
  features(x) {
    x = unit(unit(unit(x, 32, 3, 2, "valid"), 32, 3, 1, "valid"), 64, 3);
    x = halved(unit(unit(halved(x), 80, 1, 1, "valid"), 192, 3, 1, "valid"));
    [32, 64, 64].forEach((pool, i) => (x = blockA(x, pool, `mixed${i}`)));
    x = concat([branch(x, [384, 3, 2]), branch(x, [64, 1], [96, 3], [96, 3, 2]), halved(x)], "mixed3");
    [128, 160, 160, 192].forEach((width, i) => (x = blockB(x, width, `mixed${4 + i}`)));
    const large = branch(x, [192, 1], [320, 3, 2]);
    x = concat([large, branch(x, [192, 1], [192, [1, 7]], [192, [7, 1]], [192, 3, 2]), halved(x)], "mixed8");
    return blockC(blockC(x, 0), 1);
  },
  file: ({ includeTop }) => ({
    folder: "tensorflow/keras-applications/inception_v3",
    name: `inception_v3_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
    hash: includeTop ? "9a0d58056eeedaa3f26cb7ebd46da564" : "bcbd6486424b2319ff4ef7d526e38f63",
  }),
});
