// Parts of a tensor whose first axis is known at the call alone: the same elements as eagerly, whatever the part is counted from.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
type Key = number | { start?: number; stop?: number; step?: number };

const x = tf.constant(
  Float32Array.from({ length: 5 * 3 }, (_, i) => i * i),
  { shape: [5, 3] },
);
const open = (fn: (x: tf.Tensor) => tf.Tensor) => tf.function(fn, { inputSignature: [new tf.TensorSpec([null, 3], "float32")] });

const keys: Readonly<Record<string, Key>> = {
  "x[1]": 1,
  "x[-1]": -1,
  "x[-2]": -2,
  "x[1:]": { start: 1 },
  "x[:2]": { stop: 2 },
  "x[:-1]": { stop: -1 },
  "x[-2:]": { start: -2 },
  "x[-9:9]": { start: -9, stop: 9 },
  "x[4:2]": { start: 4, stop: 2 },
  "x[::2]": { step: 2 },
  "x[::-1]": { step: -1 },
  "x[3:0:-2]": { start: 3, stop: 0, step: -2 },
  "x[-2::-1]": { start: -2, step: -1 },
};
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  ...Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, (x: tf.Tensor) => ops.getItem(x, [key as never])])),
  "diff along the open axis": (x) => ops.diff(x, 1, 0),
  "second diff": (x) => ops.diff(x, 2, 0),
  flip: (x) => ops.flip(x, 0),
  "slice to the end": (x) => ops.slice(x, [2, 0], [-1, 2]),
};

for (const [name, fn] of Object.entries(functions)) {
  t.test(name, async (t) => {
    const gradientOf = (fn: (x: tf.Tensor) => tf.Tensor) => {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const y = tape.record(() => fn(x));
      return { y, dx: tape.gradient(y, x) };
    };
    const [eager, traced] = [gradientOf(fn), gradientOf(open(fn))];
    t.strictSame(traced.y.shape, eager.y.shape);
    t.strictSame(traced.y.array(), eager.y.array());
    t.strictSame(traced.dx?.array(), eager.dx?.array());
  });
}

t.test("an index beyond the axis is an error when the axis is known", async (t) => {
  t.throws(() => open((x) => ops.getItem(x, 7))(x), { message: /slice: given elements 7 to 7 of an axis of length 5/ });
  t.throws(() => open((x) => ops.getItem(x, -7))(x), { message: /squeeze: given axis 0 of \[0, 3\]/ });
});

t.test("repeats along an axis of nothing know which axis they made", async (t) => {
  const inputSignature = [new tf.TensorSpec([null, null, null], "float32")];
  for (const times of [1, 2])
    for (const axis of [0, 1, 2])
      for (const shape of [[0, 3, 4], [2, 0, 4], [2, 3, 0], [2, 3, 4]]) {
        const repeat = (x: tf.Tensor) => tf.keras.ops.repeat(tf.gather(x, []), times, axis);
        const x = tf.zeros(shape);
        t.strictSame((tf.function(repeat, { inputSignature })(x) as tf.Tensor).shape, repeat(x).shape, `${shape} × ${times} along ${axis}`);
      } // prettier-ignore
});
