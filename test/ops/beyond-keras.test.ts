// Operations that TensorFlow has and Keras's recorded cases don't reach.

import t from "tap";
import * as tf from "../../lib/index.js";

const modes: Readonly<Record<string, <R>(fn: () => R) => () => R>> = { eager: (fn) => fn, traced: (fn) => tf.function(fn) };

for (const [mode, run] of Object.entries(modes)) {
  t.test(`squared_difference is (a − b)², with both gradients (${mode})`, async (t) => {
    const a = tf.variable([[1], [4]]);
    const b = tf.variable([2, -1, 0.5]);
    const [y, da, db] = run(() => {
      const tape = new tf.GradientTape();
      const y = tape.record(() => tf.squaredDifference(a, b));
      return [y, ...tape.gradient(y, [a, b])];
    })();
    t.strictSame(y?.array(), [
      [1, 4, 0.25],
      [4, 25, 12.25],
    ]);
    t.strictSame(da?.array(), [[2 * (3 - 1.5)], [2 * (12 - 1.5)]]);
    t.strictSame(db?.array(), [2 * (4 - 5), 2 * (-2 - 5), 2 * (1 - 5)]);
  });

  t.test(`identity gives its input and passes the gradient (${mode})`, async (t) => {
    const x = tf.variable([1, -2]);
    const [y, dx] = run(() => {
      const tape = new tf.GradientTape();
      const y = tape.record(() => tf.identity(x));
      return [y, tape.gradient(y, x)];
    })();
    t.strictSame(y?.array(), [1, -2]);
    t.strictSame(dx?.array(), [1, 1]);
  });

  t.test(`the gradient of fmod in its divisor is −(a / b) rounded by towards_zero (${mode})`, async (t) => {
    const a = tf.variable([5.5, -5.5, 7]);
    const b = tf.variable([2, 2, -3]);
    const [da, db] = run(() => {
      const tape = new tf.GradientTape();
      return tape.gradient(
        tape.record(() => tf.keras.ops.fmod(a, b)),
        [a, b],
      );
    })();
    t.strictSame(da?.array(), [1, 1, 1]);
    t.strictSame(db?.array(), [-2, 2, 2]);
  });
}
