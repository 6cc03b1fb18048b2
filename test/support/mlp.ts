// A training run that is the same program in Node and in a page: it closes over nothing, so its text can be sent to a browser.

/** The package as a user imports it. */
export interface Kerasm {
  readonly tf: typeof import("../../lib/index.js");
  readonly datasets: typeof import("../../datasets/index.js");
}

/** What a run leaves behind. */
export interface Trained {
  /** A hash of the bits of all weights. */
  readonly weights: number;
  readonly losses: readonly number[];
  /** Number of the last step. */
  readonly step: number;
}

export interface TrainingOptions {
  /** Number of steps to take, each on the next 32 images. */
  readonly steps: number;
  /** Where checkpoints are: restored before the first step if there is one, saved after the last. */
  readonly checkpoints?: string;
}

/** Trains 784-128-10 on Fashion-MNIST from given weights with Adam, on the kernels that give the same bits everywhere. */
export async function trainMlp({ tf, datasets }: Kerasm, { steps, checkpoints }: TrainingOptions): Promise<Trained> {
  const { keras } = tf;
  await tf.config.enableOpDeterminism();
  const [[images, labels]] = await datasets.fashionMnist.loadData();

  // Lehmer's generator: its products are exact in doubles.
  let state = 1;
  const given = (shape: number[], scale: number) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
      state = (state * 48271) % 2147483647;
      return (state / 2147483647 - 0.5) * scale;
    });
    return tf.constant(values, { shape });
  };
  const model = new keras.Sequential([
    new keras.Input({ shape: [28, 28] }),
    new keras.layers.Rescaling(1 / 255),
    new keras.layers.Flatten(),
    new keras.layers.Dense(128, { activation: "relu" }),
    new keras.layers.Dense(10),
  ]);
  model.setWeights([given([784, 128], 0.15), given([128], 0.01), given([128, 10], 0.4), given([10], 0.01)]);
  const optimizer = new keras.optimizers.Adam();
  model.compile({ optimizer, loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });

  const step = tf.variable(0, { dtype: "int32" });
  const manager =
    checkpoints === undefined
      ? undefined
      : new tf.train.CheckpointManager(new tf.train.Checkpoint({ step, optimizer, model }), checkpoints, { maxToKeep: 2 });
  if (manager?.latestCheckpoint) await manager.checkpoint.restore(manager.latestCheckpoint);

  const batchSize = 32;
  const from = step.item() * batchSize;
  const part = (x: typeof images, [, ...rest]: readonly number[]) =>
    tf.slice(x, [from, ...rest.map(() => 0)], [steps * batchSize, ...rest]);
  const history = await model.fit(part(images, [60000, 28, 28]), part(labels, [60000]), {
    batchSize,
    epochs: 1,
    shuffle: false,
    verbose: 0,
  });
  step.assignAdd(steps);
  await manager?.save();

  // FNV-1a over the bits.
  let digest = 0x811c9dc5;
  for (const { buffer, byteOffset, byteLength } of model.getWeights())
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) digest = Math.imul(digest ^ byte, 0x01000193);
  return { weights: digest >>> 0, losses: (history.history["loss"] ?? []) as number[], step: step.item() };
}
