// Rows that are gathered where they are needed: whoever needs them first, and how often, the elements are the same.

import t from "tap";
import { pickRows } from "../../lib/core/rows.js";
import * as tf from "../../lib/index.js";

const x = tf.constant(
  Float32Array.from({ length: 6 * 40 }, (_, i) => i),
  { shape: [6, 40] },
);
const indices = [4, 0, 1, 2, 5, 5];
const expected = indices.map((row) => Array.from({ length: 40 }, (_, column) => row * 40 + column));

t.test("read by the user first, then by a kernel", async (t) => {
  const rows = pickRows(x, indices);
  t.strictSame(rows.array(), expected);
  t.equal(tf.reduceSum(tf.subtract(rows, tf.constant(expected))).item(), 0);
});

t.test("read by a kernel first, then by the user", async (t) => {
  const rows = pickRows(x, indices);
  t.strictSame(tf.add(rows, 1).array(), expected.map((row) => row.map((value) => value + 1))); // prettier-ignore
  t.strictSame(rows.array(), expected);
});

t.test("read by a program, twice, and by another", async (t) => {
  const double = tf.function((rows: tf.Tensor) => rows.mul(2));
  const sum = tf.function((rows: tf.Tensor) => tf.reduceSum(rows, { axis: 1 }));
  const rows = pickRows(x, indices);
  for (let i = 0; i < 2; i++) t.strictSame(double(rows).array(), expected.map((row) => row.map((value) => value * 2))); // prettier-ignore
  t.strictSame(sum(rows).array(), expected.map((row) => row.reduce((a, b) => a + b))); // prettier-ignore
});

t.test("scalars and rows of bytes", async (t) => {
  t.strictSame(pickRows(tf.constant([1, 2, 3], { dtype: "int32" }), [2, 2, 0]).array(), [3, 3, 1]);
  t.strictSame(pickRows(tf.constant([[true], [false]]), [1, 0]).array(), [[false], [true]]);
});

t.test("a disposed one says so", async (t) => {
  const rows = pickRows(x, indices);
  rows.dispose();
  t.throws(() => rows.array(), { message: /disposed/ });
  t.throws(() => tf.add(rows, 1), { message: /disposed/ });
});
