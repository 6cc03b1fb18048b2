// Knowledge distillation: a small network learns from a larger one's probabilities, not from the labels alone.
//   node build/examples/gallery/distillation.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

const network = (name: string, filters: readonly number[]): keras.Sequential =>
  new keras.Sequential(
    [
      new keras.Input({ shape: [28, 28, 1] }),
      ...filters.flatMap((count) => [
        new layers.Conv2D(count, 3, { strides: 2, padding: "same" }),
        new layers.LeakyReLU({ negativeSlope: 0.2 }),
      ]),
      new layers.Flatten(),
      new layers.Dense(10),
    ],
    { name },
  );

class Distiller extends keras.Model {
  constructor(
    readonly student: keras.Model,
    readonly teacher: keras.Model,
    readonly alpha = 0.1,
    readonly temperature = 3,
  ) {
    super();
    teacher.trainable = false;
  }

  override call(x: tf.Tensor, { training }: { training?: boolean } = {}): tf.Tensor {
    return this.student(x, { training });
  }

  override computeLoss({ x, y, yPred }: { x: tf.Tensor; y: tf.Tensor; yPred: tf.Tensor }): tf.Tensor {
    const teacher = this.teacher(x, { training: false });
    const soft = (logits: tf.Tensor): tf.Tensor => ops.softmax(tf.divide(logits, this.temperature), -1);
    const distance = ops.mean(keras.losses.klDivergence(soft(teacher), soft(yPred)));
    const own = super.computeLoss({ x, y, yPred } as never);
    return tf.add(tf.multiply(own, this.alpha), tf.multiply(distance, (1 - this.alpha) * this.temperature ** 2));
  }
}

const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
const some = (x: tf.Tensor, y: tf.Tensor, count: number): [tf.Tensor, tf.Tensor] => [
  tf.multiply(ops.expandDims(ops.cast(tf.slice(x, [0, 0, 0], [count, 28, 28]), "float32"), -1), 1 / 255),
  tf.slice(y, [0], [count]),
];
const [x, y] = some(trainX, trainY, quick ? 2000 : 20000);
const test = some(testX, testY, quick ? 1000 : 10000);
const settings = () => ({
  optimizer: new keras.optimizers.Adam({ learningRate: 2e-3 }),
  loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: [new keras.metrics.SparseCategoricalAccuracy({ name: "accuracy" })],
});
const epochs = quick ? 3 : 5;
const accuracyOf = async (model: keras.Model): Promise<string> =>
  ((await model.evaluate(...test, { verbose: 0 })) as number[]).at(-1)!.toFixed(3);

const teacher = network("teacher", [32, 64]);
teacher.compile(settings());
await teacher.fit(x, y, { epochs, batchSize: 64, verbose: quick ? 0 : 1 });

const student = network("student", [4, 8]);
const alone = keras.models.cloneModel(student) as keras.Sequential;
const distiller = new Distiller(student, teacher);
distiller.compile(settings());
await distiller.fit(x, y, { epochs, batchSize: 64, verbose: quick ? 0 : 1 });
alone.compile(settings());
await alone.fit(x, y, { epochs, batchSize: 64, verbose: quick ? 0 : 1 });

console.log(`teacher of ${teacher.countParams()} parameters ${await accuracyOf(teacher)}`);
console.log(`student of ${student.countParams()}, alone ${await accuracyOf(alone)}, distilled ${await accuracyOf(distiller)}`);
