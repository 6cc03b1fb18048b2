// MobileNet V3. @see Howard et al.: Searching for MobileNetV3, 2019 (tables 1 and 2)

import { boolean, fraction, positiveNumber, schema, withDefault } from "../../config/index.js";
import { text, ValueError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { Activation, Dropout, Flatten, GlobalAveragePooling2D, Multiply, ReLU, Rescaling } from "../../layers/index.js";
import { add as addTensors, multiply } from "../../ops/index.js";
import { activation, add, batchNorm, channelsOf, conv, correctPad, depthwise, lastAxis, makeDivisible, pad } from "../blocks.js";
import { checkImageShape, common, imageAxes, network, refuseShape } from "../network.js";

const normalize = (x: Tensor, name: string): Tensor => batchNorm(x, { axis: lastAxis(), epsilon: 1e-3, momentum: 0.999, name });
const relu = (x: Tensor): Tensor => new ReLU()(x);
const hardSwish = (x: Tensor): Tensor => activation(x, "hard_swish");
const hardSigmoid = (x: Tensor): Tensor => multiply(new ReLU({ maxValue: 6 })(addTensors(x, 3)), 1 / 6);

/**
 * A row of the tables: expansion, filters, squeeze and excite, activation, stride; and whether the kernel is 5, where the network has such.
 */
type Row = readonly [expansion: number, filters: number, squeezes: boolean, act: "RE" | "HS", stride: 1 | 2, isLarge: boolean];

const small: readonly Row[] = [
  [1, 16, true, "RE", 2, false],
  [72 / 16, 24, false, "RE", 2, false],
  [88 / 24, 24, false, "RE", 1, false],
  [4, 40, true, "HS", 2, true],
  [6, 40, true, "HS", 1, true],
  [6, 40, true, "HS", 1, true],
  [3, 48, true, "HS", 1, true],
  [3, 48, true, "HS", 1, true],
  [6, 96, true, "HS", 2, true],
  [6, 96, true, "HS", 1, true],
  [6, 96, true, "HS", 1, true],
];

const large: readonly Row[] = [
  [1, 16, false, "RE", 1, false],
  [4, 24, false, "RE", 2, false],
  [3, 24, false, "RE", 1, false],
  [3, 40, true, "RE", 2, true],
  [3, 40, true, "RE", 1, true],
  [3, 40, true, "RE", 1, true],
  [6, 80, false, "HS", 2, false],
  [2.5, 80, false, "HS", 1, false],
  [2.3, 80, false, "HS", 1, false],
  [2.3, 80, false, "HS", 1, false],
  [6, 112, true, "HS", 1, false],
  [6, 112, true, "HS", 1, false],
  [6, 160, true, "HS", 2, true],
  [6, 160, true, "HS", 1, true],
  [6, 160, true, "HS", 1, true],
];

/** A factor for each channel, from the mean of all. */
function squeezeAndExcite(x: Tensor, filters: number, prefix: string): Tensor {
  let y: Tensor = new GlobalAveragePooling2D({ keepdims: true, name: `${prefix}avg_pool` })(x);
  y = new ReLU({ name: `${prefix}relu` })(conv(y, makeDivisible(filters * 0.25), 1, { padding: "same", name: `${prefix}conv` }));
  y = hardSigmoid(conv(y, filters, 1, { padding: "same", name: `${prefix}conv_1` }));
  return new Multiply({ name: `${prefix}mul` })([x, y]);
}

function block(x: Tensor, id: number, [expansion, width, squeezes, act, stride, isLarge]: Row, alpha: number, isMinimal: boolean): Tensor {
  const filters = makeDivisible(width * alpha);
  const activate = act === "HS" && !isMinimal ? hardSwish : relu;
  const kernel = isLarge && !isMinimal ? 5 : 3;
  const prefix = id === 0 ? "expanded_conv_" : `expanded_conv_${id}_`;
  const inside = channelsOf(x);
  const expanded = makeDivisible(inside * expansion);
  let y = x;
  if (id > 0) {
    y = conv(y, expanded, 1, { padding: "same", useBias: false, name: `${prefix}expand` });
    y = activate(normalize(y, `${prefix}expand_bn`));
  }
  if (stride === 2) y = pad(y, correctPad(y, kernel), `${prefix}depthwise_pad`);
  const padding = stride === 1 ? "same" : "valid";
  y = depthwise(y, kernel, { strides: stride, padding, useBias: false, name: `${prefix}depthwise` });
  y = activate(normalize(y, `${prefix}depthwise_bn`));
  if (squeezes && !isMinimal) y = squeezeAndExcite(y, expanded, `${prefix}squeeze_excite_`);
  y = normalize(conv(y, filters, 1, { padding: "same", useBias: false, name: `${prefix}project` }), `${prefix}project_bn`);
  return stride === 1 && inside === filters ? add([x, y], `${prefix}add`) : y;
}

const hashes: Readonly<Record<string, readonly [string, string]>> = {
  "large_224_0.75": ["765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"],
  "large_224_1.0": ["59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"],
  "large_minimalistic_224_1.0": ["675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"],
  "small_224_0.75": ["cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"],
  "small_224_1.0": ["8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"],
  "small_minimalistic_224_1.0": ["99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"],
};

const mobilenetV3 = (size: "small" | "large", rows: readonly Row[], lastWidth: number) => {
  const name = size === "small" ? "MobileNetV3Small" : "MobileNetV3Large";
  return network({
    name,
    options: schema(
      [
        "inputShape",
        "alpha",
        "minimalistic",
        "includeTop",
        "weights",
        "inputTensor",
        "classes",
        "pooling",
        "dropoutRate",
        "classifierActivation",
        "includePreprocessing",
        "name",
      ],
      {
        ...common,
        alpha: positiveNumber(1),
        minimalistic: boolean(false),
        dropoutRate: withDefault(fraction(), 0.2),
        includePreprocessing: boolean(true),
        name: { ...common.name, fallback: name },
      },
    ),
    size: 224,
    minimum: 32,
    namesPooling: true,
    check(where, { weights, minimalistic, alpha }) {
      const known = minimalistic ? [1] : [0.75, 1];
      if (weights === "imagenet" && !known.includes(alpha))
        throw new ValueError(`${where}.alpha`, { given: text(alpha), expected: `${known.join(" or ")}, which weights: "imagenet" is for` });
    },
    /** Open rows and columns unless the options say otherwise, with the top too. */
    shape(where, { inputShape, inputTensor, weights }) {
      const { rows, columns, channels } = imageAxes();
      if (inputShape && inputTensor && inputTensor.shape[columns + 1] !== inputShape[columns])
        refuseShape(where, inputShape, { expected: `that of an image of inputTensor, ${shapeText(inputTensor.shape.slice(1))}` });
      const open: (number | null)[] = [null, null, null];
      open[channels] = 3;
      const shape: Shape = inputShape ?? inputTensor?.shape.slice(1) ?? open;
      checkImageShape(where, shape, 32);
      if (weights === "imagenet" && (shape[rows] !== 224 || shape[columns] !== 224))
        console.warn(`kerasm: ${where}: the weights for images of 224 × 224 are taken for ${shapeText(shape)}.`);
      return shape;
    },
    features(x, { alpha, minimalistic, includePreprocessing }) {
      const activate = minimalistic ? relu : hardSwish;
      if (includePreprocessing) x = new Rescaling({ scale: 1 / 127.5, offset: -1 })(x);
      x = activate(normalize(conv(x, 16, 3, { strides: 2, padding: "same", useBias: false, name: "conv" }), "conv_bn"));
      rows.forEach((row, id) => (x = block(x, id, row, alpha, minimalistic)));
      x = conv(x, makeDivisible(channelsOf(x) * 6), 1, { padding: "same", useBias: false, name: "conv_1" });
      return activate(normalize(x, "conv_1_bn"));
    },
    top(x, { alpha, minimalistic, dropoutRate, classes, classifierActivation }) {
      x = new GlobalAveragePooling2D({ keepdims: true })(x);
      x = conv(x, alpha > 1 ? makeDivisible(lastWidth * alpha) : lastWidth, 1, { padding: "same", name: "conv_2" });
      x = (minimalistic ? relu : hardSwish)(x);
      if (dropoutRate > 0) x = new Dropout(dropoutRate)(x);
      x = new Flatten()(conv(x, classes, 1, { padding: "same", name: "logits" }));
      return new Activation(classifierActivation ?? "linear", { name: "predictions" })(x);
    },
    file({ alpha, minimalistic, includeTop }) {
      const key = `${size}${minimalistic ? "_minimalistic" : ""}_224_${Number.isInteger(alpha) ? alpha.toFixed(1) : alpha}`;
      return {
        folder: "tensorflow/keras-applications/mobilenet_v3",
        name: `weights_mobilenet_v3_${key}_float${includeTop ? "" : "_no_top_v2"}.h5`,
        hash: hashes[key]![includeTop ? 0 : 1],
      };
    },
  });
};

export const MobileNetV3Small = mobilenetV3("small", small, 1024);
export const MobileNetV3Large = mobilenetV3("large", large, 1280);
