// Text classification with a transformer block: is a made-up review kind or not, where "not" turns what follows.
//   node build/examples/gallery/text-transformer.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

const words = { good: ["good", "fine", "lovely", "great"], bad: ["bad", "dull", "awful", "poor"] };
const fillers = ["the film", "this book", "that play", "my evening", "was", "seemed", "really", "so", "rather"];
const pick = (list: readonly string[], i: number): string => list[i % list.length]!;
const reviews = Array.from({ length: quick ? 800 : 6000 }, (_, i) => {
  const [kind, turned] = [(i * 7919) % 2, (i * 104729) % 3 === 0];
  const word = pick(kind ? words.good : words.bad, (i * 31) >> 2);
  const text = `${pick(fillers, i * 13)} ${pick(fillers.slice(4), i * 17)} ${pick(fillers.slice(6), i * 5)} ${turned ? "not " : ""}${word}`;
  return { text, label: kind === Number(turned) ? 0 : 1 };
});
const texts = reviews.map(({ text }) => text);
const labels = tf.constant(reviews.map(({ label }) => label), { dtype: "int32" }); // prettier-ignore

const length = 8;
const vectorize = new layers.TextVectorization({ maxTokens: 100, outputSequenceLength: length });
await vectorize.adapt(texts);

class TransformerBlock extends layers.Layer {
  readonly attention = new layers.MultiHeadAttention(2, 16, { dropout: 0.1 });
  readonly ffn = new keras.Sequential([new layers.Dense(32, { activation: "relu" }), new layers.Dense(32)]);
  readonly norm1 = new layers.LayerNormalization({ epsilon: 1e-6 });
  readonly norm2 = new layers.LayerNormalization({ epsilon: 1e-6 });
  readonly dropout = new layers.Dropout(0.1);

  override call(x: tf.Tensor, { training }: { training?: boolean } = {}): tf.Tensor {
    const attended = this.attention(x, x, null, { training });
    const y = this.norm1(tf.add(x, attended));
    return this.norm2(tf.add(y, this.dropout(this.ffn(y), { training })));
  }
}

const inputs = keras.Input({ shape: [length], dtype: "int32" });
const tokens = new layers.Embedding(vectorize.vocabularySize(), 32)(inputs);
const places = new layers.Embedding(length, 32)(ops.arange(length));
let x = new TransformerBlock()(tf.add(tokens, places));
x = new layers.Dropout(0.1)(new layers.GlobalAveragePooling1D()(x));
const model = new keras.Model({ inputs, outputs: new layers.Dense(2, { activation: "softmax" })(x) });
model.compile({
  optimizer: new keras.optimizers.Adam({ learningRate: 5e-3 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});

await model.fit(vectorize(texts), labels, { batchSize: 32, epochs: quick ? 8 : 6, validationSplit: 0.2, verbose: quick ? 0 : 1 });
const asked = ["the film was really not good", "my evening seemed rather lovely", "this book was so not awful"];
const answers = await model.predict(vectorize(asked), { verbose: 0 });
asked.forEach((text, i) => console.log(`${(100 * answers.array()[i][1]).toFixed(0).padStart(3)} % kind: ${text}`));
const [, accuracy] = (await model.evaluate(vectorize(texts), labels, { verbose: 0 })) as number[];
console.log(`accuracy ${accuracy!.toFixed(3)}`);
