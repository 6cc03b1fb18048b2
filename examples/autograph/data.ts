// Functions of a Dataset's map that are traced, and a training step with a loop in it.

import * as tf from "kerasm";

type Any = tf.autograph.Any;

/** Clips outliers, row by row: how many rows are touched, the values decide. */
function clean(rows: Any, limit: Any) {
  let touched = 0;
  const out = [];
  for (const row of rows) {
    const worst = tf.reduceMax(tf.abs(row)) as Any;
    let clipped = row;
    if (worst > limit) {
      clipped = row * (limit / worst);
      touched += 1;
    }
    out.push(clipped);
  }
  return [tf.stack(out), touched];
}

/** One step of training that goes on with the same batch until the loss has fallen by a tenth, at most ten times. */
function trainUntilBetter(w: Any, x: Any, y: Any) {
  let tries = 0;
  let first = tf.constant(0) as Any;
  let loss = tf.constant(0) as Any;
  do {
    const tape = new tf.GradientTape();
    loss = tape.record(() => tf.reduceMean(tf.square(tf.matmul(x, w).sub(y))));
    w.assignSub((tape.gradient(loss, w) as Any) * 0.05);
    if (tries === 0) first = loss;
    tries += 1;
  } while (loss > first * 0.9 && tries < 10);
  return [loss, tries];
}

export function run() {
  const cleaned = tf.function(clean, { autograph: true });
  const dataset = tf.data.Dataset.fromTensorSlices(tf.constant([[1, 2], [30, 4], [5, -60], [0.5, 1]])).batch(2); // prettier-ignore
  const rows = [...dataset.map((batch) => cleaned(batch, tf.constant(10))[0] as tf.Tensor)].map((each) => (each as tf.Tensor).array());
  const ways = { eager: tf.autograph.toGraph(trainUntilBetter), traced: tf.function(trainUntilBetter, { autograph: true }) };
  const steps = Object.entries(ways).map(([way, fn]) => {
    const w = tf.variable([[0.0], [0.0]]);
    const [loss, tries] = fn(w, tf.constant([[1, 0], [0, 1]]), tf.constant([[1], [2]])) as unknown as tf.Tensor[]; // prettier-ignore
    return { way, loss: Number(loss!.item().toFixed(4)), tries: tries!.item(), w: w.array() };
  });
  return { rows, traces: cleaned.tracingCount, steps };
}
