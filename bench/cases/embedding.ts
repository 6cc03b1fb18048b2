import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";
import { forwardAndGradients } from "./gradients.js";

const { take } = tf.keras.ops;

const [vocabulary, width, batch, length] = [20000, 128, 64, 200];
const setup = (more: string) =>
  `w = torch.rand(${vocabulary}, ${width}${more})\nt = torch.randint(0, ${vocabulary}, (${batch}, ${length}))`;
const name = `embedding ${batch}×${length} of ${vocabulary}×${width}`;

function ours(): [table: tf.Tensor, tokens: tf.Tensor] {
  const tokens = tf.cast(tf.random.uniform([batch, length], { minval: 0, maxval: vocabulary }), "int32");
  return [tf.random.uniform([vocabulary, width]), tokens];
}

export const embedding: readonly Case[] = [
  {
    name: `${name} lookup`,
    work: { bytes: 8 * batch * length * width },
    quick: true,
    slow: ["tfjs-wasm"],
    ours() {
      const [table, tokens] = ours();
      return () => tf.tidy(() => void take(table, tokens, 0));
    },
    peers: {
      torch: { setup: setup(""), run: "F.embedding(t, w)" },
      "tfjs-wasm": {
        setup: `const w = tf.randomUniform([${vocabulary}, ${width}]), t = tf.randomUniform([${batch}, ${length}], 0, ${vocabulary}, "int32");`,
        run: "tf.gather(w, t);",
      },
    },
  },
  {
    name: `${name} with gradient`,
    ours() {
      const [table, tokens] = ours();
      return forwardAndGradients([table], (table) => take(table!, tokens, 0));
    },
    peers: {
      torch: { setup: setup(", requires_grad=True"), run: "y = F.embedding(t, w)\ntorch.autograd.grad(y, w, torch.ones_like(y))" },
    },
  },
];
