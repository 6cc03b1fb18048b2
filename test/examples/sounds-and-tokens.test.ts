// Two tutorials of Keras on data that are made here: sounds of a folder by their spectra, texts by the tokens of a tokenizer.json.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

t.setTimeout(600_000); // machines may be busy

const { keras } = tf;
const { layers } = keras;

t.test("sounds of a folder, told apart by what MelSpectrogram makes of them", async (t) => {
  const folder = t.testdir();
  keras.utils.setRandomSeed(1);
  const rate = 4000;
  for (const [name, pitch] of [["low", 300], ["high", 1200]] as const) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 12; i++) {
      const samples = Array.from({ length: rate / 2 - 40 * i }, (_, at) => [0.5 * Math.sin((2 * Math.PI * at * (pitch + 10 * i)) / rate)]);
      writeFileSync(join(folder, name, `${i}.wav`), await tf.audio.encodeWav(samples, rate));
    }
  } // prettier-ignore
  const read = { batchSize: 4, outputSequenceLength: rate / 2, validationSplit: 0.25, seed: 3, subset: "both" } as const;
  const [train, test] = await keras.utils.audioDatasetFromDirectory(folder, read);
  t.strictSame(train.classNames, ["high", "low"]);
  const model = new keras.Sequential([
    keras.Input({ shape: [rate / 2, 1] }),
    new layers.Reshape([rate / 2]),
    new layers.MelSpectrogram({ fftLength: 256, sequenceStride: 128, numMelBins: 16, samplingRate: rate }),
    new layers.Rescaling(1 / 40),
    new layers.GlobalAveragePooling1D({ dataFormat: "channels_first" }),
    new layers.Dense(2, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: new keras.optimizers.Adam(0.05), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  await model.fit(train, { epochs: 15, verbose: 0 });
  const [, accuracy] = (await model.evaluate(test, { verbose: 0 })) as number[];
  t.equal(accuracy, 1, "a low tone from a high one");
});

t.test("texts as tokens of a tokenizer.json go through a Dataset into a transformer", async (t) => {
  keras.utils.setRandomSeed(2);
  const words = ["good", "fine", "great", "bad", "poor", "awful", "film", "story", "the", "a"];
  const letters = [...new Set(words.join(""))];
  const vocab = Object.fromEntries(["<pad>", "Ġ", ...letters].map((token, i) => [token, i]));
  const tokenizer = await keras.utils.BytePairTokenizer.fromJSON({
    model: { type: "BPE", vocab, merges: [] },
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
  });
  const texts = words.slice(0, 6).flatMap((word) => ["the film", "a story", "the story"].map((rest) => `${word} ${rest}`));
  const labels = texts.map((_, i) => (i < 9 ? 1 : 0));
  const encode = (text: string): tf.Tensor => {
    const ids = tokenizer.encode(text).slice(0, 16);
    return tf.constant([...ids, ...Array<number>(16 - ids.length).fill(0)], { dtype: "int32" });
  };
  const data = tf.data.Dataset.fromTensorSlices({ text: texts, label: labels })
    .shuffle(18, { seed: 1 })
    .map(({ text, label }) => [encode(text as string), label as tf.Tensor] as const)
    .batch(6);
  const tokens = keras.Input({ shape: [16], dtype: "int32" });
  const embedded = new layers.Embedding(Object.keys(vocab).length, 16)(tokens);
  const seen = new layers.MultiHeadAttention({ numHeads: 2, keyDim: 8 })(embedded, embedded);
  const mixed = new layers.LayerNormalization()(new layers.Add()([embedded, seen]));
  const answer = new layers.Dense(1, { activation: "sigmoid" })(new layers.Flatten()(mixed));
  const model = new keras.Model({ inputs: tokens, outputs: answer });
  model.compile({ optimizer: new keras.optimizers.Adam(0.01), loss: "binary_crossentropy" });
  const { history } = await model.fit(data, { epochs: 25, verbose: 0 });
  const losses = history["loss"] as number[];
  t.ok(losses.at(-1)! < losses[0]! / 4, `${losses[0]}, at last ${losses.at(-1)}`);
});
