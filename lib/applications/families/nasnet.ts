// NASNet-A. @see Zoph et al.: Learning Transferable Architectures for Scalable Image Recognition, 2018 (figure 4)

import { schema, withDefault, string } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { inScope } from "../../layers/base/context.js";
import { Cropping2D } from "../../layers/index.js";
import {
  add,
  averagePool,
  batchNorm,
  channelsOf,
  concat,
  conv,
  correctPad,
  dense,
  globalAverage,
  maxPool,
  pad,
  relu,
  separable,
} from "../blocks.js";
import { common, imageShapeOf, network, refuseShape } from "../network.js";

const normalize = (x: Tensor, name: string): Tensor => batchNorm(x, { axis: -1, momentum: 0.9997, epsilon: 1e-3, name });
const pointwise = (x: Tensor, filters: number, name: string): Tensor =>
  conv(x, filters, 1, { padding: "same", useBias: false, kernelInitializer: "he_normal", name });

/** Twice relu, separable convolution, normalization. */
const sepconv = (x: Tensor, filters: number, kernel: number, id: string, strides: 1 | 2 = 1): Tensor =>
  inScope(`separable_conv_block_${id}`, () => {
    let y = relu(x);
    if (strides === 2) y = pad(y, correctPad(y, kernel), `separable_conv_1_pad_${id}`);
    const padding = strides === 2 ? "valid" : "same";
    y = separable(y, filters, kernel, { strides, padding, useBias: false, name: `separable_conv_1_${id}` });
    y = relu(normalize(y, `separable_conv_1_bn_${id}`));
    y = separable(y, filters, kernel, { padding: "same", useBias: false, name: `separable_conv_2_${id}` });
    return normalize(y, `separable_conv_2_bn_${id}`);
  });

