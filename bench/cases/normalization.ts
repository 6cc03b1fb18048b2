// Bytes are those of the least number of passes: statistics need one of their own before anything can be written, unless a row stays in
// the cache.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";
import { forwardAndGradients } from "./gradients.js";

const { batchNormalization, batchNormalizationTraining, layerNormalization } = tf.keras.ops;

const image = [16, 56, 56, 64];
const pixels = image.reduce((a, b) => a * b);
const rows = [8192, 1024];
const numbers = rows.reduce((a, b) => a * b);

const torchBatch = (training: boolean, more = "") =>
  `x = torch.rand(16, 64, 56, 56${more})\nw, b, m, v = torch.ones(64${more}), torch.zeros(64${more}), torch.zeros(64), torch.ones(64)
f = lambda: F.batch_norm(x, m, v, w, b, training=${training ? "True" : "False"})`;
const torchLayer = (more = "") => `x, w, b = torch.rand(8192, 1024${more}), torch.ones(1024${more}), torch.zeros(1024${more})
f = lambda: F.layer_norm(x, (1024,), w, b)`;
const withGradient = "y = f()\ntorch.autograd.grad(y, (x, w, b), torch.ones_like(y))";
const requiresGrad = ", requires_grad=True";

const factors = (count: number) => [tf.ones([count]), tf.zeros([count])] as const;

export const normalization: readonly Case[] = [
  {
    name: "batch normalization 16×56×56×64 training forward",
    work: { bytes: 12 * pixels },
    quick: true,
    ours() {
      const x = tf.random.uniform(image);
      const [scale, offset] = factors(64);
      return () => tf.tidy(() => void batchNormalizationTraining(x, { scale, offset, epsilon: 1e-3 }));
    },
    peers: { torch: { setup: torchBatch(true), run: "f()" } },
  },
  {
    name: "batch normalization 16×56×56×64 training with gradients",
    ours() {
      const [scale, offset] = factors(64);
      const inputs = [tf.random.uniform(image), scale, offset];
      return forwardAndGradients(inputs, (x, scale, offset) => batchNormalizationTraining(x!, { scale, offset, epsilon: 1e-3 }).y);
    },
    peers: { torch: { setup: torchBatch(true, requiresGrad), run: withGradient } },
  },
  {
    name: "batch normalization 16×56×56×64 inference",
    work: { bytes: 8 * pixels },
    ours() {
      const x = tf.random.uniform(image);
      const [ones, zeros] = factors(64);
      return () => tf.tidy(() => void batchNormalization(x, zeros, ones, -1, { scale: ones, offset: zeros }));
    },
    peers: { torch: { setup: torchBatch(false), run: "f()" } },
  },
  {
    name: "layer normalization 8192×1024 forward",
    work: { bytes: 8 * numbers },
    quick: true,
    ours() {
      const x = tf.random.uniform(rows);
      const [gamma, beta] = factors(1024);
      return () => tf.tidy(() => void layerNormalization(x, gamma, beta));
    },
    peers: { torch: { setup: torchLayer(), run: "f()" } },
  },
  {
    name: "layer normalization 8192×1024 with gradients",
    ours: () => forwardAndGradients([tf.random.uniform(rows), ...factors(1024)], (x, gamma, beta) => layerNormalization(x!, gamma, beta)),
    peers: { torch: { setup: torchLayer(requiresGrad), run: withGradient } },
  },
];
