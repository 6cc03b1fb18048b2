// What transformers are made of: attention by blocks, a whole pre-norm block, and a small model of language with causal attention.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

const { keras } = tf;
const [batch, tokens, heads, headSize] = [8, 128, 8, 32];
const width = heads * headSize;
const hidden = 4 * width;

const attentionFlops = (batch: number, tokens: number) => 4 * batch * heads * tokens * tokens * headSize;
const blockFlops = 2 * batch * tokens * (4 * width * width + 2 * width * hidden) + attentionFlops(batch, tokens);

type Call = (x: tf.Tensor) => tf.Tensor;

/** A step forward, or with the gradients of input and weights, as one program. */
function asProgram(call: Call, variables: () => readonly tf.Variable[], hasGradients: boolean): Call | ((x: tf.Tensor) => unknown) {
  if (!hasGradients) return tf.function(call);
  return tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => call(x));
    return tape.gradient(y, [x, ...variables()]);
  });
}

const attention = (batch: number, tokens: number, hasGradients: boolean): Case => ({
  name: `attention ${batch}×${tokens} of ${heads}×${headSize}, causal${hasGradients ? ", with gradients" : " forward"}`,
  work: { flops: (hasGradients ? 3.5 : 1) * attentionFlops(batch, tokens) },
  quick: tokens === 128,
  ours() {
    const run = asProgram(
      (x) => keras.ops.dotProductAttention(x, x, x, { isCausal: true }),
      () => [],
      hasGradients,
    );
    const x = tf.random.normal([batch, tokens, heads, headSize]);
    return () => tf.tidy(() => void run(x));
  },
  peers: {
    torch: {
      setup: `x = torch.randn(${batch}, ${heads}, ${tokens}, ${headSize}, requires_grad=${hasGradients ? "True" : "False"})`,
      run: hasGradients
        ? "y = F.scaled_dot_product_attention(x, x, x, is_causal=True)\ntorch.autograd.grad(y, [x], torch.ones_like(y))"
        : "with torch.inference_mode(): F.scaled_dot_product_attention(x, x, x, is_causal=True)",
    },
  },
});

/** x + attention(norm(x)), then y + MLP(norm(y)). */
function preNormBlock(): { call: Call; variables: () => readonly tf.Variable[] } {
  const { LayerNormalization, MultiHeadAttention, Dense } = keras.layers;
  const parts = [
    new LayerNormalization(),
    new MultiHeadAttention(heads, headSize),
    new LayerNormalization(),
    new Dense(hidden, { activation: "gelu" }),
    new Dense(width),
  ] as const;
  const [norm1, attend, norm2, up, down] = parts;
  const call: Call = (x) => {
    const normed = norm1(x) as tf.Tensor;
    const y = tf.add(x, attend(normed, normed) as tf.Tensor);
    return tf.add(y, down(up(norm2(y))) as tf.Tensor);
  };
  call(tf.zeros([1, tokens, width]));
  return { call, variables: () => parts.flatMap((part) => part.trainableVariables) };
}

const block = (hasGradients: boolean): Case => ({
  name: `pre-norm transformer block, ${batch}×${tokens}×${width}${hasGradients ? ", with gradients" : " forward"}`,
  work: { flops: (hasGradients ? 3 : 1) * blockFlops },
  quick: true,
  ours() {
    const { call, variables } = preNormBlock();
    const run = asProgram(call, variables, hasGradients);
    const x = tf.random.normal([batch, tokens, width]);
    return () => tf.tidy(() => void run(x));
  },
  peers: {
    torch: {
      setup: `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(${width}), nn.LayerNorm(${width})
        self.qkv, self.out = nn.Linear(${width}, ${3 * width}), nn.Linear(${width}, ${width})
        self.up, self.down = nn.Linear(${width}, ${hidden}), nn.Linear(${hidden}, ${width})
    def forward(self, x):
        q, k, v = [t.view(${batch}, ${tokens}, ${heads}, ${headSize}).transpose(1, 2) for t in self.qkv(self.norm1(x)).chunk(3, dim=-1)]
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(${batch}, ${tokens}, ${width})
        x = x + self.out(a)
        return x + self.down(F.gelu(self.up(self.norm2(x))))
m = Block()
x = torch.randn(${batch}, ${tokens}, ${width}, requires_grad=True)`,
      run: hasGradients
        ? "y = m(x)\ntorch.autograd.grad(y, [x, *m.parameters()], torch.ones_like(y))"
        : "with torch.inference_mode(): m(x)",
    },
  },
});

export const transformer: readonly Case[] = [
  ...[false, true].map((hasGradients) => attention(batch, tokens, hasGradients)),
  ...[false, true].map((hasGradients) => attention(1, 2048, hasGradients)),
  ...[false, true].map(block),
];
