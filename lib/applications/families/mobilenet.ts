// MobileNet. @see Howard et al.: MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017 (table 1)

import { fraction, positiveInteger, positiveNumber, schema, withDefault } from "../../config/index.js";
import { text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { Activation, Conv2D, Dropout, GlobalAveragePooling2D, ReLU, Reshape } from "../../layers/index.js";
import { batchNorm, conv, depthwise, lastAxis, pad } from "../blocks.js";
import { common, imageAxes, network } from "../network.js";

const sizes = [128, 160, 192, 224];

const normalizeAndClip = (x: Tensor, name: string): Tensor =>
  new ReLU({ maxValue: 6, name: `${name}_relu` })(batchNorm(x, { axis: lastAxis(), name: `${name}_bn` }));

/** Filters and strides of the thirteen blocks: one convolution within channels, one across. */
const blocks: readonly (readonly [filters: number, stride: 1 | 2])[] = [
  [64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1],
]; // prettier-ignore

/** The square size that weights exist for, or null. */
const squareOf = (shape: readonly (number | null)[] | null): number | null => {
  const { rows, columns } = imageAxes();
  const side = shape?.[rows] ?? null;
  return side !== null && side === shape![columns] && sizes.includes(side) ? side : null;
};

export const MobileNet = network({
  name: "MobileNet",
  options: schema(
    [
      "inputShape",
      "alpha",
      "depthMultiplier",
      "dropout",
      "includeTop",
      "weights",
      "inputTensor",
      "pooling",
      "classes",
      "classifierActivation",
      "name",
    ],
    { ...common, alpha: positiveNumber(1), depthMultiplier: positiveInteger(1), dropout: withDefault(fraction(), 0.001) },
  ),
  size: ({ inputShape }) => squareOf(inputShape) ?? 224,
  minimum: 32,
  check(where, { weights, depthMultiplier, alpha }) {
    if (weights !== "imagenet") return;
    if (depthMultiplier !== 1)
      throw new ValueError(`${where}.depthMultiplier`, { given: text(depthMultiplier), expected: '1, as weights: "imagenet" has' });
    if (![0.25, 0.5, 0.75, 1].includes(alpha))
      throw new ValueError(`${where}.alpha`, { given: text(alpha), expected: '0.25, 0.5, 0.75 or 1, which weights: "imagenet" is for' });
  },
  features(x, { alpha, depthMultiplier }) {
    const width = (filters: number) => Math.trunc(filters * alpha);
    x = normalizeAndClip(conv(x, width(32), 3, { strides: 2, padding: "same", useBias: false, name: "conv1" }), "conv1");
    blocks.forEach(([filters, strides], i) => {
      const id = i + 1;
      if (strides === 2) x = pad(x, [[0, 1], [0, 1]], `conv_pad_${id}`); // prettier-ignore
      const padding = strides === 1 ? "same" : "valid";
      x = normalizeAndClip(depthwise(x, 3, { padding, depthMultiplier, strides, useBias: false, name: `conv_dw_${id}` }), `conv_dw_${id}`);
      x = normalizeAndClip(conv(x, width(filters), 1, { padding: "same", useBias: false, name: `conv_pw_${id}` }), `conv_pw_${id}`);
    });
    return x;
  },
  top(x, { dropout, classes, classifierActivation }) {
    x = new Dropout(dropout, { name: "dropout" })(new GlobalAveragePooling2D({ keepdims: true })(x));
    x = new Reshape([classes], { name: "reshape_2" })(new Conv2D(classes, 1, { padding: "same", name: "conv_preds" })(x));
    return new Activation(classifierActivation ?? "linear", { name: "predictions" })(x);
  },
  modelName: ({ alpha, weights }, shape) =>
    `mobilenet_${alpha.toFixed(2)}_${(weights === "imagenet" ? (squareOf(shape) ?? 224) : shape[imageAxes().rows]) ?? "None"}`,
  file({ alpha, includeTop }, shape) {
    const widths: Readonly<Record<number, string>> = { 1: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5" };
    const name = `mobilenet_${widths[alpha]}_${squareOf(shape) ?? 224}_tf${includeTop ? "" : "_no_top"}.h5`;
    return { folder: "tensorflow/keras-applications/mobilenet", name, hash: null };
  },
});
