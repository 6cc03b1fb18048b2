// A recurrent cell over time that stops where its state no longer changes.

import * as tf from "kerasm";

type Any = tf.autograph.Any;

/** @param xs  [time, features] */
function unroll(xs: Any, kernel: Any, recurrent: Any, tolerance: Any) {
  let state = tf.zeros([1, recurrent.shape[0]]) as Any;
  let steps = 0;
  for (const x of xs) {
    const next = tf.tanh(tf.matmul(tf.expandDims(x, 0), kernel).add(tf.matmul(state, recurrent)));
    const change = tf.reduceMax(tf.abs(next.sub(state))) as Any;
    state = next;
    steps += 1;
    if (change < tolerance) break;
  }
  return [state, steps];
}

export function run() {
  const xs = tf.ones([50, 2]);
  const args = [
    xs,
    tf.constant([
      [0.4, -0.2, 0.1],
      [0.3, 0.5, -0.6],
    ]),
    tf.constant([
      [0.2, 0, 0.1],
      [0, 0.1, 0],
      [0.1, 0, 0.2],
    ]),
    tf.constant(1e-3),
  ] as const;
  const ways = { eager: tf.autograph.toGraph(unroll), traced: tf.function(unroll, { autograph: true }) };
  return Object.entries(ways).map(([way, fn]) => {
    const [state, steps] = fn(...args) as unknown as [tf.Tensor, tf.Tensor];
    return { way, state: state.array(), steps: steps.item() };
  });
}
