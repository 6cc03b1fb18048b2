import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";
import { forwardAndGradients } from "./gradients.js";

const { maxPool, averagePool, mean } = tf.keras.ops;

const kinds = {
  max: { pool: maxPool, torch: "F.max_pool2d", tfjs: "maxPool" },
  average: { pool: averagePool, torch: "F.avg_pool2d", tfjs: "avgPool" },
} as const;

type Image = readonly [batch: number, height: number, width: number, channels: number];

function pooled(kind: keyof typeof kinds, name: string, shape: Image, quick = false): Case[] {
  const { pool, torch, tfjs } = kinds[kind];
  const [batch, height, width, channels] = shape;
  const elements = batch * height * width * channels;
  const isLarge = elements > 4e6;
  const setup = `x = torch.rand(${batch}, ${channels}, ${height}, ${width}`;
  return [
    {
      name: `pool ${kind} 2×2 ${name} forward`,
      ...(isLarge && { work: { bytes: 5 * elements } }),
      quick,
      ours() {
        const x = tf.random.uniform([...shape]);
        return () => tf.tidy(() => void pool(x, 2));
      },
      peers: {
        torch: { setup: `${setup})`, run: `${torch}(x, 2)` },
        "tfjs-wasm": { setup: `const x = tf.randomUniform([${shape}]);`, run: `tf.${tfjs}(x, 2, 2, "valid");` },
      },
    },
    {
      name: `pool ${kind} 2×2 ${name} with gradient`,
      ours: () => forwardAndGradients([tf.random.uniform([...shape])], (x) => pool(x, 2)),
      peers: {
        torch: { setup: `${setup}, requires_grad=True)`, run: `y = ${torch}(x, 2)\ntorch.autograd.grad(y, x, torch.ones_like(y))` },
      },
    },
  ];
}

const global: Case = {
  name: "pool global average 32×28×28×128",
  ours() {
    const x = tf.random.uniform([32, 28, 28, 128]);
    return () => tf.tidy(() => void mean(x, { axis: [1, 2] }));
  },
  peers: { torch: { setup: "x = torch.rand(32, 128, 28, 28)", run: "x.mean((2, 3))" } },
};

export const pooling: readonly Case[] = [
  ...pooled("max", "32×26×26×32 (CNN)", [32, 26, 26, 32], true),
  ...pooled("max", "16×112×112×64", [16, 112, 112, 64]),
  ...pooled("average", "16×112×112×64", [16, 112, 112, 64]),
  global,
];
