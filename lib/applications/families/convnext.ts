// ConvNeXt. @see Liu et al.: A ConvNet for the 2020s, 2022 (table 9)

import { boolean, schema, string, withDefault } from "../../config/index.js";
import { text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { Conv2D, LayerNormalization, Normalization } from "../../layers/index.js";
import { Sequential } from "../../model/sequential.js";
import { add } from "../../ops/index.js";
import { activation, conv, dense, globalAverage } from "../blocks.js";
import { LayerScale } from "../layers.js";
import { common, network } from "../network.js";

const layerNorm = (name: string | null) => new LayerNormalization({ epsilon: 1e-6, name });

/** A wide convolution within channels, then two dense layers, scaled, added to the input. */
function block(x: Tensor, filters: number, name: string): Tensor {
  let y = conv(x, filters, 7, { padding: "same", groups: filters, name: `${name}_depthwise_conv` });
  y = dense(layerNorm(`${name}_layernorm`)(y), 4 * filters, { name: `${name}_pointwise_conv_1` });
  y = dense(activation(y, "gelu", `${name}_gelu`), filters, { name: `${name}_pointwise_conv_2` });
  y = new LayerScale(1e-6, filters, { name: `${name}_layer_scale` })(y);
  // In the place of dropping blocks in training, whose rate is 0 in all of Keras's networks.
  return add(x, activation(y, "linear", `${name}_identity`));
}

/** What begins each stage: a quarter, then half of the rows and columns. */
const downsamplings = (name: string, filters: readonly number[]): Sequential[] =>
  filters.map((width, i) => {
    const size = i === 0 ? 4 : 2;
    if (i === 0) {
      const first = new Conv2D(width, size, { strides: size, name: `${name}_stem_conv` });
      return new Sequential([first, layerNorm(`${name}_stem_layernorm`)], { name: `${name}_stem` });
    }
    const norm = layerNorm(`${name}_downsampling_layernorm_${i - 1}`);
    const halving = new Conv2D(width, size, { strides: size, name: `${name}_downsampling_conv_${i - 1}` });
    return new Sequential([norm, halving], { name: `${name}_downsampling_block_${i - 1}` });
  });

const convnext = (size: string, depths: readonly number[], filters: readonly number[], hashes: readonly [string, string]) => {
  const modelName = `convnext_${size.toLowerCase()}`;
  return network({
    name: `ConvNeXt${size}`,
    options: schema(
      ["includeTop", "includePreprocessing", "weights", "inputTensor", "inputShape", "pooling", "classes", "classifierActivation", "name"],
      { ...common, includePreprocessing: boolean(true), name: withDefault(string(), modelName) },
    ),
    size: 224,
    minimum: 32,
    channelsFirst: false,
    check(where, { weights, name }) {
      if (weights === "imagenet" && !name.includes(modelName))
        throw new ValueError(`${where}.name`, { given: text(name), expected: `a name with ${modelName}, by which Keras names the file` });
    },
    features(x, { name, includePreprocessing }, shape) {
      if (includePreprocessing && shape[2] === 3) {
        const mean = [0.485, 0.456, 0.406].map((value) => value * 255);
        const variance = [0.229, 0.224, 0.225].map((deviation) => (deviation * 255) ** 2);
        x = new Normalization({ mean, variance, name: `${name}_prestem_normalization` })(x);
      }
      downsamplings(name, filters).forEach((downsampling, i) => {
        x = downsampling(x);
        for (let j = 0; j < depths[i]!; j++) x = block(x, filters[i]!, `${name}_stage_${i}_block_${j}`);
      });
      return x;
    },
    top(x, { name, classes, classifierActivation }) {
      x = layerNorm(`${name}_head_layernorm`)(globalAverage(x, `${name}_head_gap`));
      return dense(x, classes, { activation: classifierActivation, name: `${name}_head_dense` });
    },
    end: (x) => layerNorm(null)(x),
    file: ({ includeTop, name }) => ({
      folder: "tensorflow/keras-applications/convnext",
      name: `${name}${includeTop ? "" : "_notop"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });
};

export const ConvNeXtTiny = convnext(
  "Tiny",
  [3, 3, 9, 3],
  [96, 192, 384, 768],
  ["8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff", "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1"],
);
export const ConvNeXtSmall = convnext(
  "Small",
  [3, 3, 27, 3],
  [96, 192, 384, 768],
  ["ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c", "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab"],
);
export const ConvNeXtBase = convnext(
  "Base",
  [3, 3, 27, 3],
  [128, 256, 512, 1024],
  ["52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6", "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45"],
);
export const ConvNeXtLarge = convnext(
  "Large",
  [3, 3, 27, 3],
  [192, 384, 768, 1536],
  ["070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6", "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd"],
);
export const ConvNeXtXLarge = convnext(
  "XLarge",
  [3, 3, 27, 3],
  [256, 512, 1024, 2048],
  ["c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee", "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05"],
);
