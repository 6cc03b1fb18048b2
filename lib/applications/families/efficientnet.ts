// EfficientNet. @see Tan and Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019 (table 1)

import type { Tensor } from "../../core/tensor.js";
import { Dropout, Normalization, Rescaling } from "../../layers/index.js";
import {
  activation,
  add,
  batchNorm,
  channelAxis,
  conv,
  correctPad,
  dense,
  depthwise,
  globalAverage,
  makeDivisible,
  pad,
} from "../blocks.js";
import { excite, kernelInitializer, topInitializer } from "../excite.js";
import { network, standardOptions } from "../network.js";

/** Table 1, stages 2 to 8: expansion, kernel, filters before and after, repetitions, stride of the first. */
/** Statistics that come with published weights; without those the pixels stay as they are. */
const untaught = (axis: number): Normalization => Normalization.fromConfig.call(Normalization as never, { axis }) as Normalization;

const stages = [
  { expansion: 1, kernel: 3, inside: 32, filters: 16, repeats: 1, stride: 1 },
  { expansion: 6, kernel: 3, inside: 16, filters: 24, repeats: 2, stride: 2 },
  { expansion: 6, kernel: 5, inside: 24, filters: 40, repeats: 2, stride: 2 },
  { expansion: 6, kernel: 3, inside: 40, filters: 80, repeats: 3, stride: 2 },
  { expansion: 6, kernel: 5, inside: 80, filters: 112, repeats: 3, stride: 1 },
  { expansion: 6, kernel: 5, inside: 112, filters: 192, repeats: 4, stride: 2 },
  { expansion: 6, kernel: 3, inside: 192, filters: 320, repeats: 1, stride: 1 },
];

/** Of the whole network the last block is dropped this often in training, earlier ones less. */
const dropConnect = 0.2;

const activate = (x: Tensor, prefix: string, name = ""): Tensor =>
  activation(batchNorm(x, { name: `${prefix}${name}bn` }), "swish", `${prefix}${name}activation`);

/** MBConv: wider, a convolution within channels, squeeze and excite, narrower. */
function block(x: Tensor, name: string, inside: number, filters: number, kernel: number, stride: number, expansion: number, drop: number) {
  const width = inside * expansion;
  const plain = { padding: "same", useBias: false, kernelInitializer } as const;
  let y = expansion === 1 ? x : activate(conv(x, width, 1, { ...plain, name: `${name}expand_conv` }), name, "expand_");
  if (stride === 2) y = pad(y, correctPad(y, kernel), `${name}dwconv_pad`);
  const padding = stride === 2 ? "valid" : "same";
  const within = { strides: stride, padding, useBias: false, depthwiseInitializer: kernelInitializer, name: `${name}dwconv` } as const;
  y = activate(depthwise(y, kernel, within), name);
  y = excite(y, Math.max(1, Math.trunc(inside * 0.25)), width, name);
  y = batchNorm(conv(y, filters, 1, { ...plain, name: `${name}project_conv` }), { name: `${name}project_bn` });
  if (stride !== 1 || inside !== filters) return y;
  if (drop > 0) y = new Dropout(drop, { noiseShape: [null, 1, 1, 1], name: `${name}drop` })(y);
  return add([y, x], `${name}add`);
}

const efficientnet = (variant: string, width: number, depth: number, size: number, dropout: number, hashes: readonly [string, string]) =>
  network({
    name: `EfficientNet${variant}`,
    options: standardOptions(`efficientnet${variant.toLowerCase()}`),
    size,
    minimum: 32,
    namesPooling: true,
    features(x, { weights }) {
      const wide = (filters: number) => makeDivisible(filters * width);
      x = untaught(channelAxis())(new Rescaling({ scale: 1 / 255 })(x));
      // The published weights were trained with √σ in the place of σ².
      if (weights === "imagenet") x = new Rescaling({ scale: [0.229, 0.224, 0.225].map((deviation) => 1 / Math.sqrt(deviation)) })(x);
      const stem = { strides: 2, padding: "valid", useBias: false, kernelInitializer, name: "stem_conv" } as const;
      x = activate(conv(pad(x, correctPad(x, 3), "stem_conv_pad"), wide(32), 3, stem), "stem_");
      const repeated = stages.map(({ repeats }) => Math.ceil(depth * repeats));
      const total = repeated.reduce((sum, repeats) => sum + repeats);
      let number = 0;
      stages.forEach(({ expansion, kernel, inside, filters, stride }, i) => {
        for (let j = 0; j < repeated[i]!; j++) {
          const name = `block${i + 1}${String.fromCharCode(97 + j)}_`;
          const before = j === 0 ? wide(inside) : wide(filters);
          x = block(x, name, before, wide(filters), kernel, j === 0 ? stride : 1, expansion, (dropConnect * number++) / total);
        }
      });
      return activate(conv(x, wide(1280), 1, { padding: "same", useBias: false, kernelInitializer, name: "top_conv" }), "top_");
    },
    top(x, { classes, classifierActivation }) {
      x = new Dropout(dropout, { name: "top_dropout" })(globalAverage(x, "avg_pool"));
      return dense(x, classes, { activation: classifierActivation, kernelInitializer: topInitializer, name: "predictions" });
    },
    file: ({ includeTop, name }) => ({
      folder: "keras-applications",
      name: `${name}${includeTop ? "" : "_notop"}.h5`,
      hash: hashes[includeTop ? 0 : 1],
    }),
  });

export const EfficientNetB0 = efficientnet("B0", 1, 1, 224, 0.2, ["902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"]);
export const EfficientNetB1 = efficientnet("B1", 1, 1.1, 240, 0.2, [
  "1d254153d4ab51201f1646940f018540",
  "74c4e6b3e1f6a1eea24c589628592432",
]);
export const EfficientNetB2 = efficientnet("B2", 1.1, 1.2, 260, 0.3, [
  "b15cce36ff4dcbd00b6dd88e7857a6ad",
  "111f8e2ac8aa800a7a99e3239f7bfb39",
]);
export const EfficientNetB3 = efficientnet("B3", 1.2, 1.4, 300, 0.3, [
  "ffd1fdc53d0ce67064dc6a9c7960ede0",
  "af6d107764bb5b1abb91932881670226",
]);
export const EfficientNetB4 = efficientnet("B4", 1.4, 1.8, 380, 0.4, [
  "18c95ad55216b8f92d7e70b3a046e2fc",
  "ebc24e6d6c33eaebbd558eafbeedf1ba",
]);
export const EfficientNetB5 = efficientnet("B5", 1.6, 2.2, 456, 0.4, [
  "ace28f2a6363774853a83a0b21b9421a",
  "38879255a25d3c92d5e44e04ae6cec6f",
]);
export const EfficientNetB6 = efficientnet("B6", 1.8, 2.6, 528, 0.5, [
  "165f6e37dce68623721b423839de8be5",
  "9ecce42647a20130c1f39a5d4cb75743",
]);
export const EfficientNetB7 = efficientnet("B7", 2, 3.1, 600, 0.5, [
  "8c03f828fec3ef71311cd463b6759d99",
  "cbcfe4450ddf6f3ad90b1b398090fe4a",
]);
