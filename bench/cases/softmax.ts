import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";
import { forwardAndGradients } from "./gradients.js";

const { softmax, sparseCategoricalCrossentropy } = tf.keras.ops;

const crossentropy = (batch: number, classes: number, quick = false): Case => ({
  name: `softmax cross-entropy ${batch}×${classes} with gradient`,
  quick,
  ours() {
    const labels = tf.cast(tf.random.uniform([batch], { minval: 0, maxval: classes }), "int32");
    const logits = tf.random.normal([batch, classes]);
    return forwardAndGradients([logits], (logits) => sparseCategoricalCrossentropy(labels, logits!, { fromLogits: true }));
  },
  peers: {
    torch: {
      setup: `x, t = torch.randn(${batch}, ${classes}, requires_grad=True), torch.randint(0, ${classes}, (${batch},))`,
      run: "torch.autograd.grad(F.cross_entropy(x, t), x)",
    },
  },
});

export const softmaxes: readonly Case[] = [
  {
    name: "softmax 8192×1024",
    work: { bytes: 8 * 8192 * 1024 },
    ours() {
      const x = tf.random.normal([8192, 1024]);
      return () => tf.tidy(() => void softmax(x));
    },
    peers: { torch: { setup: "x = torch.randn(8192, 1024)", run: "F.softmax(x, -1)" } },
  },
  crossentropy(32, 10, true),
  crossentropy(256, 1000, true),
  crossentropy(8192, 1000),
];
