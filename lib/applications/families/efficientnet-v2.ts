// EfficientNet V2. @see Tan and Le: EfficientNetV2: Smaller Models and Faster Training, 2021 (table 4)

import { boolean, schema, string, withDefault } from "../../config/index.js";
import { didYouMean, text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { Dropout, Normalization, Rescaling } from "../../layers/index.js";
import { activation, add, batchNorm, channelAxis, conv, dense, depthwise, globalAverage } from "../blocks.js";
import { excite, kernelInitializer, topInitializer } from "../excite.js";
import { common, imageAxes, network } from "../network.js";

/** A row of the table: fused convolutions or not, expansion, filters, repetitions, stride of the first. All kernels are 3 × 3. */
type Row = readonly [isFused: boolean, expansion: number, inside: number, filters: number, repeats: number, stride: 1 | 2];

const base: readonly Row[] = [
  [true, 1, 32, 16, 1, 1],
  [true, 4, 16, 32, 2, 2],
  [true, 4, 32, 48, 2, 2],
  [false, 4, 48, 96, 3, 2],
  [false, 6, 96, 112, 5, 1],
  [false, 6, 112, 192, 8, 2],
];

/** Keras finds the table by the name of the model. */
const tables: Readonly<Record<string, readonly Row[]>> = {
  "efficientnetv2-b0": base,
  "efficientnetv2-b1": base,
  "efficientnetv2-b2": base,
  "efficientnetv2-b3": base,
  "efficientnetv2-s": [
    [true, 1, 24, 24, 2, 1],
    [true, 4, 24, 48, 4, 2],
    [true, 4, 48, 64, 4, 2],
    [false, 4, 64, 128, 6, 2],
    [false, 6, 128, 160, 9, 1],
    [false, 6, 160, 256, 15, 2],
  ],
  "efficientnetv2-m": [
    [true, 1, 24, 24, 3, 1],
    [true, 4, 24, 48, 5, 2],
    [true, 4, 48, 80, 5, 2],
    [false, 4, 80, 160, 7, 2],
    [false, 6, 160, 176, 14, 1],
    [false, 6, 176, 304, 18, 2],
    [false, 6, 304, 512, 5, 1],
  ],
  "efficientnetv2-l": [
    [true, 1, 32, 32, 4, 1],
    [true, 4, 32, 64, 7, 2],
    [true, 4, 64, 96, 7, 2],
    [false, 4, 96, 192, 10, 2],
    [false, 6, 192, 224, 19, 1],
    [false, 6, 224, 384, 25, 2],
    [false, 6, 384, 640, 7, 1],
  ],
};

const dropConnect = 0.2;
const plain = { padding: "same", useBias: false, kernelInitializer } as const;
const normalize = (x: Tensor, name: string): Tensor => batchNorm(x, { momentum: 0.9, name: `${name}bn` });
const activate = (x: Tensor, name: string): Tensor => activation(normalize(x, name), "swish", `${name}activation`);

/** MBConv, or its fused form: one full convolution in the place of a wide and a depthwise one. */
function block(x: Tensor, name: string, [isFused, expansion, inside, filters, , stride]: Row, drop: number): Tensor {
  const width = inside * expansion;
  let y = x;
  if (isFused) {
    if (expansion !== 1) y = activate(conv(y, width, 3, { ...plain, strides: stride, name: `${name}expand_conv` }), `${name}expand_`);
    const [kernel, strides] = expansion === 1 ? [3, stride] : [1, 1];
    y = normalize(conv(y, filters, kernel, { ...plain, strides, name: `${name}project_conv` }), `${name}project_`);
    if (expansion === 1) y = activation(y, "swish", `${name}project_activation`);
  } else {
    if (expansion !== 1) y = activate(conv(y, width, 1, { ...plain, name: `${name}expand_conv` }), `${name}expand_`);
    const within = { strides: stride, padding: "same", useBias: false, depthwiseInitializer: kernelInitializer } as const;
    y = activate(depthwise(y, 3, { ...within, name: `${name}dwconv2` }), name);
    y = excite(y, Math.max(1, Math.trunc(inside * 0.25)), width, name);
    y = normalize(conv(y, filters, 1, { ...plain, name: `${name}project_conv` }), `${name}project_`);
  }
  if (stride !== 1 || inside !== filters) return y;
  if (drop > 0) y = new Dropout(drop, { noiseShape: [null, 1, 1, 1], name: `${name}drop` })(y);
  return add([y, x], `${name}add`);
}

const efficientnetV2 = (variant: string, width: number, depth: number, size: number, hashes: readonly [string, string]) => {
  const modelName = `efficientnetv2-${variant.toLowerCase()}`;
  /** To a multiple of 8, which may be far below. */
  const wide = (filters: number) => Math.max(8, Math.floor(Math.trunc(filters * width + 4) / 8) * 8);
  return network({
    name: `EfficientNetV2${variant}`,
    options: schema(
      ["includeTop", "weights", "inputTensor", "inputShape", "pooling", "classes", "classifierActivation", "includePreprocessing", "name"],
      { ...common, includePreprocessing: boolean(true), name: withDefault(string(), modelName) },
    ),
    size,
    minimum: 32,
    namesPooling: true,
    check(where, { name }) {
      if (Object.hasOwn(tables, name)) return;
      const hint = didYouMean(name, Object.keys(tables));
      throw new ValueError(`${where}.name`, {
        given: text(name),
        expected: `one of ${Object.keys(tables).join(", ")}, by which Keras finds the blocks`,
        ...(hint && { hint }),
      });
    },
    features(x, { name, includePreprocessing }, shape) {
      const table = tables[name]!;
      if (includePreprocessing && name.startsWith("efficientnetv2-b") && shape[imageAxes().channels] === 3) {
        const variance = [0.229, 0.224, 0.225].map((deviation) => deviation ** 2);
        x = new Rescaling({ scale: 1 / 255 })(x);
        x = new Normalization({ mean: [0.485, 0.456, 0.406], variance, axis: channelAxis() })(x);
      } else if (includePreprocessing) x = new Rescaling({ scale: 1 / 128, offset: -1 })(x);
      x = activate(conv(x, wide(table[0]![2]), 3, { ...plain, strides: 2, name: "stem_conv" }), "stem_");
      const total = table.reduce((sum, [, , , , repeats]) => sum + repeats, 0);
      let number = 0;
      table.forEach(([isFused, expansion, inside, filters, repeats, stride], i) => {
        for (let j = 0; j < Math.ceil(depth * repeats); j++) {
          const name = `block${i + 1}${String.fromCharCode(97 + j)}_`;
          const row: Row = [isFused, expansion, wide(j === 0 ? inside : filters), wide(filters), 1, j === 0 ? stride : 1];
          x = block(x, name, row, (dropConnect * number++) / total);
        }
      });
      return activate(conv(x, wide(1280), 1, { ...plain, name: "top_conv" }), "top_");
    },
    top(x, { classes, classifierActivation }) {
      x = new Dropout(0.2, { name: "top_dropout" })(globalAverage(x, "avg_pool"));
      return dense(x, classes, { activation: classifierActivation, kernelInitializer: topInitializer, name: "predictions" });
    },
    file: ({ includeTop, name }) => ({
      folder: "tensorflow/keras-applications/efficientnet_v2",
      name: `${name}${includeTop ? "" : "_notop"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });
};

export const EfficientNetV2B0 = efficientnetV2("B0", 1, 1, 224, ["21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"]);
export const EfficientNetV2B1 = efficientnetV2("B1", 1, 1.1, 240, ["069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"]);
export const EfficientNetV2B2 = efficientnetV2("B2", 1.1, 1.2, 260, [
  "424e49f28180edbde1e94797771950a7",
  "1dfe2e7a5d45b6632553a8961ea609eb",
]);
export const EfficientNetV2B3 = efficientnetV2("B3", 1.2, 1.4, 300, [
  "1f1fc43bd98a6e4fd8fdfd551e02c7a0",
  "f6abf7b5849ac99a89b50dd3fd532856",
]);
export const EfficientNetV2S = efficientnetV2("S", 1, 1, 384, ["e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"]);
export const EfficientNetV2M = efficientnetV2("M", 1, 1, 480, ["a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"]);
export const EfficientNetV2L = efficientnetV2("L", 1, 1, 480, ["27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"]);
