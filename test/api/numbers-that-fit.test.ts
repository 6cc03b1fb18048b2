// Numbers that no optimizer, schedule, layer, constraint or draw can compute with are errors where they are given, and no NaN later.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, ops, optimizers, callbacks, constraints, initializers, random } = keras;
const { schedules } = optimizers;

const refused: Readonly<Record<string, () => unknown>> = {
  clipnorm: () => new optimizers.SGD({ clipnorm: -1 }),
  clipvalue: () => new optimizers.SGD({ clipvalue: -1 }),
  globalClipnorm: () => new optimizers.SGD({ globalClipnorm: -1 }),
  "Adam, beta1 of 1": () => new optimizers.Adam({ beta1: 1 }),
  "Adam, beta2 of 1": () => new optimizers.Adam({ beta2: 1 }),
  "Adam, epsilon": () => new optimizers.Adam({ epsilon: -1 }),
  "Nadam, beta1": () => new optimizers.Nadam({ beta1: -0.1 }),
  "Adamax, beta2": () => new optimizers.Adamax({ beta2: 1.5 }),
  "Lamb, beta1": () => new optimizers.Lamb({ beta1: 2 }),
  "RMSprop, rho": () => new optimizers.RMSprop({ rho: 2 }),
  "Adadelta, rho": () => new optimizers.Adadelta({ rho: -1 }),
  "Adagrad, initial value": () => new optimizers.Adagrad({ initialAccumulatorValue: -1 }),
  "ExponentialDecay, steps": () => new schedules.ExponentialDecay(0.1, 0, 0.9),
  "ExponentialDecay, rate": () => new schedules.ExponentialDecay(0.1, 10, -1),
  "PiecewiseConstantDecay": () => new schedules.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3]),
  "ReduceLROnPlateau": () => new callbacks.ReduceLROnPlateau({ factor: -0.5 }),
  LayerNormalization: () => new layers.LayerNormalization({ epsilon: -1 }),
  BatchNormalization: () => new layers.BatchNormalization({ epsilon: -1 }),
  "BatchNormalization, momentum": () => new layers.BatchNormalization({ momentum: 2 }),
  GroupNormalization: () => new layers.GroupNormalization({ groups: 1, epsilon: -1 }),
  RMSNormalization: () => new layers.RMSNormalization({ epsilon: -1 }),
  "ops.layerNormalization": () => ops.layerNormalization([[1, 1]], { epsilon: -1 }),
  "ops.rmsNormalization": () => ops.rmsNormalization([[1, 1]], { epsilon: -1 }),
  "ops.batchNormalization": () => ops.batchNormalization([[1, 1]], [0, 0], [0, 0], -1, { epsilon: -1 }),
  MaxNorm: () => new constraints.MaxNorm(-1),
  MinMaxNorm: () => new constraints.MinMaxNorm({ minValue: 2, maxValue: 1 }),
  "MinMaxNorm, rate": () => new constraints.MinMaxNorm({ rate: 2 }),
  RandomNormal: () => new initializers.RandomNormal({ stddev: -1 }),
  TruncatedNormal: () => new initializers.TruncatedNormal({ stddev: -1 }),
  RandomUniform: () => new initializers.RandomUniform({ minval: 1, maxval: 0 })([2]),
  "random.uniform": () => random.uniform([2], 1, 0),
  "random.normal": () => random.normal([2], 0, -1),
  "random.truncatedNormal": () => random.truncatedNormal([2], 0, -1),
}; // prettier-ignore

for (const [name, make] of Object.entries(refused)) t.test(name, (t) => (t.throws(make, { name: "ValueError" }), t.end()));

t.test("what switches something off, and what takes nothing", (t) => {
  const weights = (optimizer: InstanceType<typeof optimizers.SGD>) => {
    const variable = tf.variable([1]);
    optimizer.applyGradients([[tf.constant([2]), variable]] as never);
    return variable.array();
  };
  t.same(weights(new optimizers.SGD({ learningRate: 0.5, clipnorm: 0 })), [0], "as in Keras, 0 clips nothing");
  t.same(weights(new optimizers.SGD({ learningRate: -0.5 })), [2], "a negative rate goes up");
  t.same(random.normal([2], 3, 0).array(), [3, 3]);
  t.same(random.uniform([2], 3, 3).array(), [3, 3]);
  t.throws(() => new (callbacks.History as never as new (options: object) => unknown)({ a: 1 }), { name: "ArgumentError" });
  t.end();
});
