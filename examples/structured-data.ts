// Structured data with a FeatureSpace: node build/examples/structured-data.js [--epochs N]
//
// A made-up table of visitors: who buys depends on age, and on town and device together.

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { values } = parseArgs({ options: { epochs: { type: "string", default: "20" } } });
const { FeatureSpace } = keras.utils;

const count = 400;
const towns = ["Bern", "Rom", "Oslo"];
const devices = ["phone", "desk"];
const rows = Array.from({ length: count }, (_, i) => ({
  age: 18 + ((i * 37) % 60),
  town: towns[(i * 7) % 3]!,
  device: devices[(i * 5) % 2]!,
}));
const buys = rows.map(({ age, town, device }) => Number((town === "Oslo") === (device === "phone") && age > 25));
const table = { age: rows.map(({ age }) => age), town: rows.map(({ town }) => town), device: rows.map(({ device }) => device) };

const space = new FeatureSpace({
  features: { age: "float_normalized", town: "string_categorical", device: "string_categorical" },
  crosses: [["town", "device"]],
  crossingDim: 32,
});
const columns = tf.data.Dataset.fromTensorSlices(table);
await space.adapt(columns.batch(32));

const labels = tf.data.Dataset.fromTensorSlices(tf.constant(buys));
const data = tf.data.Dataset.zip(columns, labels)
  .shuffle(count, { seed: 1 })
  .batch(32)
  .map((row, label) => [space(row as never), label] as const);

const encoded = space.getEncodedFeatures() as never;
const hidden = new keras.layers.Dense(16, { activation: "relu" })(encoded);
const outputs = new keras.layers.Dense(1, { activation: "sigmoid" })(hidden);
const model = new keras.Model({ inputs: encoded, outputs });
model.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 0.02 }), loss: "binary_crossentropy", metrics: ["accuracy"] });
await model.fit(data as never, { epochs: Number(values.epochs), verbose: 0 });
const [loss, accuracy] = (await model.evaluate(data as never, { verbose: 0 })) as number[];
console.log(`loss ${loss!.toFixed(3)}, accuracy ${accuracy!.toFixed(3)}`);

// The same layers from raw columns on, strings among them.
const inference = new keras.Model({ inputs: space.getInputs(), outputs });
const visitor = { age: [40], town: ["Oslo"], device: ["phone"] };
const [[chance]] = (await inference.predict(visitor, { verbose: 0 })).array<number[][]>() as [[number]];
console.log(`a visitor of 40 from Oslo by phone buys: ${chance.toFixed(2)}`);
