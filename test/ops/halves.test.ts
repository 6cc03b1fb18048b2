// matmul_halves and take on two bytes: what they give is what float32 gives of the same numbers, rounded once.

import t, { type Test } from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { ops } = keras;

const formats = ["bfloat16", "float16"] as const;
const same = (t: Test, a: tf.Tensor, b: tf.Tensor, note: string): void =>
  void t.same([a.dtype, [...a.shape], [...a.data()]], [b.dtype, [...b.shape], [...b.data()]], note);

t.test("products: every remainder of columns, few rows and many, eager and traced", async (t) => {
  keras.utils.setRandomSeed(1);
  for (const dtype of formats)
    for (const [m, k, n] of [
      [1, 7, 1],
      [1, 16, 32],
      [2, 5, 33],
      [4, 64, 70],
      [5, 8, 40],
      [9, 33, 17],
      [1, 0, 5],
      [3, 4, 0],
    ] as const) {
      const [a, b] = [ops.cast(keras.random.normal([m, k]), dtype), ops.cast(keras.random.normal([k, n]), dtype)];
      const wide = (x: tf.Tensor) => ops.cast(x, "float32");
      const wanted = ops.matmul(wide(a), wide(b));
      // Rounded once: half a unit of the last place of the largest result.
      const largest = wanted.size === 0 ? 0 : ops.max(ops.abs(wanted)).item();
      const far = (y: tf.Tensor) => (y.size === 0 ? 0 : ops.max(ops.abs(ops.subtract(wide(y), wanted))).item());
      const product = (x: tf.Tensor, y: tf.Tensor) => ops.matmul(x, y);
      for (const y of [product(a, b), tf.function(product)(a, b)]) {
        t.same([y.dtype, ...y.shape], [dtype, m, n]);
        t.ok(far(y) <= (dtype === "bfloat16" ? 2 ** -8 : 2 ** -11) * 1.01 * largest, `${dtype} ${m} × ${k} × ${n}`);
      }
    }
});

t.test("products of whole numbers are exact in every format, NaN and infinities go where they go in float32", async (t) => {
  for (const dtype of formats) {
    const values = Array.from({ length: 3 * 50 }, (_, i) => (i % 7) - 3);
    const [a, b] = [tf.constant([[1, -2, 3]], { dtype }), tf.constant(values, { dtype, shape: [3, 50] })];
    same(t, ops.matmul(a, b), ops.cast(ops.matmul(ops.cast(a, "float32"), ops.cast(b, "float32")), dtype), dtype);
    for (const count of [1, 4, 13]) {
      const special = tf.constant([Array(count).fill([NaN, Infinity, -Infinity, 1, 6e-8]).flat()], { dtype });
      t.same([...ops.matmul(tf.constant([[1]], { dtype }), special).data()], [...special.data()], `${count * 5} columns`);
    }
    // More columns than sums stay in the first cache for, and what is smaller than float16's normal numbers.
    for (const [m, k, n] of [
      [1, 9, 4105],
      [3, 6, 8200],
    ] as const) {
      const whole = (rows: number, columns: number) =>
        tf.constant(
          Array.from({ length: rows * columns }, (_, i) => (i % 11) - 5),
          { dtype: "float32", shape: [rows, columns] },
        );
      const [x, w, tiny] = [whole(m, k), whole(k, n), 2 ** (dtype === "float16" ? -24 : -130)];
      const product = ops.cast(ops.matmul(x, w), dtype);
      same(t, ops.matmul(ops.cast(x, dtype), ops.cast(w, dtype)), product, `${dtype} ${m} × ${k} × ${n}`);
      const small = ops.matmul(ops.cast(x, dtype), ops.cast(ops.multiply(w, tiny), dtype));
      same(t, small, ops.cast(ops.multiply(ops.cast(product, "float32"), tiny), dtype), `${dtype}, tiny`);
    }
  }
});

t.test("gradients are those of float32, in the half", async (t) => {
  for (const dtype of formats) {
    const [x, w] = [tf.constant([[1, 2], [3, 4]], { dtype }), tf.constant([[1, 0, 2], [-1, 1, 3]], { dtype })]; // prettier-ignore
    const tape = new tf.GradientTape();
    tape.watch([x, w]);
    const y = tape.record(() => ops.sum(ops.matmul(x, w)));
    const [dx, dw] = tape.gradient(y, [x, w]) as [tf.Tensor, tf.Tensor];
    t.same([dx.dtype, dx.array(), dw.dtype, dw.array()], [dtype, [[3, 3], [3, 3]], dtype, [[4, 4, 4], [6, 6, 6]]]); // prettier-ignore
  }
});

t.test("rows of any width are taken as they are", async (t) => {
  for (const dtype of ["float16", "bfloat16", "int16", "uint16", "int8", "uint8", "uint32", "int32", "float32", "bool"] as const) {
    const x = tf.constant([[0, 1, 1], [1, 0, 0], [1, 1, 0]], { dtype }); // prettier-ignore
    same(t, ops.take(x, [2, -3, 1], 0), tf.constant([[1, 1, 0], [0, 1, 1], [1, 0, 0]], { dtype }), dtype); // prettier-ignore
    same(t, ops.take(x, [1], 1), tf.constant([[1], [0], [1]], { dtype }), dtype);
    t.throws(() => ops.take(x, [3], 0), /index|3/);
  }
});

t.test("what is filled has the width of its dtype", async (t) => {
  for (const dtype of ["float16", "bfloat16", "int16", "uint16", "int8", "uint8", "uint32", "int32", "float32"] as const)
    for (const count of [1, 2, 5, 8, 33]) {
      t.same([...tf.ones([count], { dtype }).data()], Array(count).fill(1), `${count} of ${dtype}`);
      t.same([...ops.full([count], 37, { dtype }).data()], Array(count).fill(37), `${count} of ${dtype}`);
      t.same(
        [
          ...tf
            .function((x: tf.Tensor) => ops.zerosLike(x))(tf.ones([count], { dtype }))
            .data(),
        ],
        Array(count).fill(0),
      );
    }
});

t.test("an embedding and layers of a half policy read their tables as they are", async (t) => {
  const model = new keras.Sequential([
    keras.Input({ shape: [4], dtype: "int32" }),
    new keras.layers.Embedding(9, 6, { dtype: "bfloat16" }),
    new keras.layers.Dense(5, { dtype: "bfloat16" }),
  ]);
  const x = tf.constant([[1, 2, 3, 8]], { dtype: "int32" });
  const [table, kernel] = model.weights as [tf.Variable, tf.Variable];
  const wide = ops.matmul(ops.take(ops.cast(table, "float32"), x, 0), ops.cast(kernel, "float32"));
  const y = model(x) as tf.Tensor;
  t.equal(y.dtype, "bfloat16");
  t.ok(ops.max(ops.abs(ops.subtract(ops.cast(y, "float32"), wide))).item() < 0.01);
});
