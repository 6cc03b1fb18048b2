// The product with a matrix of 4 bits is that with the floats it stands for, whatever the sizes, and so are its gradient and the layers
// that use it.

import t from "tap";
import { int4Product } from "../../lib/ops/linalg/matmul-int4.js";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops, layers } = keras;

/** A matrix with groups of `size` rows, packed, and in floats. */
function matrix(k: number, n: number, size: number, seed: number) {
  const whole = ops.cast(keras.random.randint([k, n], -8, 8, { seed }), "int8");
  const count = Math.max(1, Math.ceil(k / size));
  const scale = keras.random.uniform([count, n], 0.5, 2, { seed: seed + 1 });
  const zero = ops.cast(keras.random.randint([count, n], -8, 8, { seed: seed + 2 }), "float32");
  const groups = tf.constant(
    Int32Array.from({ length: k }, (_, i) => Math.floor(i / size)),
    { shape: [k], dtype: "int32" },
  );
  const values = ops.cast(whole, "float32");
  const floats = ops.multiply(ops.subtract(values, ops.take(zero, groups, 0)), ops.take(scale, groups, 0));
  return { b: keras.quantizers.packInt4(whole, 1)[0], columns: n, scale, zero, groups, values, floats };
}

/** How far y is from x · b, relative to the sum of sizes. */
function error(y: tf.Tensor, x: tf.Tensor, b: tf.Tensor): number {
  const far = ops.abs(ops.subtract(y, ops.matmul(x, b)));
  const size = ops.add(ops.matmul(ops.abs(x), ops.abs(b)), 1e-6);
  return far.size === 0 ? 0 : ops.max(ops.divide(far, size)).item();
}

t.test("few and many rows, with groups and without, every remainder of rows, columns, depth and groups", async (t) => {
  const sizes = [
    [1, 1, 1, 1], [1, 5, 32, 2], [2, 8, 33, 4], [1, 130, 70, 32], [3, 128, 64, 128], [5, 300, 31, 128], [40, 513, 97, 100],
    [2, 9, 1100, 4], [130, 300, 64, 7], [1, 257, 64, 128], [1, 400, 96, 400], [0, 4, 32, 4], [1, 0, 5, 1], [7, 0, 3, 1],
  ]; // prettier-ignore
  for (const [m, k, n, size] of sizes as [number, number, number, number][]) {
    const { values, floats, ...given } = matrix(k, n, size, m + n);
    const x = keras.random.normal([m, k], { seed: k });
    const inGroups = (x: tf.Tensor) => int4Product(x, given);
    const bare = (x: tf.Tensor) => int4Product(x, { b: given.b, columns: n });
    for (const [product, b] of [
      [inGroups, floats],
      [bare, values],
    ] as const)
      // prettier-ignore
      for (const y of [product(x), tf.function(product)(x)]) {
        t.same([y.dtype, ...y.shape], ["float32", m, n]);
        t.ok(error(y, x, b) < 1e-5, `${m} × ${k} × ${n}, groups of ${size}`);
      }
  }
  const { floats, values, ...given } = matrix(6, 10, 2, 1);
  const x = keras.random.normal([2, 3, 6], { seed: 1 });
  t.ok(error(int4Product(x, given), x, floats) < 1e-5, "axes before the last are rows");
  t.throws(() => int4Product(keras.random.normal([2, 5]), given), /x1's last axis \(5\) to equal x2's second to last \(6\)/);
});

t.test("groups in any order; inputs that are infinite, NaN or large are multiplied as floats are", async (t) => {
  const { values, floats, ...given } = matrix(8, 64, 4, 3);
  const groups = tf.constant([0, 1, 1, 0, 1, 0, 0, 1], { dtype: "int32" });
  const mixed = ops.multiply(ops.subtract(values, ops.take(given.zero, groups, 0)), ops.take(given.scale, groups, 0));
  const one = keras.random.normal([1, 8], { seed: 1 });
  const many = keras.random.normal([9, 8], { seed: 1 });
  for (const x of [one, many]) t.ok(error(int4Product(x, { ...given, groups }), x, mixed) < 1e-5);
  for (const special of [Infinity, -Infinity, NaN, 1e36]) {
    const x = tf.constant([[1, 0.5, special, 2, -1, 0.25, 3, 1]]);
    const [y, expected] = [int4Product(x, given), ops.matmul(x, floats)];
    const kinds = (y: tf.Tensor) => [...y.data()].map((value) => (Number.isFinite(value) ? "finite" : value));
    t.same(kinds(y), kinds(expected), String(special));
    const plain = (y: tf.Tensor) => ops.where(ops.isfinite(y), y, 0);
    t.ok(ops.max(ops.abs(ops.subtract(plain(y), plain(expected)))).item() <= 1e-5 * ops.max(ops.abs(plain(expected))).item());
  }
});

t.test("layers of 4 bits multiply by what their kernels stand for, forward and back", async (t) => {
  const made = [
    ["Dense in blocks", () => new layers.Dense(33), [2, 200], new keras.quantizers.Int4QuantizationConfig({ blockSize: 64 })],
    ["Dense", () => new layers.Dense(10, { useBias: false }), [3, 70], new keras.quantizers.Int4QuantizationConfig({ blockSize: null })],
    ["EinsumDense to axes", () => new layers.EinsumDense("abc,cde->abde", [null, 4, 6]), [2, 5, 20], null],
    ["EinsumDense of axes", () => new layers.EinsumDense("abcd,cde->abe", [null, 7]), [2, 5, 4, 6], null],
    ["EinsumDense in another order", () => new layers.EinsumDense("ab,cb->ac", 6), [3, 8], null],
  ] as const; // prettier-ignore
  for (const [name, make, shape, config] of made) {
    const layer = make() as tf.keras.layers.Dense;
    const x = keras.random.normal(shape, { seed: 2 });
    layer.build(shape);
    layer.quantize("int4", config ? { config } : {});
    const floats = layer.kept!.float();
    const matrix = name.endsWith("order") ? ops.transpose(ops.reshape(floats, [6, 8])) : floats;
    const [rows, columns] = matrix.shape as [number, number];
    for (const call of [(x: tf.Tensor) => layer(x), tf.function((x: tf.Tensor) => layer(x))]) {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const y = tape.record(() => call(x) as tf.Tensor);
      const dx = tape.gradient(
        tape.record(() => ops.sum(ops.square(y))),
        x,
      )!;
      const flat = ops.reshape(x, [-1, rows]);
      const expected = ops.matmul(flat, matrix);
      const far = (a: tf.Tensor, b: tf.Tensor) => ops.max(ops.abs(ops.subtract(ops.reshape(a, b.shape as number[]), b))).item();
      t.ok(far(y, expected) < 1e-5 * Math.max(1, ops.max(ops.abs(expected)).item()) * rows, `${name}: ${columns} columns`);
      const gradient = ops.matmul(ops.multiply(2, expected), ops.transpose(matrix));
      t.ok(far(dx, gradient) < 1e-5 * Math.max(1, ops.max(ops.abs(gradient)).item()) * columns, `${name}: the gradient`);
    }
  }
});
