// What the examples of this folder stand on: a MobileNet with Keras's published weights, or one that is trained here in some seconds, and
// images with shapes in known places.

import * as tf from "kerasm";
import * as keras from "kerasm/keras";

/** What the images show. */
export const shapes = ["square", "disc", "cross", "ring", "bars"] as const;
/** Each is of about one color, so that a network learns it in seconds. */
const colors = [[225, 90, 90], [90, 215, 90], [90, 110, 230], [220, 200, 80], [80, 200, 210]] as const; // prettier-ignore

export interface Pictures {
  /** `[count, size, size, 3]`, from 0 to 255. */
  readonly images: tf.Tensor;
  /** `[count]`, numbers of shapes. */
  readonly labels: tf.Tensor;
  /** Row and column of each middle, as parts of the size. */
  readonly places: readonly (readonly [row: number, column: number])[];
}

const isInside = (kind: number, y: number, x: number): boolean => {
  const [across, far] = [Math.max(Math.abs(y), Math.abs(x)), Math.hypot(y, x)];
  if (kind === 0) return across < 0.8;
  if (kind === 1) return far < 0.9;
  if (kind === 2) return across < 1 && Math.min(Math.abs(y), Math.abs(x)) < 0.3;
  if (kind === 3) return far < 1 && far > 0.55;
  return across < 1 && Math.abs(y) > 0.35;
};

/** Images with one bright shape each, of the kinds from `first` to `end`, on a dark and noisy ground. */
export function pictures(count: number, { size = 64, first = 0, end = 3, seed = 1 } = {}): Pictures {
  const random = (shape: number[], offset: number, range: object) => tf.random.uniform(shape, { ...range, seed: seed + offset }).data();
  const kinds = random([count], 0, { minval: first, maxval: end }).map(Math.floor);
  const middles = random([count, 2], 1, { minval: 0.25, maxval: 0.75 });
  const tints = random([count, 3], 2, { minval: -30, maxval: 30 });
  const radius = size / 6;
  const pixels = random([count, size, size, 3], 3, { minval: 0, maxval: 70 });
  for (let i = 0; i < count; i++)
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        const [y, x] = [(row - middles[2 * i]! * size) / radius, (column - middles[2 * i + 1]! * size) / radius];
        if (!isInside(kinds[i]!, y, x)) continue;
        for (let c = 0; c < 3; c++) pixels[((i * size + row) * size + column) * 3 + c] = colors[kinds[i]!]![c]! + tints[3 * i + c]!;
      }
  return {
    images: tf.constant(pixels, { shape: [count, size, size, 3] }),
    labels: tf.constant(kinds.map((kind) => kind - first), { shape: [count], dtype: "int32" }),
    places: Array.from({ length: count }, (_, i) => [middles[2 * i]!, middles[2 * i + 1]!] as const),
  }; // prettier-ignore
}

/** A MobileNet that tells the first three shapes apart; its input is from 0 to 255. */
export async function trained({ size = 64, count = 640, epochs = 5 } = {}): Promise<keras.Model> {
  keras.utils.setRandomSeed(1);
  const given = await keras.applications.MobileNet({ alpha: 0.25, inputShape: [size, size, 3], weights: null, classes: 3, dropout: 0.1 });
  // Few steps are to be had: the statistics of normalization have to follow more quickly than over those of a large training.
  const network = keras.models.cloneModel(given, {
    cloneFunction: (layer) => {
      const { fromConfig } = layer.constructor as typeof keras.layers.Layer;
      const more: Record<string, number> = layer instanceof keras.layers.BatchNormalization ? { momentum: 0.9 } : {};
      return fromConfig.call(layer.constructor as never, { ...layer.getConfig(), ...more }) as keras.Layer;
    },
  });
  const inputs = keras.Input({ shape: [size, size, 3] });
  const model = new keras.Model({ inputs, outputs: network(new keras.layers.Rescaling(1 / 127.5, { offset: -1 })(inputs)) });
  const { images, labels } = pictures(count, { size });
  model.compile({
    optimizer: new keras.optimizers.Adam({ learningRate: 0.01 }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(images, labels, { epochs, batchSize: 16, verbose: 0 });
  return model;
}
