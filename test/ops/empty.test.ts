// Operations on nothing: the neutral element or an error, never what freed memory held; a bool is 0 or 1.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
const nothing = tf.zeros([0]);
const rows = tf.zeros([3, 0]);

for (const mode of ["eager", "traced"])
  t.test(`reductions of nothing, ${mode}`, async (t) => {
    const run = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => (mode === "eager" ? f(x) : tf.function(f)(x));
    for (let i = 0; i < 3; i++) tf.fill([1000], 255).add(1).dispose(); // what memory holds
    t.equal(run((x) => ops.all(x), nothing).array(), true);
    t.same(run((x) => ops.cast(ops.all(x, 1), "uint8"), rows).array(), [1, 1, 1]);
    t.equal(run((x) => ops.equal(ops.all(x), true), nothing).array(), true);
    t.same(run((x) => ops.any(x, 1), rows).array(), [false, false, false]);
    t.same(run((x) => ops.sum(x, 1), rows).array(), [0, 0, 0]);
    t.same(run((x) => ops.prod(x, { axis: 1 }), rows).array(), [1, 1, 1]);
    t.ok(Number.isNaN(run((x) => ops.mean(x), nothing).array()));
    t.throws(() => run((x) => ops.max(x), nothing), /at least one element/);
    t.throws(() => run((x) => ops.argmax(x), nothing), /at least one element/);
    t.same(run((x) => ops.matmul(x, tf.zeros([0, 2])), rows).array(), [[0, 0], [0, 0], [0, 0]]); // prettier-ignore
  });

t.test("a kernel without taps is an error", async (t) => {
  t.throws(() => ops.conv(tf.ones([1, 4, 1]), tf.zeros([0, 1, 1]), 1, "same"), /at least one tap along each axis/);
  t.throws(() => ops.conv(tf.ones([1, 4, 0]), tf.zeros([2, 0, 3]), 1, "valid"), tf.ShapeError);
});

t.test("what gives nothing writes nothing: numbers beside it in a program stay as they are", async (t) => {
  const w = tf.constant(
    Float32Array.from({ length: 8 }, (_, i) => i + 0.5),
    { shape: [1, 8] },
  );
  const halves = ops.cast(w, "bfloat16");
  const forms: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    "a product of no row": (x) => ops.matmul(x, w),
    "a product of no row with halves": (x) => ops.matmul(ops.cast(x, "bfloat16"), halves),
    "a product of no row, transposed": (x) => ops.matmul(x, ops.transpose(ops.reshape(w, [8, 1]))),
    "a dense layer of no sample": (x) => ops.add(ops.matmul(x, w), ops.reshape(w, [8])),
    "batches of no matrix": (x) => ops.matmul(ops.expandDims(x, 1), ops.reshape(w, [1, 1, 8])),
    "no row, scaled": (x) => ops.softmax(ops.multiply(x, w)),
    "a convolution of no image": (x) => ops.conv(ops.reshape(x, [-1, 1, 1]), ops.reshape(w, [1, 1, 8])),
    "sorted nothing": (x) => ops.sort(ops.multiply(x, w), 1),
  };
  for (const [name, form] of Object.entries(forms)) {
    // Where a program holds the places of `take` lies what a kernel would write over that took nothing for one row.
    const run = tf.function((x: tf.Tensor) => form(ops.repeat(ops.expandDims(ops.take(x, [4], { axis: 0 }), 1), 0, 0)));
    for (let call = 0; call < 3; call++) t.equal(run(tf.fill([5], 7.5)).size, 0, name);
  }
});
