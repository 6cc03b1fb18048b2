// MobileNet V2. @see Sandler et al.: MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018 (table 2)

import { positiveNumber, schema } from "../../config/index.js";
import { text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { ReLU } from "../../layers/index.js";
import { add, batchNorm, channelsOf, conv, correctPad, dense, depthwise, globalAverage, lastAxis, makeDivisible, pad } from "../blocks.js";
import { common, imageAxes, network, refuseShape } from "../network.js";

const sizes = [96, 128, 160, 192, 224];

const normalize = (x: Tensor, name: string): Tensor => batchNorm(x, { axis: lastAxis(), epsilon: 1e-3, momentum: 0.999, name });
const clip = (x: Tensor, name: string): Tensor => new ReLU({ maxValue: 6, name })(x);

/** Table 2: expansion, filters, repetitions, stride of the first. */
const stages = [
  [1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1],
] as const; // prettier-ignore

/** Wider by the expansion, one convolution within channels, narrower again, without an activation. */
function invertedResidual(x: Tensor, id: number, expansion: number, filters: number, stride: number): Tensor {
  const prefix = id === 0 ? "expanded_conv_" : `block_${id}_`;
  const inside = channelsOf(x);
  let y = x;
  if (id > 0) {
    y = conv(y, expansion * inside, 1, { padding: "same", useBias: false, name: `${prefix}expand` });
    y = clip(normalize(y, `${prefix}expand_BN`), `${prefix}expand_relu`);
  }
  if (stride === 2) y = pad(y, correctPad(y, 3), `${prefix}pad`);
  const padding = stride === 1 ? "same" : "valid";
  y = depthwise(y, 3, { strides: stride, useBias: false, padding, name: `${prefix}depthwise` });
  y = clip(normalize(y, `${prefix}depthwise_BN`), `${prefix}depthwise_relu`);
  y = normalize(conv(y, filters, 1, { padding: "same", useBias: false, name: `${prefix}project` }), `${prefix}project_BN`);
  return inside === filters && stride === 1 ? add([x, y], `${prefix}add`) : y;
}

/** The square size that weights exist for, or null. */
const squareOf = (shape: readonly (number | null)[] | null): number | null => {
  const { rows, columns } = imageAxes();
  const side = shape?.[rows] ?? null;
  return side !== null && side === shape![columns] && sizes.includes(side) ? side : null;
};

export const MobileNetV2 = network({
  name: "MobileNetV2",
  options: schema(
    ["inputShape", "alpha", "includeTop", "weights", "inputTensor", "pooling", "classes", "classifierActivation", "name"],
    { ...common, alpha: positiveNumber(1) }, // prettier-ignore
  ),
  size: ({ inputShape, inputTensor }) => squareOf(inputShape ?? inputTensor?.shape.slice(1) ?? null) ?? 224,
  minimum: 32,
  check(where, { inputShape, inputTensor, weights, alpha }) {
    const { columns } = imageAxes();
    if (inputShape && inputTensor && inputTensor.shape[columns + 1] !== inputShape[columns])
      refuseShape(where, inputShape, { expected: `that of an image of inputTensor, ${shapeText(inputTensor.shape.slice(1))}` });
    if (weights === "imagenet" && ![0.35, 0.5, 0.75, 1, 1.3, 1.4].includes(alpha))
      throw new ValueError(`${where}.alpha`, {
        given: text(alpha),
        expected: '0.35, 0.5, 0.75, 1, 1.3 or 1.4, which weights: "imagenet" is for',
      });
  },
  features(x, { alpha }) {
    const first = { strides: 2, padding: "same", useBias: false, name: "Conv1" } as const;
    x = clip(normalize(conv(x, makeDivisible(32 * alpha), 3, first), "bn_Conv1"), "Conv1_relu");
    let id = 0;
    for (const [expansion, filters, repeats, stride] of stages) {
      const width = makeDivisible(Math.trunc(filters * alpha));
      for (let i = 0; i < repeats; i++) x = invertedResidual(x, id++, expansion, width, i === 0 ? stride : 1);
    }
    x = conv(x, alpha > 1 ? makeDivisible(1280 * alpha) : 1280, 1, { useBias: false, name: "Conv_1" });
    return clip(normalize(x, "Conv_1_bn"), "out_relu");
  },
  top: (x, { classes, classifierActivation }) =>
    dense(globalAverage(x), classes, { activation: classifierActivation, name: "predictions" }),
  modelName: ({ alpha, weights }, shape) =>
    `mobilenetv2_${alpha.toFixed(2)}_${(weights === "imagenet" ? (squareOf(shape) ?? 224) : shape[imageAxes().rows]) ?? "None"}`,
  file({ alpha, includeTop }, shape) {
    const width = Number.isInteger(alpha) ? alpha.toFixed(1) : `${alpha}`;
    const name = `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${width}_${squareOf(shape) ?? 224}${includeTop ? "" : "_no_top"}.h5`;
    return { folder: "tensorflow/keras-applications/mobilenet_v2", name, hash: null };
  },
});
