// Attention by blocks against attention written out: values, first and second gradients, what is dropped, and what it keeps in memory.

import t from "tap";
import * as tf from "../../lib/index.js";
import { attention } from "../../lib/ops/nn/attention.js";
import { randomDropout } from "../../lib/ops/random/random.js";

const { ops, random, layers } = tf.keras;
tf.random.setSeed(7);

interface Sizes {
  readonly batch: number;
  readonly targets: number;
  readonly sources: number;
  readonly heads: number;
  readonly size: number;
  readonly valueSize: number;
}

const sizes = (batch: number, targets: number, sources: number, heads: number, size: number, valueSize = size): Sizes => ({
  ...{ batch, targets, sources, heads, size, valueSize },
});

interface Options {
  readonly bias?: tf.Tensor;
  readonly mask?: tf.Tensor;
  readonly scale?: number;
  readonly isCausal?: boolean;
}

const chance = (shape: readonly number[], part: number): tf.Tensor => tf.less(random.uniform(shape), part);

/** Sizes around those of blocks (64 and 128), one or two rows, odd heads; and what hides sources. */
const cases: Readonly<Record<string, [Sizes, (s: Sizes) => Options]>> = {
  small: [sizes(2, 5, 7, 2, 4), () => ({})],
  "one target": [sizes(1, 1, 200, 2, 8), () => ({ scale: 0.3 })],
  "two targets, odd heads": [sizes(1, 2, 140, 2, 13, 21), ({ sources }) => ({ mask: chance([1, 1, 2, sources], 0.5) })],
  "several blocks, odd heads": [sizes(2, 130, 300, 3, 17, 9), () => ({})],
  "the widest heads": [sizes(1, 66, 70, 1, 256), () => ({})],
  causal: [sizes(1, 130, 130, 2, 32), () => ({ isCausal: true })],
  "causal, more sources than targets": [sizes(1, 70, 200, 2, 16), () => ({ isCausal: true })],
  "causal, more targets than sources": [sizes(1, 200, 70, 2, 16), () => ({ isCausal: true })],
  "padded sources": [sizes(2, 66, 150, 2, 16), ({ batch, sources }) => ({ mask: chance([batch, 1, 1, sources], 0.6) })],
  "a mask of its own for each score, causal": [
    sizes(2, 66, 150, 2, 16, 8),
    ({ batch, heads, targets, sources }) => ({ mask: chance([batch, heads, targets, sources], 0.2), isCausal: true }),
  ],
  "nothing to be seen": [sizes(2, 66, 150, 2, 16), ({ batch }) => ({ mask: tf.cast(tf.zeros([batch, 1, 1, 1]), "bool"), isCausal: true })],
  "a bias with minus infinity": [
    sizes(2, 66, 300, 2, 16),
    ({ sources }) => ({ bias: tf.where(chance([1, 1, 1, sources], 0.5), 0, -Infinity) }),
  ],
};

const furthest = (a: tf.Tensor, b: tf.Tensor): number =>
  (ops.max(tf.abs(tf.subtract(a, b))).item() as number) / Math.max(1e-3, ops.max(tf.abs(b)).item() as number);

/** y, the gradients of Σ y · g, and those of a function of the gradients. */
function derivatives(attend: (parts: readonly tf.Tensor[]) => tf.Tensor, parts: readonly tf.Tensor[], g: tf.Tensor): tf.Tensor[] {
  const outer = new tf.GradientTape();
  const results: tf.Tensor[] = [];
  const total = outer.record(() => {
    parts.forEach((part) => outer.watch(part));
    const inner = new tf.GradientTape();
    const y = inner.record(() => {
      parts.forEach((part) => inner.watch(part));
      const y = attend(parts);
      results.push(y);
      return ops.sum(tf.multiply(y, g));
    });
    const first = inner.gradient(y, [...parts]) as tf.Tensor[];
    results.push(...first);
    return first.map((x, i) => ops.sum(tf.multiply(tf.square(x), i + 1))).reduce((a, b) => tf.add(a, b));
  });
  return [...results, ...(outer.gradient(total, [...parts]) as tf.Tensor[])];
}

for (const [name, [size, optionsOf]] of Object.entries(cases)) {
  t.test(`as written out: ${name}`, async (t) => {
    const { batch, targets, sources, heads, size: width, valueSize } = size;
    const [q, k, v] = [
      random.normal([batch, targets, heads, width]),
      random.normal([batch, sources, heads, width]),
      random.normal([batch, sources, heads, valueSize]),
    ];
    const g = random.normal([batch, targets, heads, valueSize]);
    const options = optionsOf(size);
    const bias = options.bias ?? random.normal([heads, targets, sources]);
    const isBiased = options.bias === undefined;
    const parts = isBiased ? [q, k, v, bias as tf.Tensor] : [q, k, v];
    const attend =
      (flashAttention: boolean) =>
      ([q, k, v, own]: readonly tf.Tensor[]): tf.Tensor =>
        ops.dotProductAttention(q!, k!, v!, { ...options, bias: own ?? bias, flashAttention });
    const blocks = derivatives(attend(true), parts, g);
    const written = derivatives(attend(false), parts, g);
    blocks.forEach((x, i) => t.ok(furthest(x, written[i]!) < 5e-6, `result ${i}: ${furthest(x, written[i]!)}`));
    const traced = tf.function((...parts: tf.Tensor[]) => derivatives(attend(true), parts, g))(...parts) as tf.Tensor[];
    traced.forEach((x, i) => t.ok(furthest(x, blocks[i]!) < 1e-6, `result ${i}, traced`));
  });
}

