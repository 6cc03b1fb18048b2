// Reductions along each axis of arrays beyond the cache: one pass of reading.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

const { sum, max, mean, argmax } = tf.keras.ops;

type Reduce = (x: tf.Tensor) => tf.Tensor;

const reduction = (name: string, shape: readonly number[], ours: Reduce, torch: string, quick = false): Case => ({
  name: `reduce ${name} of ${shape.join("×")}`,
  work: { bytes: 4 * shape.reduce((a, b) => a * b) },
  quick,
  ours() {
    const x = tf.random.uniform([...shape]);
    return () => tf.tidy(() => void ours(x));
  },
  peers: { torch: { setup: `x = torch.rand(${shape.join()})`, run: torch } },
});

const matrix = [4096, 2048];
const cube = [128, 256, 256];

export const reductions: readonly Case[] = [
  reduction("sum of all", matrix, (x) => sum(x), "x.sum()"),
  reduction("sum along axis 0", matrix, (x) => sum(x, { axis: 0 }), "x.sum(0)", true),
  reduction("sum along axis 1", matrix, (x) => sum(x, { axis: 1 }), "x.sum(1)", true),
  reduction("mean along axis 0", cube, (x) => mean(x, { axis: 0 }), "x.mean(0)"),
  reduction("mean along axis 1", cube, (x) => mean(x, { axis: 1 }), "x.mean(1)"),
  reduction("mean along axis 2", cube, (x) => mean(x, { axis: 2 }), "x.mean(2)"),
  reduction("mean along axes 0 and 1", cube, (x) => mean(x, { axis: [0, 1] }), "x.mean((0, 1))"),
  reduction("max along axis 0", matrix, (x) => max(x, { axis: 0 }), "x.amax(0)"),
  reduction("max along axis 1", matrix, (x) => max(x, { axis: 1 }), "x.amax(1)"),
  reduction("argmax along axis 1", matrix, (x) => argmax(x, { axis: 1 }), "x.argmax(1)"),
];
