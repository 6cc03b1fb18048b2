// The moving statistics of BatchNormalization: one step each, in the bits of the products, the sum and the assignment that they stand for.

import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { moveTowards } from "../../lib/variables/moving.js";

const { ops } = keras;
const lengths = [1, 3, 4, 7, 64];

/** Numbers of many sizes, and what is no number. */
const numbers = (length: number, seed: number): tf.Tensor => {
  const values = Float32Array.from({ length }, (_, i) => Math.sin(i * 7 + seed) * 10 ** ((i % 9) - 4));
  if (length > 6) values.set([NaN, Infinity, -0, 1e-42], 2);
  return tf.constant(values);
};
const bits = (x: tf.Tensor | tf.Variable): number[] => [...new Uint32Array((x.data() as Float32Array).slice().buffer)];

const modes: Record<string, (run: () => void) => void> = {
  eager: (run) => run(),
  traced: (run) => void tf.function(() => run())(),
  "under a tape": (run) => void new tf.GradientTape().record(run),
};

for (const [mode, through] of Object.entries(modes)) {
  for (const length of lengths) {
    for (const momentum of [0, 0.9, 0.99, 1]) {
      t.test(`${length} numbers with a momentum of ${momentum}, ${mode}`, async (t) => {
        const [from, to] = [numbers(length, 1), numbers(length, 2)];
        const average = tf.variable(from, { trainable: false });
        const before = average.value();
        through(() => moveTowards(average, to, momentum));
        const expected = ops.add(ops.multiply(from, momentum), ops.multiply(to, 1 - momentum));
        t.same(bits(average), bits(expected));
        t.same(bits(before), bits(from), "what was read before stays");
      });
    }
  }
}

t.test("a value that stands in for the average is moved, and the average stays", async (t) => {
  const average = tf.variable([1, 2], { trainable: false });
  const scope = new keras.StatelessScope({ stateMapping: [[average, tf.constant([4, 8])]] });
  scope.run(() => moveTowards(average, tf.constant([0, 0]), 0.5));
  t.same(scope.getCurrentValue(average)!.array(), [2, 4]);
  t.same(average.array(), [1, 2]);
});