t.test("what is dropped is what dropout of the weights drops", async (t) => {
  const [batch, targets, sources, heads] = [2, 70, 150, 2];
  const [q, k, v] = [
    random.normal([batch, targets, heads, 8]),
    random.normal([batch, sources, heads, 8]),
    random.normal([batch, sources, heads, 8]),
  ];
  const g = random.normal([batch, targets, heads, 8]);
  const seed = tf.constant([11, 12], { dtype: "int32" });
  const rate = 0.3;
  const blocks = derivatives(
    ([q, k, v]) => attention({ query: q!, key: k!, value: v!, seed }, { scale: 0.4, isCausal: false, rate }),
    [q, k, v],
    g,
  );
  const written = derivatives(
    ([q, k, v]) => {
      const weights = ops.softmax(tf.multiply(ops.einsum("btnh,bsnh->bnts", q!, k!), 0.4));
      const dropped = randomDropout(seed, weights, rate);
      return ops.einsum("bnts,bsnh->btnh", dropped, v!);
    },
    [q, k, v],
    g,
  );
  blocks.forEach((x, i) => t.ok(furthest(x, written[i]!) < 5e-6, `result ${i}: ${furthest(x, written[i]!)}`));
});

t.test("the layer: by blocks and written out, with masks, causality, dropout, grouped heads", async (t) => {
  const x = random.normal([2, 70, 12]);
  const mask = chance([2, 70], 0.7);
  const make = (flashAttention: boolean, dropout = 0) => {
    const layer = new layers.MultiHeadAttention(2, 6, { dropout, seed: 3, flashAttention });
    layer.build([2, 70, 12], [2, 70, 12]);
    return layer;
  };
  for (const dropout of [0, 0.25]) {
    const [one, other] = [make(true, dropout), make(false, dropout)];
    other.setWeights(one.getWeights());
    const call = (layer: typeof one) =>
      layer(x, x, null, { queryMask: mask, valueMask: mask, useCausalMask: true, training: dropout > 0 }) as tf.Tensor;
    const [a, b] = [call(one), call(other)];
    // Rows that are masked themselves see nothing: what they have is nobody's.
    const own = tf.cast(tf.expandDims(mask, -1), "float32");
    t.ok(furthest(tf.multiply(a, own), tf.multiply(b, own)) < 1e-5, `dropout ${dropout}`);
  }
  const [one, other] = [true, false].map((flashAttention) => new layers.GroupQueryAttention(6, 4, 2, { flashAttention }));
  one!.build([2, 70, 12], [2, 70, 12]);
  other!.build([2, 70, 12], [2, 70, 12]);
  other!.setWeights(one!.getWeights());
  t.ok(furthest(one!(x, x) as tf.Tensor, other!(x, x) as tf.Tensor) < 1e-5, "grouped");
});

t.test("the layer called by names", async (t) => {
  const [x, y] = [random.normal([2, 5, 12]), random.normal([2, 7, 12])];
  const layer = new layers.MultiHeadAttention(2, 6);
  const mask = chance([2, 5, 7], 0.5);
  const given = layer(x, y, y, { attentionMask: mask }) as tf.Tensor;
  t.same((layer({ query: x, value: y, key: y, attentionMask: mask } as never) as tf.Tensor).array(), given.array());
  t.same((layer({ query: x, value: y } as never) as tf.Tensor).array(), (layer(x, y) as tf.Tensor).array());
  const inputs = tf.keras.Input({ shape: [5, 12] });
  const model = new tf.keras.Model(inputs, layer({ query: inputs, value: inputs } as never));
  t.same((model(x) as tf.Tensor).array(), (layer(x, x) as tf.Tensor).array());
});

t.test("memory is linear in the length: 4,096 tokens train in a program of a few megabytes", async (t) => {
  const [tokens, heads, size] = [4096, 2, 8];
  const x = random.normal([1, tokens, heads, size]);
  const step = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => ops.dotProductAttention(x, x, x, { isCausal: true }));
    return tape.gradient(y, x);
  });
  t.ok(ops.all(ops.isfinite(step(x) as tf.Tensor)).item());
  const { arenaBytes } = step.getConcreteFunction(x).executable().plan;
  t.ok(arenaBytes < 8e6, `${arenaBytes} bytes; weights alone would take ${4 * heads * tokens ** 2}`);
});

t.test("nothing to attend to, nobody who does", async (t) => {
  const attend = (targets: number, sources: number) =>
    ops.dotProductAttention(tf.ones([1, targets, 2, 4]), tf.ones([1, sources, 2, 4]), tf.ones([1, sources, 2, 4]));
  t.same(attend(2, 0).array(), tf.zeros([1, 2, 2, 4]).array());
  t.same(attend(0, 3).shape, [1, 0, 2, 4]);
});
