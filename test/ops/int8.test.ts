// The product of int8 matrices is that of the same numbers as int32, whatever the sizes.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;

t.test("matmul_int8: int8 · int8 is int32, exactly: every remainder of rows, columns and depth", async (t) => {
  let state = 1;
  const int8 = (shape: readonly number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Int8Array.from({ length: size }, () => ((state = (state * 1664525 + 1013904223) >>> 0) >>> 24) - 128);
    return tf.constant(values, { shape, dtype: "int8" });
  };
  const sizes = [
    [1, 1, 1],
    [1, 5, 32],
    [2, 8, 33],
    [4, 7, 64],
    [5, 8, 32],
    [7, 9, 65],
    [8, 64, 96],
    [3, 0, 32],
    [6, 0, 32],
    [0, 4, 32],
    [9, 2051, 40],
    [5, 4097, 32],
    [130, 9, 40],
    [133, 1031, 64],
    [5, 600, 10],
    [131, 7, 41],
    [6, 3, 1],
    [1, 17, 4111],
    [3, 8, 8200],
  ];
  for (const [m, k, n] of sizes as [number, number, number][]) {
    const [a, b] = [int8([m, k]), int8([k, n])];
    const expected = ops.matmul(ops.cast(a, "int32"), ops.cast(b, "int32"));
    const product = (x: tf.Tensor, y: tf.Tensor) => ops.matmul(x, y);
    for (const y of [product(a, b), tf.function(product)(a, b)]) {
      t.same([y.dtype, ...y.shape], ["int32", m, n]);
      t.equal(Buffer.compare(Buffer.from(y.data().buffer), Buffer.from(expected.data().buffer)), 0, `${m} × ${k} × ${n}`);
    }
  }
  const [a, b] = [int8([2, 3, 10]), int8([10, 40])];
  t.same(ops.matmul(a, b).array(), ops.matmul(ops.cast(a, "int32"), ops.cast(b, "int32")).array(), "axes before the last are rows");
  const least = tf.constant(new Int8Array(64).fill(-128), { shape: [2, 32], dtype: "int8" });
  t.same(ops.matmul(least, ops.transpose(least)).array(), [[524288, 524288], [524288, 524288]], "the extremes"); // prettier-ignore
  t.throws(() => ops.matmul(int8([2, 3]), int8([4, 5])), /x1's last axis \(3\) to equal x2's second to last \(4\)/);
});

t.test("casts of floats to int8 keep the lowest bits, sixteen at a time as one by one", async (t) => {
  const values = [0, -0, 1.9, -1.9, 127.5, 128, -129, 255, 256, 300.7, -300.7, 1e6 + 0.5, 2 ** 31 - 128, -(2 ** 31), 5, -7];
  const odd = [2 ** 31, -(2 ** 33), 3e18, NaN, Infinity, -Infinity];
  const low = (x: number) => Number(BigInt.asIntN(8, BigInt(Math.trunc(x))));
  for (const x of [values, [...values, ...values, 3, -3], [...values.slice(0, 10), ...odd.slice(0, 3), ...values]])
    t.same([...ops.cast(tf.constant(x), "int8").data()], x.map(low));
  const special = [...values.slice(0, 10), ...odd];
  t.same([...ops.cast(tf.constant(special), "int8").data()].slice(13), [0, -1, 0], "NaN and infinities, as by one by one");
});
