// Convolutions in their three directions: forward, gradient of the inputs, gradient of the kernel. FLOPs are those of the direct sum.

import * as tf from "../../lib/index.js";
import { convInputGradient, convWeightGradient } from "../../lib/ops/convolution/conv.js";
import type { Case } from "../harness/case.js";

const { conv } = tf.keras.ops;

interface Layer {
  readonly name: string;
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly filters: number;
  readonly window: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly padding: "valid" | "same";
  readonly quick?: boolean;
}

const layers: readonly Layer[] = [
  { name: "28×28×1→32 3×3 (CNN)", batch: 32, size: 28, channels: 1, filters: 32, window: 3, padding: "valid", quick: true },
  { name: "13×13×32→64 3×3 (CNN)", batch: 32, size: 13, channels: 32, filters: 64, window: 3, padding: "valid", quick: true },
  { name: "56×56×64 3×3", batch: 4, size: 56, channels: 64, filters: 64, window: 3, padding: "same", quick: true },
  { name: "56×56×64 1×1", batch: 4, size: 56, channels: 64, filters: 64, window: 1, padding: "same" },
  { name: "28×28×128 3×3 stride 2", batch: 8, size: 28, channels: 128, filters: 128, window: 3, stride: 2, padding: "same" },
  { name: "56×56×64 3×3 depthwise", batch: 4, size: 56, channels: 64, filters: 64, window: 3, groups: 64, padding: "same" },
];

/** NHWC shapes here, NCHW in PyTorch; its padding stands on both sides where the stride is 1, so cropping is not needed. */
function directions({ name, batch, size, channels, filters, window, stride = 1, groups = 1, padding, quick = false }: Layer): Case[] {
  const positions = padding === "same" ? Math.ceil(size / stride) : Math.floor((size - window) / stride) + 1;
  const [inputs, kernel, outputs] = [
    [batch, size, size, channels],
    [window, window, channels / groups, filters],
    [batch, positions, positions, filters],
  ];
  const work = { flops: 2 * batch * positions ** 2 * filters * window ** 2 * (channels / groups) };
  const pad = padding === "same" ? (window - 1) / 2 : 0;
  const setup = `x, w = torch.rand(${batch}, ${channels}, ${size}, ${size}), torch.rand(${filters}, ${channels / groups}, ${window}, ${window})
dy = torch.rand(${batch}, ${filters}, ${positions}, ${positions})`;
  const gradient = (which: string) =>
    `torch.ops.aten.convolution_backward(dy, x, w, None, [${stride}]*2, [${pad}]*2, [1, 1], False, [0, 0], ${groups}, [${which}, False])`;
  const options = { strides: stride, padding };
  const walking = { strides: [stride, stride], dilation: [1, 1], padding };
  const x = () => tf.random.uniform(inputs);
  const w = () => tf.random.uniform(kernel);
  const dy = () => tf.random.uniform(outputs);
  return [
    {
      name: `conv ${name} forward`,
      work,
      quick,
      ours() {
        const [a, b] = [x(), w()];
        return () => tf.tidy(() => void conv(a, b, options));
      },
      peers: {
        torch: { setup, run: `F.conv2d(x, w, None, ${stride}, ${pad}, 1, ${groups})` },
        "tfjs-wasm": {
          setup: `const x = tf.randomUniform([${inputs}]), w = tf.randomUniform([${groups > 1 ? [window, window, channels, 1] : kernel}]);`,
          run: `tf.${groups > 1 ? "depthwiseConv2d" : "conv2d"}(x, w, ${stride}, "${padding}");`,
        },
      },
    },
    {
      name: `conv ${name} input gradient`,
      work,
      quick: quick && channels > 1,
      ours() {
        const [a, b, c] = [x(), w(), dy()];
        return () => tf.tidy(() => void convInputGradient(c, b, a, walking));
      },
      peers: { torch: { setup, run: gradient("True, False") } },
    },
    {
      name: `conv ${name} kernel gradient`,
      work,
      quick,
      ours() {
        const [a, c] = [x(), dy()];
        return () => tf.tidy(() => void convWeightGradient(a, c, kernel, walking));
      },
      peers: { torch: { setup, run: gradient("False, True") } },
    },
  ];
}

export const convolution: readonly Case[] = layers.flatMap(directions);
