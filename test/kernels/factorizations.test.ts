// Factorizations give back the matrix they came from, with factors of the right kind.

import t from "tap";
import * as tf from "../../lib/index.js";
import { generator } from "./reference.js";

const { ops } = tf.keras;
const { matmul, transpose } = ops;

function matrices(count: number, rows: number, columns: number, seed: number): tf.Tensor {
  const next = generator(seed);
  return tf.constant(
    Float32Array.from({ length: count * rows * columns }, () => next() * 2 - 1),
    { shape: [count, rows, columns] },
  );
}
const adjoint = (x: tf.Tensor) => transpose(x, [0, 2, 1]);
const furthest = (a: tf.Tensor, b: tf.Tensor) => ops.max(ops.abs(ops.subtract(a, b))).item();
const unit = (n: number) => ops.eye(n);
const sizes = [1, 2, 3, 5, 8, 17];

t.test("cholesky: L · Lᵀ is the matrix, and of others it is NaN", async (t) => {
  for (const n of sizes) {
    const half = matrices(3, n, n, n);
    const x = ops.add(matmul(half, adjoint(half)), ops.multiply(unit(n), 0.1));
    const l = ops.cholesky(x);
    t.ok(furthest(matmul(l, adjoint(l)), x) < 1e-5 * n, `${n}: product`);
    t.equal(furthest(ops.tril(l), l), 0, "a lower triangle");
    t.ok(furthest(matmul(ops.choleskyInverse(l), x), ops.broadcastTo(unit(n), [3, n, n])) < 1e-2, "inverse");
  }
  t.ok(Number.isNaN(ops.sum(ops.cholesky([[1, 2], [2, 1]])).item())); // prettier-ignore
});

t.test("solve, inv, det and their kin agree with each other", async (t) => {
  for (const n of sizes) {
    const a = ops.add(matrices(3, n, n, 10 + n), ops.multiply(unit(n), 2));
    const b = matrices(3, n, 2, 20 + n);
    t.ok(furthest(matmul(a, ops.solve(a, b)), b) < 1e-4, `${n}: solve`);
    t.ok(furthest(matmul(a, ops.inv(a)), ops.broadcastTo(unit(n), [3, n, n])) < 1e-4, "inverse");
    const [sign, size] = ops.slogdet(a) as [tf.Tensor, tf.Tensor];
    const det = ops.det(a);
    t.ok(furthest(ops.divide(ops.multiply(sign, ops.exp(size)), det), ops.ones([3])) < 1e-4, "determinant");
    t.ok(furthest(matmul(ops.tril(a), ops.solveTriangular(a, b, true)), b) < 1e-4, "lower triangle");
    t.ok(furthest(matmul(ops.triu(a), ops.solveTriangular(a, b)), b) < 1e-4, "upper triangle");
  }
  t.equal(ops.det([[0, 1], [1, 0]]).item(), -1, "an exchange of rows changes the sign"); // prettier-ignore
});

t.test("qr: q is orthogonal, r a triangle", async (t) => {
  for (const [rows, columns] of [
    [1, 1],
    [3, 3],
    [5, 2],
    [2, 5],
    [9, 8],
    [8, 9],
  ] as const) {
    // prettier-ignore
    const x = matrices(2, rows, columns, rows * 31 + columns);
    for (const mode of ["reduced", "complete"]) {
      const [q, r] = ops.qr(x, mode) as [tf.Tensor, tf.Tensor];
      t.ok(furthest(matmul(q, r), x) < 1e-5, `${rows} × ${columns}, ${mode}: product`);
      t.ok(furthest(matmul(adjoint(q), q), ops.broadcastTo(unit(q.shape[2]!), [2, q.shape[2]!, q.shape[2]!])) < 1e-5, "orthogonal");
      t.equal(furthest(ops.triu(r), r), 0, "a triangle");
    }
  }
});

t.test("eigh: values ascend and vectors are orthogonal", async (t) => {
  for (const n of sizes) {
    const half = matrices(2, n, n, 40 + n);
    const x = ops.add(half, adjoint(half));
    const [w, v] = ops.eigh(x) as [tf.Tensor, tf.Tensor];
    t.ok(furthest(matmul(ops.multiply(v, ops.expandDims(w, 1)), adjoint(v)), x) < 1e-5 * n, `${n}: product`);
    t.equal(furthest(ops.sort(w), w), 0, "ascending");
    t.ok(furthest(matmul(adjoint(v), v), ops.broadcastTo(unit(n), [2, n, n])) < 1e-5, "orthogonal");
  }
});

t.test("svd: also of wide, tall and singular matrices", async (t) => {
  const check = (x: tf.Tensor, name: string) => {
    const [count, rows, columns] = x.shape as [number, number, number];
    const k = Math.min(rows, columns);
    const [u, s, vt] = ops.svd(x, false) as tf.Tensor[];
    t.ok(furthest(matmul(ops.multiply(u!, ops.expandDims(s!, 1)), vt!), x) < 2e-5, `${name}: product`);
    t.equal(furthest(ops.negative(ops.sort(ops.negative(s!))), s!), 0, "descending");
    const [full, , wide] = ops.svd(x) as tf.Tensor[];
    t.ok(furthest(matmul(adjoint(full!), full!), ops.broadcastTo(unit(rows), [count, rows, rows])) < 1e-5, "u is orthogonal");
    t.ok(furthest(matmul(adjoint(wide!), wide!), ops.broadcastTo(unit(columns), [count, columns, columns])) < 1e-5, "v is orthogonal");
    t.ok(furthest(matmul(matmul(x, ops.pinv(x)), x), x) < 1e-4, "pseudoinverse");
    return { s: s!, k };
  };
  for (const [rows, columns] of [
    [1, 1],
    [3, 3],
    [5, 2],
    [2, 5],
    [9, 8],
  ] as const)
    check(matrices(2, rows, columns, rows * 7 + columns), `${rows} × ${columns}`);
  const thin = matrices(2, 6, 2, 99);
  const singular = matmul(thin, matrices(2, 2, 4, 98));
  check(singular, "rank 2");
  t.strictSame(Array.from(ops.matrixRank(singular).data()), [2, 2]);
});
