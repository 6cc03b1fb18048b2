// Sequence to sequence: an LSTM reads a sum of two numbers letter by letter, another writes the result.
//   node build/examples/gallery/seq2seq.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

const digits = quick ? 1 : 2;
const letters = "0123456789+ ";
const [readLength, writeLength] = [2 * digits + 1, digits + 1];

/** Letters as one-hot rows. */
const encode = (texts: readonly string[], length: number): tf.Tensor =>
  ops.oneHot(
    tf.constant(
      texts.map((text) => Array.from(text.padEnd(length), (letter) => letters.indexOf(letter))),
      { dtype: "int32" },
    ),
    letters.length,
  );
const decode = (y: tf.Tensor): string[] =>
  (ops.argmax(y, -1).array<number[][]>()).map((row) => row.map((i) => letters[i]).join("").trim()); // prettier-ignore

const limit = 10 ** digits;
const pairs = Array.from({ length: quick ? 1500 : 20000 }, (_, i) => [(i * 7919) % limit, (i * 104729 + (i >> 4)) % limit] as const);
const questions = encode(pairs.map(([a, b]) => `${a}+${b}`), readLength); // prettier-ignore
const answers = encode(pairs.map(([a, b]) => String(a + b)), writeLength); // prettier-ignore

const model = new keras.Sequential([
  new keras.Input({ shape: [readLength, letters.length] }),
  new layers.LSTM(96),
  new layers.RepeatVector(writeLength),
  new layers.LSTM(96, { returnSequences: true }),
  new layers.TimeDistributed(new layers.Dense(letters.length, { activation: "softmax" })),
]);
model.compile({ loss: "categorical_crossentropy", optimizer: new keras.optimizers.Adam({ learningRate: 5e-3 }), metrics: ["accuracy"] });
const { history } = await model.fit(questions, answers, { batchSize: 64, epochs: quick ? 12 : 15, verbose: quick ? 0 : 1 });

const asked = quick ? ["3+4", "9+9", "0+5"] : ["12+34", "99+1", "50+49"];
const answered = decode(await model.predict(encode(asked, readLength), { verbose: 0 }));
asked.forEach((question, i) => console.log(`${question} = ${answered[i]}`));
console.log(`accuracy of letters ${history["accuracy"]!.at(-1)!.toFixed(3)}`);
