// Reading with CTC: a convolution and a recurrent layer read digits from a strip, without being told where each one stands.
//   node build/examples/gallery/ocr-ctc.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

// Digits as 5 × 3 dots, set at uneven distances into strips of 8 × 32.
const shapes = ["757577", "262227", "717477", "717177", "557117", "747177", "747577", "711111", "757577", "757177"]; // rows of three bits each
const glyph = (digit: number): number[][] =>
  Array.from(shapes[digit]!.slice(0, 5), (row) => [4, 2, 1].map((bit) => Number((Number(row) & bit) > 0)));
const readable = [0, 1, 2, 3, 4, 7]; // six of them look different enough
const [height, width, count, symbols] = [8, 32, 4, readable.length];

function strips(n: number, seed: number): [pictures: tf.Tensor, labels: tf.Tensor] {
  const pictures = Float32Array.from(keras.random.normal([n * height * width], { seed }).data(), (noise) => 0.1 * noise);
  const labels = new Int32Array(n * count);
  const random = keras.random.randint([n * count * 2], 0, 1 << 20, { seed: seed + 1 }).data();
  for (let i = 0; i < n; i++) {
    let x = random[i]! % 4;
    for (let k = 0; k < count; k++) {
      const which = random[n * count + i * count + k]! % symbols;
      labels[i * count + k] = which;
      glyph(readable[which]!).forEach((row, y) => row.forEach((dot, dx) => (pictures[(i * height + y + 1) * width + x + dx]! += dot)));
      x += 4 + (random[i * count + k]! % 4);
    }
  }
  return [tf.reshape(tf.constant(pictures), [n, height, width, 1]), tf.reshape(tf.constant(labels), [n, count])];
}

const inputs = keras.Input({ shape: [height, width, 1] });
let x = new layers.Conv2D(16, 3, { padding: "same", activation: "relu" })(inputs);
x = new layers.MaxPooling2D([2, 1])(x);
x = new layers.Conv2D(24, 3, { padding: "same", activation: "relu" })(x);
// Time runs along the strip: one step for each column.
x = new layers.Reshape([width, (height / 2) * 24])(new layers.Permute([2, 1, 3])(x));
x = new layers.Bidirectional(new layers.GRU(32, { returnSequences: true }))(x);
const model = new keras.Model({ inputs, outputs: new layers.Dense(symbols + 1)(x) });
// Class 0 is the blank, so the digits begin at 1.
model.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 1e-2 }), loss: new keras.losses.CTC() });

const [pictures, labels] = strips(quick ? 1000 : 4000, 1);
await model.fit(pictures, tf.add(labels, 1), { batchSize: 32, epochs: quick ? 10 : 15, verbose: quick ? 0 : 1 });

const [unseen, truth] = strips(100, 99);
const scores = await model.predict(unseen, { verbose: 0 });
const [[decoded]] = ops.ctcDecode(scores, ops.full([100], width, "int32"), { strategy: "greedy", maskIndex: 0 }) as unknown as [
  [tf.Tensor],
];
const text = (row: readonly number[]): string => row.map((i) => readable[i]).join("");
const read = decoded!.array<number[][]>().map((row) => text(row.filter((i) => i > 0).map((i) => i - 1)));
const wanted = truth.array<number[][]>().map(text);
for (let i = 0; i < 3; i++) console.log(`${wanted[i]} read as ${read[i]}`);
console.log(`strips read without fault: ${read.filter((line, i) => line === wanted[i]).length} of 100`);
