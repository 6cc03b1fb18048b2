// What random layers draw is distributed as what Keras draws: least, largest, mean and spread over 3,000 images, beside Keras 3.15.1's.

import t from "tap";
import * as tf from "../../../lib/index.js";

type Moments = readonly [least: number, largest: number, mean: number, spread: number];
interface Drawing {
  getRandomTransformation(images: tf.Tensor): Readonly<Record<string, unknown>>;
}

const rows: readonly (readonly [string, object, Readonly<Record<string, readonly number[]>>])[] = [
  ["RandomBrightness", { factor: 0.4 }, { rgbDelta: [-102, 101.8, -1.345, 59.13] }],
  ["RandomBrightness", { factor: [-0.8, 0.1], valueRange: [0, 1] }, { rgbDelta: [-0.7983, 0.09916, -0.3454, 0.2596] }],
  ["RandomContrast", { factor: 0.4 }, { contrastFactor: [1, 1.4, 1.204, 0.1141] }],
  ["RandomContrast", { factor: [0.2, 0.7] }, { contrastFactor: [0.8002, 1.699, 1.251, 0.2594] }],
  ["RandomColorDegeneration", { factor: 0.6 }, { factor: [-0.6, 0.5999, -0.002351, 0.346] }],
  ["RandomColorDegeneration", { factor: [0.2, 0.5] }, { factor: [0.2, 0.5, 0.35, 0.087] }],
  ["RandomHue", { factor: 0.5 }, { factor: [-0.2498, 0.2497, 0.000586, 0.1446] }],
  ["RandomHue", { factor: [0.2, 0.3] }, { factor: [-0.15, 0.15, -0.003851, 0.1255] }],
  ["RandomSaturation", { factor: 0.5 }, { factor: [-0.3333, 0.9999, 0.1005, 0.3565] }],
  ["RandomSaturation", { factor: [0.2, 0.8] }, { factor: [0.251, 4, 1.297, 0.9532] }],
  ["RandomSharpness", { factor: 0.5 }, { factor: [7.659e-5, 0.4999, 0.2491, 0.1451] }],
  ["RandomSharpness", { factor: [0.1, 0.9] }, { factor: [0.1006, 0.8996, 0.4971, 0.2315] }],
  ["RandomPosterization", { factor: 5 }, { shiftFactor: [4, 7, 5.51, 1.117] }],
  ["RandomPosterization", { factor: [2, 6] }, { shiftFactor: [3, 6, 4.484, 1.103] }],
  ["RandomRotation", { factor: 0.2 }, { angle: [-71.97, 71.86, -0.3203, 41.22] }],
  ["RandomRotation", { factor: [-0.1, 0.5] }, { angle: [-35.95, 180, 71.69, 62.07] }],
  ["RandomTranslation", { heightFactor: 0.2, widthFactor: [-0.3, 0.1] }, { translations: [-1.5, 1.2, -0.2675, 0.6909] }],
  ["RandomZoom", { heightFactor: 0.3 }, { heightZoom: [0.7001, 1.299, 0.9966, 0.1752], widthZoom: [0.7001, 1.299, 0.9966, 0.1752] }],
  [
    "RandomZoom",
    { heightFactor: [-0.2, 0.4], widthFactor: 0.1 },
    { heightZoom: [0.8, 1.4, 1.096, 0.1738], widthZoom: [0.9, 1.1, 0.9998, 0.05913] },
  ],
  [
    "RandomZoom",
    { heightFactor: 0.3, widthFactor: [0.1, 0.2] },
    { heightZoom: [0.7002, 1.3, 1.008, 0.1749], widthZoom: [1.1, 1.2, 1.151, 0.0289] },
  ],
  ["RandomShear", { xFactor: 0.3, yFactor: [0.1, 0.4] }, { shearFactor: [-0.4, 0.3992, -0.002275, 0.2237] }],
  ["RandomFlip", {}, { flips: [0, 1, 0.4913, 0.4999] }],
  ["RandomInvert", { factor: 0.5 }, { applyInversion: [0, 1, 0.2423, 0.4285] }],
  ["RandomInvert", { factor: [0.6, 0.9] }, { applyInversion: [0, 1, 0.7393, 0.439] }],
  [
    "RandomErasing",
    { factor: 0.5, scale: [0.1, 0.3] },
    { applyErasing: [0, 1, 0.246, 0.4307], batchMasks: [0, 1, 0.1854, 0.3886], fillValue: [0, 255, 80.39, 101.5] },
  ],
  [
    "RandomErasing",
    { factor: 1, scale: 0.5 },
    { applyErasing: [0, 1, 0.5167, 0.4997], batchMasks: [0, 1, 0.2141, 0.4102], fillValue: [0, 255, 80.71, 101.6] },
  ],
  ["RandomGaussianBlur", { factor: 0.4 }, { shouldApplyBlur: [0, 1, 0.204, 0.403] }],
  ["RandomPerspective", { factor: 0.5, scale: 0.3 }, { applyPerspective: [0, 1, 0.263, 0.4403], endPoints: [0, 5.75, 2.25, 2.294] }],
  ["RandomElasticTransform", { factor: 0.5 }, { applyTransform: [0, 1, 0.2497, 0.4328] }],
  [
    "Solarization",
    { additionFactor: 0.3, thresholdFactor: [0.2, 0.5] },
    { additions: [0.01026, 76.47, 38.26, 22.23], thresholds: [0.2443, 127.5, 64.07, 36.32] },
  ],
  [
    "Solarization",
    { additionFactor: [0.1, 0.2], thresholdFactor: 0.8 },
    { additions: [0.1047, 50.99, 25.37, 14.63], thresholds: [0.103, 204, 101.5, 60.16] },
  ],
  ["MixUp", { alpha: 0.4 }, { mixWeight: [1.685e-14, 1, 0.5021, 0.3719] }],
  ["CutMix", { factor: 1 }, { batchMasks: [0, 1, 0.4015, 0.4902], mixWeight: [1.788e-7, 1, 0.5049, 0.3563] }],
  ["CutMix", { factor: [0.9, 1] }, { batchMasks: [0, 1, 0.4386, 0.4962], mixWeight: [0.0001936, 0.9998, 0.4902, 0.2918] }],
];

const images = tf.random.uniform([3000, 6, 5, 3], { seed: 1 });

function momentsOf(values: ArrayLike<number>): Moments {
  const all = Array.from(values);
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const spread = Math.sqrt(all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length);
  return [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b)), mean, spread];
}

for (const [name, options, wanted] of rows) {
  t.test(`${name} ${JSON.stringify(options)}`, (t) => {
    const Class = tf.keras.layers[name as "RandomFlip"] as unknown as new (options: object) => Drawing;
    // Seeded: these are the same numbers everywhere.
    const drawn = new Class({ ...options, seed: 5 }).getRandomTransformation(images);
    for (const [part, [least, largest, mean, spread]] of Object.entries(wanted) as [string, Moments][]) {
      const got = momentsOf((drawn[part] as tf.Tensor).data());
      const near = (index: number, to: number, part_: number) => Math.abs(got[index]! - to) <= part_ * Math.max(spread, 1e-3) + 1e-3;
      t.ok(near(0, least, 0.35) && near(1, largest, 0.35), `${part} from ${got[0]} to ${got[1]}, Keras ${least} to ${largest}`);
      t.ok(near(2, mean, 0.12) && near(3, spread, 0.12), `${part}: mean ${got[2]}, spread ${got[3]}, Keras ${mean}, ${spread}`);
    }
    t.end();
  });
}
