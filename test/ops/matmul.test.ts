// Products large enough that their units share panels of the right matrix, against sums in double precision and against the same product a
// few rows at a time, which goes another way and must give the same bits.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;

/** Rows that a bug in cutting would hit: the first and last ones, and some around the middle. */
const chosen = (m: number): number[] => [...new Set([0, 1, m >> 1, (m >> 1) + 1, m - 2, m - 1])];

for (const [m, k, n] of [
  [129, 70, 33],
  [257, 330, 40],
  [150, 400, 521],
  [1600, 32, 64],
  [200, 1, 9],
  [129, 4000, 512], // units so long that several commands add them up
  [60, 8400, 130],
] as const)
  for (const transposeA of [false, true])
    for (const transposeB of [false, true])
      t.test(`${m} × ${k} × ${n}, ${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`, async (t) => {
        const a = tf.random.normal([m, k], { seed: 1 });
        const b = tf.random.normal([k, n], { seed: 2 });
        const right = transposeB ? ops.transpose(b) : b;
        const y = tf.matmul(transposeA ? ops.transpose(a) : a, right, { transposeA, transposeB });
        for (const i of chosen(m)) {
          const given = tf.slice(y, [i, 0], [1, n]).data() as Float32Array;
          const row = tf.slice(a, [i, 0], [1, k]).data();
          const columns = b.data();
          const error = given.reduce((most, value, j) => {
            let sum = 0;
            for (let q = 0; q < k; q++) sum += row[q]! * columns[q * n + j]!;
            return Math.max(most, Math.abs(value - sum));
          }, 0);
          t.ok(error < 2e-6 * k + 1e-5, `row ${i}: off by ${error}`);
        }
        const first = Math.min(m - 8, 121);
        const few = tf.matmul(tf.slice(a, [first, 0], [8, k]), right, { transposeB });
        t.strictSame([...few.data()], [...tf.slice(y, [first, 0], [8, n]).data()], "eight rows by themselves have the same bits");
      });

t.test("a row times a matrix beyond the cache has the bits that it has with a part of the columns", async (t) => {
  const b = tf.random.normal([239, 2301], { seed: 2 });
  for (const rows of [1, 3]) {
    const a = tf.random.normal([rows, 239], { seed: rows });
    const part = tf.matmul(a, tf.slice(b, [0, 2048], [239, 100]));
    t.strictSame([...tf.slice(tf.matmul(a, b), [0, 2048], [rows, 100]).data()], [...part.data()], `${rows} rows`);
  }
});

t.test("a sum over nothing, and no columns", async (t) => {
  t.strictSame([...new Set(tf.matmul(tf.zeros([200, 0]), tf.zeros([0, 5])).data())], [0]);
  t.strictSame(tf.matmul(tf.zeros([200, 4]), tf.zeros([4, 0])).shape, [200, 0]);
});
