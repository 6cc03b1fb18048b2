// Losses and metrics, and a metric of one's own.

import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const bce = new keras.losses.BinaryCrossentropy();
console.log(bce([0, 0, 1, 1], [1, 1, 1, 0]).item().toFixed(3));
//> 12.001

const acc = new keras.metrics.Accuracy();
acc.updateState([1, 2, 3, 4], [0, 2, 3, 4]);
console.log(acc.result().item());
//> 0.75
acc.updateState([0, 2, 3], [1, 2, 3]);
console.log(acc.result().item().toFixed(3));
//> 0.714
acc.resetState();
acc.updateState([0, 2, 3], [1, 2, 3]);
console.log(acc.result().item().toFixed(3));
//> 0.667

/** How many samples of a class were found. */
class TruePositives extends keras.metrics.Metric {
  total = this.addWeight({ name: "tp", initializer: "zeros" });

  override updateState(yTrue: tf.TensorLike, yPred: tf.TensorLike, { sampleWeight }: { sampleWeight?: tf.TensorLike } = {}) {
    const positive = tf.logicalAnd(tf.equal(yTrue, 1), tf.greater(yPred, 0.5));
    const values = tf.cast(positive, "float32");
    this.total.assignAdd(tf.reduceSum(sampleWeight === undefined ? values : tf.multiply(values, sampleWeight)));
  }

  override result() {
    return this.total.value();
  }
}

const truePositives = new TruePositives({ name: "true_positives" });
truePositives.updateState([0, 1, 1, 1], [0.9, 0.8, 0.2, 0.7]);
console.log(truePositives.result().item());
//> 2
truePositives.updateState([1, 1], [0.9, 0.9], { sampleWeight: [0.5, 1] });
console.log(truePositives.result().item());
//> 3.5