/** The output of the cell before last, brought to the rows, columns and filters of this one. */
const adjusted = (p: Tensor | null, x: Tensor, filters: number, id: string): Tensor =>
  inScope("adjust_block", () => {
    if (p === null) return x;
    if (p.shape.at(-2) !== x.shape.at(-2)) return inScope(`adjust_reduction_block_${id}`, () => reduced(p, filters, id));
    if (channelsOf(p) === filters) return p;
    return inScope(`adjust_projection_block_${id}`, () =>
      normalize(pointwise(relu(p), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`),
    );
  });

/** Every second pixel, and every second one of the picture moved by one. */
function reduced(p: Tensor, filters: number, id: string): Tensor {
  const half = Math.floor(filters / 2);
  const every2nd = (x: Tensor, i: 1 | 2) =>
    pointwise(averagePool(x, 1, { strides: 2, padding: "valid", name: `adjust_avg_pool_${i}_${id}` }), half, `adjust_conv_${i}_${id}`);
  const y = relu(p, `adjust_relu_1_${id}`);
  const first = every2nd(y, 1);
  const moved: Tensor = new Cropping2D({ cropping: [[1, 0], [1, 0]] })(pad(y, [[0, 1], [0, 1]])); // prettier-ignore
  return normalize(concat([first, every2nd(moved, 2)], null, -1), `adjust_bn_${id}`);
}

const block = <T>(i: number, action: () => T): T => inScope(`block_${i}`, action);
const average = (x: Tensor, name: string, strides = 1): Tensor =>
  averagePool(x, 3, { strides, padding: strides === 1 ? "same" : "valid", name });
const begun = (x: Tensor, filters: number, kind: string, id: string): Tensor =>
  normalize(pointwise(relu(x), filters, `${kind}_conv_1_${id}`), `${kind}_bn_1_${id}`);

const normalCell = (x: Tensor, previous: Tensor | null, filters: number, id: string): Tensor =>
  inScope(`normal_A_block_${id}`, () => {
    const p = adjusted(previous, x, filters, id);
    const h = begun(x, filters, "normal", id);
    const sum = (i: number, parts: () => [Tensor, Tensor]) => block(i, () => add(parts(), `normal_add_${i}_${id}`));
    const x1 = sum(1, () => [sepconv(h, filters, 5, `normal_left1_${id}`), sepconv(p, filters, 3, `normal_right1_${id}`)]);
    const x2 = sum(2, () => [sepconv(p, filters, 5, `normal_left2_${id}`), sepconv(p, filters, 3, `normal_right2_${id}`)]);
    const x3 = sum(3, () => [average(h, `normal_left3_${id}`), p]);
    const x4 = sum(4, () => [average(p, `normal_left4_${id}`), average(p, `normal_right4_${id}`)]);
    const x5 = sum(5, () => [sepconv(h, filters, 3, `normal_left5_${id}`), h]);
    return concat([p, x1, x2, x3, x4, x5], `normal_concat_${id}`, -1);
  });

const reductionCell = (x: Tensor, previous: Tensor | null, filters: number, id: string): Tensor =>
  inScope(`reduction_A_block_${id}`, () => {
    const p = adjusted(previous, x, filters, id);
    const h = begun(x, filters, "reduction", id);
    const h3 = pad(h, correctPad(h, 3), `reduction_pad_1_${id}`);
    const largest = (i: string) => maxPool(h3, 3, { strides: 2, padding: "valid", name: `reduction_${i}_${id}` });
    const halved = (y: Tensor, kernel: number, i: string) => sepconv(y, filters, kernel, `reduction_${i}_${id}`, 2);
    const x1 = block(1, () => add([halved(h, 5, "left1"), halved(p, 7, "right1")], `reduction_add_1_${id}`));
    const x2 = block(2, () => add([largest("left2"), halved(p, 7, "right2")], `reduction_add_2_${id}`));
    const x3 = block(3, () => add([average(h3, `reduction_left3_${id}`, 2), halved(p, 5, "right3")], `reduction_add3_${id}`));
    const x4 = block(4, () => add([x2, average(x1, `reduction_left4_${id}`)]));
    const x5 = block(5, () => add([sepconv(x1, filters, 3, `reduction_left4_${id}`), largest("right5")], `reduction_add4_${id}`));
    return concat([x2, x3, x4, x5], `reduction_concat_${id}`, -1);
  });

interface Facts {
  readonly name: string;
  readonly modelName: string;
  readonly size: number;
  /** Filters of the last cells. */
  readonly filters: number;
  readonly blocks: number;
  readonly stem: number;
  /** Whether the cell behind a reduction still looks at what was before it. */
  readonly skipsReduction: boolean;
  readonly hashes: readonly [string, string];
}

const nasnet = ({ name, modelName, size, filters: last, blocks, stem, skipsReduction, hashes }: Facts) =>
  network({
    name,
    options: schema(["inputShape", "includeTop", "weights", "inputTensor", "pooling", "classes", "classifierActivation", "name"], {
      ...common,
      name: withDefault(string(), modelName),
    }),
    size,
    minimum: 32,
    channelsFirst: false,
    check(where, { inputShape, weights }) {
      if (weights === "imagenet" && inputShape?.includes(null))
        refuseShape(where, inputShape as Shape, { expected: 'a static shape, without null, which weights: "imagenet" needs' });
    },
    /** Without top Mobile keeps its size, Large takes any. */
    shape(where, options) {
      const inputShape = options.inputShape ?? (size === 224 ? [size, size, 3] : null);
      return imageShapeOf(where, { ...options, inputShape }, size, 32);
    },
    features(x) {
      const filters = last / 24;
      x = conv(x, stem, 3, { strides: 2, padding: "valid", useBias: false, kernelInitializer: "he_normal", name: "stem_conv1" });
      x = normalize(x, "stem_bn1");
      let p: Tensor | null = null;
      for (const [i, width] of [filters / 4, filters / 2].entries()) [x, p] = [reductionCell(x, p, Math.floor(width), `stem_${i + 1}`), x];
      for (let part = 0; part < 3; part++) {
        const width = filters * 2 ** part;
        if (part > 0) {
          const before: Tensor = x;
          x = reductionCell(x, p, width, `reduce_${part * blocks}`);
          if (!skipsReduction) p = before;
        }
        for (let i = 0; i < blocks; i++) [x, p] = [normalCell(x, p, width, `${part * blocks + i + (part > 0 ? 1 : 0)}`), x];
      }
      return relu(x);
    },
    top: (x, { classes, classifierActivation }) =>
      dense(globalAverage(x), classes, { activation: classifierActivation, name: "predictions" }),
    file: ({ includeTop }) => ({
      folder: "tensorflow/keras-applications/nasnet",
      name: `${modelName}${includeTop ? "" : "_no_top"}.h5`,
      publishedAs: `NASNet-${modelName.slice(7)}${includeTop ? "" : "-no-top"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });

export const NASNetMobile = nasnet({
  name: "NASNetMobile",
  modelName: "nasnet_mobile",
  size: 224,
  filters: 1056,
  blocks: 4,
  stem: 32,
  skipsReduction: false,
  hashes: ["020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"],
});

export const NASNetLarge = nasnet({
  name: "NASNetLarge",
  modelName: "nasnet_large",
  size: 331,
  filters: 4032,
  blocks: 6,
  stem: 96,
  skipsReduction: true,
  hashes: ["11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"],
});
