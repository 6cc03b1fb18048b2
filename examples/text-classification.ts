// Text classification from raw strings: node build/examples/text-classification.js [--folder FOLDER] [--epochs N]
//
// FOLDER has a subfolder of .txt files for each class; without one a few sentences are made up.

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { values } = parseArgs({ options: { folder: { type: "string" }, epochs: { type: "string", default: "30" } } });

/** Sentences about weather and food, and which they are about. */
function sentences(): tf.data.Dataset<[string, tf.Tensor]> {
  const subjects = [["rain", "snow", "the wind", "sunshine"], ["bread", "the soup", "cheese", "an apple"]]; // prettier-ignore
  const tails = [
    ["falls all day", "comes from the north", "will last"],
    ["tastes sweet", "is on the table", "was baked today"],
  ];
  const texts: string[] = [];
  const labels: number[] = [];
  subjects.forEach((group, label) =>
    group.forEach((subject) =>
      tails[label]!.forEach((tail) => {
        texts.push(`${subject} ${tail}!`);
        labels.push(label);
      }),
    ),
  );
  return tf.data.Dataset.fromTensorSlices([texts, tf.constant(labels, { dtype: "int32" })]) as never;
}

const raw = values.folder
  ? await keras.utils.textDatasetFromDirectory(values.folder, { batchSize: 32, seed: 1 })
  : sentences().shuffle(100, { seed: 1 }).batch(8);

const vectorize = new keras.layers.TextVectorization({ maxTokens: 20000, outputMode: "int", outputSequenceLength: 64 });
await vectorize.adapt(raw.map((text) => text as never));
const data = raw.map((text, label) => [vectorize(text as never), label] as const);

let classes = 0;
for await (const [, label] of data) classes = Math.max(classes, ...Array.from(label.data(), (each) => each + 1));

const model = new keras.Sequential([
  new keras.Input({ shape: [64], dtype: "int32" }),
  new keras.layers.Embedding(vectorize.vocabularySize(), 16),
  new keras.layers.GlobalAveragePooling1D(),
  new keras.layers.Dense(classes, { activation: "softmax" }),
]);
model.compile({
  optimizer: new keras.optimizers.Adam({ learningRate: 0.05 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});
await model.fit(data as never, { epochs: Number(values.epochs), verbose: 0 });
const [loss, accuracy] = (await model.evaluate(data as never, { verbose: 0 })) as number[];
console.log(`loss ${loss!.toFixed(3)}, accuracy ${accuracy!.toFixed(3)}`);

// From strings on: the same model behind the layer that makes numbers of them.
const inputs = new keras.Input({ shape: [1], dtype: "string" });
const endToEnd = new keras.Model({ inputs, outputs: model(vectorize(inputs)) });
endToEnd.compile({ loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const [, again] = (await endToEnd.evaluate(raw as never, { verbose: 0 })) as number[];
console.log(`end to end ${again!.toFixed(3)}`);
