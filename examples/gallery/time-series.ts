// Forecasting: an LSTM predicts the next value of a noisy wave from the two days before it, in windows of one long series.
//   node build/examples/gallery/time-series.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

// Hours: a day's wave, a week's wave, noise.
const hours = quick ? 1200 : 8000;
const noise = keras.random.normal([hours], { seed: 2 }).data();
const series = Float32Array.from(
  { length: hours },
  (_, t) => Math.sin((2 * Math.PI * t) / 24) + 0.5 * Math.sin((2 * Math.PI * t) / 168) + 0.1 * noise[t]!,
);
const split = Math.floor(hours * 0.8);
const past = 48;

const windows = (begin: number, end: number) =>
  keras.utils.timeseriesDatasetFromArray(
    ops.expandDims(tf.constant(series.slice(begin, end - 1)), -1),
    tf.constant(series.slice(begin + past, end)),
    past,
    { batchSize: 64 },
  );
const [train, test] = [windows(0, split), windows(split, hours)];

const model = new keras.Sequential([new keras.Input({ shape: [past, 1] }), new layers.LSTM(32), new layers.Dense(1)]);
model.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 5e-3 }), loss: "mse" });
const stop = new keras.callbacks.EarlyStopping({ monitor: "val_loss", patience: 3, restoreBestWeights: true });
await model.fit(train as never, { epochs: quick ? 6 : 20, validationData: test as never, callbacks: [stop], verbose: quick ? 0 : 1 });

const loss = (await model.evaluate(test as never, { verbose: 0 })) as number;
// To beat: the value of the hour before, and that of the day before.
const meanSquare = (lag: number): number => {
  let sum = 0;
  for (let t = split + past; t < hours; t++) sum += (series[t]! - series[t - lag]!) ** 2;
  return sum / (hours - split - past);
};
console.log(`the hour before ${meanSquare(1).toFixed(3)}, the day before ${meanSquare(24).toFixed(3)}`);
console.log(`mean squared error ${loss.toFixed(3)}`);
