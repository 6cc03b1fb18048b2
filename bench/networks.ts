// The networks of the bench, as a user would write them. bench/peers has the same ones.

import * as tf from "../lib/index.js";
import { gpt, gptFlops, gptSizes } from "./gpt.js";
import { SimpleCNN, SimpleMLP } from "../models/index.js";

const { layers, losses, optimizers } = tf.keras;

export interface Network {
  /** Shape of one sample. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Shape of the labels of one sample, where there is more than one. */
  readonly labels?: readonly number[];
  /** Inputs are whole numbers below this. */
  readonly vocabulary?: number;
  /** Multiplications and additions of a forward pass of one sample. */
  readonly flops: number;
  make(): tf.keras.Model;
  optimizer(): tf.keras.Optimizer;
}

type Layers = (x: tf.Tensor) => tf.Tensor;

function block(filters: number, strides: number): Layers {
  const conv = (strides: number) => new layers.Conv2D(filters, 3, { strides, padding: "same", useBias: false });
  return (x) => {
    let y = new layers.ReLU()(new layers.BatchNormalization()(conv(strides)(x)));
    y = new layers.BatchNormalization()(conv(1)(y));
    const shortcut = strides > 1 ? new layers.Conv2D(filters, 1, { strides, padding: "same" })(x) : x;
    return new layers.ReLU()(new layers.Add()([y, shortcut]));
  };
}

function resnet(): tf.keras.Model {
  const inputs = tf.keras.Input({ shape: [32, 32, 3] });
  let x = new layers.Conv2D(16, 3, { padding: "same", useBias: false })(inputs);
  x = new layers.ReLU()(new layers.BatchNormalization()(x));
  for (const [filters, strides] of [
    [16, 1],
    [16, 1],
    [32, 2],
    [32, 1],
    [64, 2],
    [64, 1],
  ] as const)
    x = block(filters, strides)(x);
  const outputs = new layers.Dense(10)(new layers.GlobalAveragePooling2D()(x));
  return new tf.keras.Model({ inputs, outputs });
}

const convolution = (size: number, window: number, channels: number, filters: number) => 2 * size ** 2 * window ** 2 * channels * filters;

export const networks = {
  mlp: {
    shape: [28, 28],
    classes: 10,
    flops: 2 * (784 * 128 + 128 * 10),
    make: () => new SimpleMLP(),
    optimizer: () => new optimizers.Adam(),
  },
  cnn: {
    shape: [28, 28, 1],
    classes: 10,
    flops: convolution(26, 3, 1, 32) + convolution(11, 3, 32, 64) + 2 * (1600 * 64 + 64 * 10),
    make: () => new SimpleCNN(),
    optimizer: () => new optimizers.RMSprop({ learningRate: 1e-4 }),
  },
  resnet: {
    shape: [32, 32, 3],
    classes: 10,
    flops:
      convolution(32, 3, 3, 16) +
      4 * convolution(32, 3, 16, 16) +
      (convolution(16, 3, 16, 32) + convolution(16, 1, 16, 32) + 3 * convolution(16, 3, 32, 32)) +
      (convolution(8, 3, 32, 64) + convolution(8, 1, 32, 64) + 3 * convolution(8, 3, 64, 64)),
    make: resnet,
    optimizer: () => new optimizers.SGD({ learningRate: 1e-2, momentum: 0.9 }),
  },
  lstm: {
    shape: [50],
    classes: 2,
    vocabulary: 5000,
    flops: 50 * 2 * 4 * 128 * (128 + 128) + 2 * 128 * 2,
    make: () => new tf.keras.Sequential([new layers.Embedding(5000, 128), new layers.LSTM(128), new layers.Dense(2)]),
    optimizer: () => new optimizers.Adam(),
  },
  gpt: {
    shape: [gptSizes.tokens],
    labels: [gptSizes.tokens],
    classes: gptSizes.vocabulary,
    vocabulary: gptSizes.vocabulary,
    flops: gptFlops,
    make: gpt,
    optimizer: () => new optimizers.Adam(),
  },
} satisfies Readonly<Record<string, Network>>;

export type NetworkName = keyof typeof networks;

/** Random inputs and labels for a network. */
export function samples({ shape, vocabulary, classes, labels = [] }: Network, count: number): [x: tf.Tensor, y: tf.Tensor] {
  const whole = (shape: readonly number[], bound: number) => tf.cast(tf.random.uniform([...shape], { minval: 0, maxval: bound }), "int32");
  return [vocabulary ? whole([count, ...shape], vocabulary) : tf.random.uniform([count, ...shape]), whole([count, ...labels], classes)];
}

/** A network that is ready to train. */
export function compiled(name: NetworkName): tf.keras.Model {
  const network: Network = networks[name];
  const model = network.make();
  model.compile({ optimizer: network.optimizer(), loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
  return model;
}
