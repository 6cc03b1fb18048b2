// A miniature GPT: a causal transformer that learns a made-up language, letter by letter, and writes in it.
//   node build/examples/gallery/miniature-gpt.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

// The language: sentences whose verbs agree with their subjects.
const subjects = ["a cat", "a dog", "the cats", "the dogs"];
const verbs = [["sleeps", "eats", "runs"], ["sleep", "eat", "run"]]; // prettier-ignore
const text = Array.from({ length: quick ? 500 : 2000 }, (_, i) => {
  const subject = subjects[(i * 7919) % 4]!;
  return `${subject} ${verbs[subject.startsWith("the") ? 1 : 0]![(i * 104729) % 3]!}.`;
}).join(" ");

const letters = [...new Set(text)].sort();
const codes = Int32Array.from(text, (letter) => letters.indexOf(letter));
const [length, width, heads, vocabulary] = [48, 48, 4, letters.length];

/** Letters and places, as one embedding. */
class TokenAndPosition extends layers.Layer {
  readonly tokens = new layers.Embedding(vocabulary, width);
  readonly places = new layers.Embedding(length, width);

  override call(x: tf.Tensor): tf.Tensor {
    const [, n] = ops.shape(x);
    return tf.add(this.tokens(x), this.places(ops.arange(n as number)));
  }
}

/** x + attention(norm(x)), then y + MLP(norm(y)): no letter sees those that come after it. */
class Block extends layers.Layer {
  readonly norm1 = new layers.LayerNormalization();
  readonly attention = new layers.MultiHeadAttention(heads, width / heads);
  readonly norm2 = new layers.LayerNormalization();
  readonly up = new layers.Dense(4 * width, { activation: "gelu" });
  readonly down = new layers.Dense(width);

  override call(x: tf.Tensor): tf.Tensor {
    const normed = this.norm1(x);
    const y = tf.add(x, this.attention(normed, normed, null, { useCausalMask: true }));
    return tf.add(y, this.down(this.up(this.norm2(y))));
  }
}

const inputs = keras.Input({ shape: [length], dtype: "int32" });
let x = new TokenAndPosition()(inputs);
for (let i = 0; i < 2; i++) x = new Block()(x);
const outputs = new layers.Dense(vocabulary)(new layers.LayerNormalization()(x));
const model = new keras.Model({ inputs, outputs });
model.compile({
  optimizer: new keras.optimizers.AdamW({ learningRate: 3e-3 }),
  loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
});

// Each window of letters predicts the window that begins one letter later.
const data = tf.data.Dataset.fromTensorSlices(tf.constant(codes))
  .window(length + 1, { shift: 9, dropRemainder: true })
  .flatMap((window: tf.data.Dataset<tf.Tensor>) => window.batch(length + 1))
  .map((window: tf.Tensor) => [tf.slice(window, [0], [length]), tf.slice(window, [1], [length])] as [tf.Tensor, tf.Tensor])
  .cache()
  .shuffle(2000)
  .batch(32, { dropRemainder: true });
const { history } = await model.fit(data, { epochs: quick ? 7 : 10, verbose: quick ? 0 : 1 });

/** Goes on writing after a beginning, always with the likeliest letter. */
function write(beginning: string, count: number): string {
  const all = Array.from(beginning, (letter) => letters.indexOf(letter));
  while (all.length < beginning.length + count) {
    const window = all.slice(-length);
    const padded = [...window, ...Array.from({ length: length - window.length }, () => 0)];
    const logits = model(tf.constant([padded], { dtype: "int32" }));
    all.push(ops.argmax(logits, -1).array()[0][window.length - 1]);
  }
  return all.map((code) => letters[code]).join("");
}

console.log(`loss ${history["loss"]!.at(-1)!.toFixed(3)}`);
for (const beginning of ["a cat ", "the dogs "]) console.log(write(beginning, 12));
