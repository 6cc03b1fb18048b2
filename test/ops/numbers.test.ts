// NaN, infinities and nothing at all, as NumPy has them: a row is a call and NumPy's answer (float32; NaN in JSON is "NaN").

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops } = keras;
const [I, N] = [Infinity, NaN];
const gradientOf = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => {
  const tape = new tf.GradientTape();
  tape.watch(x);
  return tape.gradient(tape.record(() => f(x)), x)!; // prettier-ignore
};

const rows: Readonly<Record<string, readonly [() => tf.Tensor, shape: readonly number[], values: readonly number[]]>> = {
  hypot: [() => ops.hypot([I, N, -I, 3, 0], [N, I, 2, 4, -0]), [5], [I, I, I, 5, 0]],
  "median between infinities": [() => ops.median([-I, I]), [], [N]],
  "median of an infinity and a number": [() => ops.median([1, I, I, -I]), [], [I]],
  "digitize, NaN behind everything": [() => ops.digitize([N, 0.5, 5, I, -I], [0, 1, 2]), [5], [3, 1, 3, 3, 0]],
  "searchsorted, NaN behind everything": [() => ops.searchsorted([0, 1, 2], [N, 1]), [2], [3, 1]],
  "gradient of prod over nothing": [() => gradientOf((x) => tf.reduceSum(ops.prod(x, { axis: 1 })), tf.zeros([2, 0])), [2, 0], []],
  "gradient of prod with one zero": [() => gradientOf((x) => ops.prod(x), tf.constant([2, 0, 3])), [3], [0, 6, 0]],
  "logaddexp of infinities": [() => ops.logaddexp([I, -I, I, N], [I, -I, -I, 1]), [4], [I, -I, I, N]],
  "logsumexp of nothing but −Infinity": [() => ops.logsumexp([-I, -I]), [], [-I]],
  "powers of zero and one": [() => ops.power([0, -1, 1, I, N], [0, I, N, 0, 0]), [5], [1, 1, 1, 1, 1]],
  "sorting puts NaN last": [() => ops.sort([3, N, -I, I, 1]), [5], [-I, 1, 3, I, N]],
  "argmax finds NaN": [() => ops.argmax([1, N, 3]), [], [1]],
  "rounding halves to even": [() => ops.round([0.5, 1.5, -0.5, 2.5]), [4], [0, 2, -0, 2]],
  "roll along two axes": [() => ops.roll(tf.constant([[0, 1, 2], [3, 4, 5]]), [1, 1], { axis: [0, 1] }), [2, 3], [5, 3, 4, 2, 0, 1]], // prettier-ignore
  "linspace in integers": [() => ops.linspace(-5, 5, { num: 4, dtype: "int32" }), [4], [-5, -2, 1, 5]],
  "clip keeps NaN": [() => ops.clip([N, I, -I], 0, 1), [3], [N, 1, 0]],
  "all of nothing": [() => ops.cast(ops.all(tf.zeros([0])), "int32"), [], [1]],
  "mean of nothing": [() => ops.mean(tf.zeros([0])), [], [N]],
  "sum of rank 6": [() => ops.sum(tf.ones([1, 2, 1, 2, 1, 2]), { axis: [0, 3, -1] }), [2, 1, 1], [4, 4]],
};

for (const [name, [call, shape, values]] of Object.entries(rows))
  t.test(name, async (t) => {
    const y = call();
    t.same(y.shape, shape);
    t.ok(
      [...y.data()].every((v, i) => Object.is(v, Math.fround(values[i]!)) || v === values[i]),
      String(y),
    );
    const traced = tf.function(call)();
    t.same([...traced.data()].map(String), [...y.data()].map(String), "traced");
  });

t.test("the Jacobian of an empty batch is empty, and null where nothing connects", async (t) => {
  const x = tf.zeros([0, 3]);
  const tape = new tf.GradientTape({ persistent: true });
  tape.watch(x);
  const [y, other] = tape.record(() => [x.mul(2), tf.zeros([0, 2])]) as [tf.Tensor, tf.Tensor];
  t.same(tape.jacobian(y, x)!.shape, [0, 3, 0, 3]);
  t.equal(tape.jacobian(other, x), null);
});

t.test("masked batch normalization with one channel", async (t) => {
  const x = tf.constant([[[1], [2], [3]], [[4], [5], [6]]]); // prettier-ignore
  const mask = tf.constant([[true, true, false], [true, false, false]]); // prettier-ignore
  const y = new keras.layers.BatchNormalization()(x, { training: true, mask } as never) as tf.Tensor;
  const [mean, variance] = [7 / 3, 14 / 9];
  t.ok([...y.data()].every((v, i) => Math.abs(v - (i + 1 - mean) / Math.sqrt(variance + 1e-3)) < 1e-5));
});
