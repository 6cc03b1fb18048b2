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
