import t from "tap";
import * as tf from "../../lib/index.js";
import { keras } from "../../lib/index.js";
import { isClass } from "../support/classes.js";

const { losses, metrics } = keras;

t.test("a metric gathers, answers and forgets", (t) => {
  const accuracy = new metrics.Accuracy();
  accuracy.updateState([1, 2, 3, 4], [0, 2, 3, 4]);
  t.equal(accuracy.result().item(), 0.75);
  accuracy.updateState([0, 2, 3], [1, 2, 3]);
  t.ok(Math.abs(accuracy.result().item() - 5 / 7) < 1e-6);
  accuracy.resetState();
  accuracy.updateState([0, 2, 3], [1, 2, 3]);
  t.ok(Math.abs(accuracy.result().item() - 2 / 3) < 1e-6);
  t.ok(Math.abs(accuracy([1], [1]).item() - 3 / 4) < 1e-6, "calling updates and answers");
  t.end();
});

t.test("every loss and metric is found by its names, and its config makes the same again", (t) => {
  for (const [family, found] of [
    [losses, Object.keys(losses)],
    [metrics, Object.keys(metrics)],
  ] as const) {
    const names = found.filter(
      (name) => isClass((family as unknown as Record<string, unknown>)[name]) && !["Loss", "Metric"].includes(name),
    );
    t.ok(names.length >= 20);
    const needsArguments = /^(IoU|MeanIoU|OneHotIoU|OneHotMeanIoU|SensitivityAt|SpecificityAt|PrecisionAt|RecallAt|MeanMetricWrapper)/;
    for (const name of names.filter((name) => !needsArguments.test(name))) {
      const object = family.get(name)! as unknown as { getConfig(): object };
      const config = family.serialize(object as never);
      const again = family.deserialize(config) as unknown as { getConfig(): object };
      t.strictSame(again.getConfig(), object.getConfig(), name);
    }
  }
  t.equal(losses.get("mse"), losses.meanSquaredError);
  t.equal(losses.get("sparse_categorical_crossentropy"), losses.sparseCategoricalCrossentropy);
  t.equal(losses.get("KLD"), losses.klDivergence);
  t.ok(metrics.get("mse") instanceof metrics.MeanSquaredError);
  t.ok(metrics.get("binary_accuracy") instanceof metrics.BinaryAccuracy);
  t.equal(losses.get(null), null);
  t.throws(() => losses.get("mean_square_error"), /Did you mean mean_squared_error\?/);
  t.end();
});

t.test("losses and metrics of one's own", (t) => {
  class Squares extends losses.Loss {
    override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
      return tf.reduceMean(tf.square(tf.subtract(yPred, yTrue)), { axis: -1 });
    }
  }
  const loss = new Squares({ reduction: "sum" });
  t.equal(loss([[0, 0]], [[1, 3]]).item(), 5);
  t.match(loss.name, /^squares/);
  t.equal(loss([[0], [0]], [[1], [2]], { sampleWeight: [1, 0.5] }).item(), 3);

  class Positives extends metrics.Metric {
    total = this.addWeight({ name: "total" });
    override updateState(yTrue: tf.TensorLike): void {
      this.total.assignAdd(tf.reduceSum(yTrue));
    }
    override result(): tf.Tensor {
      return this.total.value();
    }
  }
  const positives = new Positives();
  positives.updateState([1, 0, 1]);
  positives.updateState([1]);
  t.equal(positives.result().item(), 3);
  positives.resetState();
  t.equal(positives.result().item(), 0);
  t.strictSame(
    positives.variables.map(({ name }) => name),
    ["total"],
  );
  const mean = new metrics.MeanMetricWrapper((y, p) => tf.abs(tf.subtract(y, p)), { name: "error" });
  t.equal(mean([0, 0], [1, 2]).item(), 1.5);
  t.end();
});

t.test("wrong use is refused with a reason", (t) => {
  t.throws(
    () => new losses.MeanSquaredError({ reduction: "average" as never }),
    /MeanSquaredError\.reduction: given "average"; expected one of "sum_over_batch_size"/,
  );
  t.throws(() => new losses.BinaryCrossentropy({ labelSmoothing: 2 }), /labelSmoothing: given 2; expected a number from 0 to 1/);
  t.throws(() => new losses.CategoricalCrossentropy()([[0, 1]], [[0, 0, 1]]), /given target \[1, 2\] and output \[1, 3\]/);
  t.throws(() => new metrics.FBetaScore().updateState([1, 0], [1, 0]), /given labels of shape \[2\]/);
  t.throws(() => new metrics.IoU(2, [2]), /IoU\.targetClassIds: given 2; expected class ids below 2/);
  t.throws(() => new metrics.AUC({ numThresholds: 1 }), /AUC\.numThresholds: given 1; expected an integer above 1/);
  t.throws(() => new metrics.Precision({ thresholds: 2 }), /thresholds: given 2/);
  t.end();
});

t.test("counts and sums go beyond what float32 alone can count to", async (t) => {
  const start = 2 ** 24;
  const mean = new keras.metrics.Mean();
  mean.updateState(tf.constant(1), { sampleWeight: start });
  for (let i = 0; i < 1001; i++) mean.updateState(tf.constant(1), { sampleWeight: 1 });
  t.equal(mean.count.item(), Math.fround(start + 1001));
  t.equal(mean.result().item(), 1);
  const sum = new keras.metrics.Sum();
  const step = tf.function(() => sum.updateState(tf.constant([0.1])));
  sum.updateState([2 ** 22]);
  for (let i = 0; i < 1000; i++) step();
  t.equal(sum.result().item(), Math.fround(2 ** 22 + 1000 * Math.fround(0.1)), "traced, with fractions");
  const positives = new keras.metrics.TruePositives();
  positives.updateState([1], [1], { sampleWeight: [start] });
  for (let i = 0; i < 5; i++) positives.updateState([1], [1]);
  t.equal(positives.result().item(), Math.fround(start + 5));
  positives.resetState();
  positives.updateState([1], [1]);
  t.equal(positives.result().item(), 1, "nothing is left after a reset");
  sum.resetState();
  sum.updateState([Infinity]);
  sum.updateState([1]);
  t.equal(sum.result().item(), Infinity);
});

t.test("metrics as functions of their state", (t) => {
  const mean = new keras.metrics.Mean();
  mean.updateState([100]);
  let state = mean.statelessResetState();
  t.strictSame(state.map((value) => value.item()), [0, 0]); // prettier-ignore
  state = mean.statelessUpdateState(state, [1, 3]);
  state = mean.statelessUpdateState(state, [8]);
  t.equal((mean.statelessResult(state) as tf.Tensor).item(), 4);
  t.equal(mean.result().item(), 100, "its own state is what it was");
  const traced = tf.function((a: tf.Tensor, b: tf.Tensor) => mean.statelessUpdateState([a, b], [1, 1]));
  t.strictSame(traced(tf.constant(5), tf.constant(1)).map((value) => value.item()), [7, 3]); // prettier-ignore
  t.equal(mean.result().item(), 100);
  t.throws(() => mean.statelessResult([tf.constant(1)]), /mean\w*.statelessResult: given 1 values; expected 2/);
  t.end();
});
