// Metric learning: pictures of one kind of clothing come to lie together, others apart; then the nearest ones are looked up.
//   node build/examples/gallery/metric-learning.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);
const classes = 10;

const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
const scaled = (x: tf.Tensor, count: number): tf.Tensor =>
  tf.multiply(ops.expandDims(ops.cast(tf.slice(x, [0, 0, 0], [count, 28, 28]), "float32"), -1), 1 / 255);
const count = quick ? 3000 : 20000;
const pictures = scaled(trainX, count);
const kinds = Array.from(tf.slice(trainY, [0], [count]).data() as Uint8Array);
const byKind = Array.from({ length: classes }, (_, kind) => kinds.flatMap((each, i) => (each === kind ? [i] : [])));

/** For each step an anchor and a positive of every class. */
class AnchorPositivePairs extends keras.utils.PyDataset {
  constructor(readonly steps: number) {
    super();
  }

  override get length(): number {
    return this.steps;
  }

  override getItem(index: number): [tf.Tensor, tf.Tensor] {
    const place = (kind: number, k: number): number => byKind[kind]![(index * 7919 + k * 104729 + kind * 31) % byKind[kind]!.length]!;
    const places = [0, 1].map((k) => Array.from({ length: classes }, (_, kind) => place(kind, k)));
    const picked = ops.take(pictures, tf.constant(places.flat(), { dtype: "int32" }), 0);
    return [ops.reshape(picked, [2, classes, 28, 28, 1]), ops.arange(classes)];
  }
}

/** Similarities of all anchors with all positives: each anchor's own should be the largest. */
class EmbeddingModel extends keras.Model {
  override trainStep(data: unknown) {
    const [pairs, labels] = data as [tf.Tensor, tf.Tensor];
    const [anchors, positives] = ops.unstack(pairs, 2, { axis: 0 });
    const tape = new tf.GradientTape();
    const loss = tape.record(() => {
      const a = this<tf.Tensor>(anchors!, { training: true });
      const p = this<tf.Tensor>(positives!, { training: true });
      const similarities = tf.divide(ops.einsum("ae,pe->ap", a, p), 0.2);
      return this.computeLoss({ x: pairs, y: labels, yPred: similarities });
    });
    const weights = this.trainableVariables;
    this.optimizer!.applyGradients(tape.gradient(loss, weights).map((gradient, i) => [gradient, weights[i]!]));
    const [metric] = this.metrics;
    metric!.updateState(loss);
    return { loss: metric!.result() };
  }
}

const inputs = keras.Input({ shape: [28, 28, 1] });
let x = new layers.Conv2D(16, 3, { strides: 2, activation: "relu" })(inputs);
x = new layers.Conv2D(32, 3, { strides: 2, activation: "relu" })(x);
x = new layers.Dense(16)(new layers.GlobalAveragePooling2D()(x));
const model = new EmbeddingModel(inputs, new layers.UnitNormalization()(x));
model.compile({
  optimizer: new keras.optimizers.Adam({ learningRate: 3e-3 }),
  loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
});
const { history } = await model.fit(new AnchorPositivePairs(quick ? 100 : 500) as never, {
  epochs: quick ? 4 : 15,
  verbose: quick ? 0 : 1,
});

const seen = 1000;
const places = await model.predict(scaled(testX, seen), { batchSize: 100, verbose: 0 });
const [, nearest] = ops.topK(ops.matmul(places, ops.transpose(places)), 6) as unknown as [tf.Tensor, tf.Tensor];
const truth = tf.slice(testY, [0], [seen]).data();
const neighbours = nearest.array<number[][]>().map((row, i) => row.filter((j) => j !== i).slice(0, 5));
const right = neighbours.flatMap((row, i) => row.filter((j) => truth[j] === truth[i]));
console.log(`loss ${history["loss"]![0]!.toFixed(3)} -> ${history["loss"]!.at(-1)!.toFixed(3)}`);
console.log(`of the five nearest are of the same kind ${((100 * right.length) / (5 * seen)).toFixed(1)} %`);
