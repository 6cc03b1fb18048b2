// Complex tensors as pairs, and eigenvalues of general matrices.

import t from "tap";
import * as tf from "../../lib/index.js";
import { generator } from "../kernels/reference.js";

const { ops } = tf.keras;
type Pair = [tf.Tensor, tf.Tensor];

t.test("pairs have real and imaginary parts, angles and conjugates; nested numbers are real", async (t) => {
  const z = ops.polar([2, 3], [Math.PI / 3, -Math.PI / 2]);
  t.ok(ops.allclose(ops.real(z), [1, 0], 1e-5, 1e-6).item());
  t.ok(ops.allclose(ops.imag(z), [Math.sqrt(3), -3], 1e-5, 1e-6).item());
  t.ok(ops.allclose(ops.angle(z), [Math.PI / 3, -Math.PI / 2]).item());
  t.ok(ops.allclose(ops.viewAsReal(ops.conj(z as Pair)), [[1, -Math.sqrt(3)], [0, 3]], 1e-5, 1e-6).item()); // prettier-ignore
  t.strictSame(ops.isreal([tf.constant([1, 2]), tf.constant([0, 1])]).array(), [true, false]);
  t.strictSame(ops.imag([[1, 2], [3, 4]]).array(), [[0, 0], [0, 0]]); // prettier-ignore
  t.strictSame(ops.viewAsReal(ops.viewAsComplex([[1, 2], [3, 4]])).array(), [[1, 2], [3, 4]]); // prettier-ignore
  t.throws(() => ops.viewAsComplex([1, 2, 3]), { name: "ShapeError" });
  t.throws(() => ops.real([tf.ones([2]), tf.ones([3])]), { name: "ShapeError" });
});

const times = ([a, b]: Pair, [c, d]: Pair): Pair => [
  ops.subtract(ops.matmul(a, c), ops.matmul(b, d)),
  ops.add(ops.matmul(a, d), ops.matmul(b, c)),
];
const furthest = (a: tf.Tensor, b: tf.Tensor) => ops.max(ops.abs(ops.subtract(a, b))).item();

t.test("eig: x · v = v · diag(w), vectors of length 1, conjugate pairs", async (t) => {
  const next = generator(3);
  for (const n of [1, 2, 3, 4, 7, 20, 60]) {
    const x = tf.constant(Float32Array.from({ length: 2 * n * n }, () => next() * 2 - 1), { shape: [2, n, n] }); // prettier-ignore
    const [w, v] = ops.eig(x);
    const left = times([x, tf.zeros([2, n, n])], v);
    const right = [
      ops.subtract(ops.multiply(v[0], ops.expandDims(w[0], 1)), ops.multiply(v[1], ops.expandDims(w[1], 1))),
      ops.add(ops.multiply(v[0], ops.expandDims(w[1], 1)), ops.multiply(v[1], ops.expandDims(w[0], 1))),
    ];
    t.ok(furthest(left[0], right[0]!) < 1e-5 * n && furthest(left[1], right[1]!) < 1e-5 * n, `${n}: equal`);
    t.ok(furthest(ops.sum(ops.add(ops.square(v[0]), ops.square(v[1])), 1), tf.ones([2, n])) < 1e-5, "length 1");
    t.ok(furthest(ops.sum(w[0], 1), ops.trace(x, 0, 1, 2)) < 1e-5 * n, "the trace is the sum of eigenvalues");
    t.ok(furthest(ops.sum(w[1], 1), tf.zeros([2])) < 1e-5 * n, "imaginary parts cancel");
  }
  const rotation = ops.eig([[0, -1], [1, 0]]); // prettier-ignore
  t.strictSame(Array.from(rotation[0][1].data()).map(Math.abs), [1, 1]);
  const circle = ops.eig([[0, 0, 1], [1, 0, 0], [0, 1, 0]]); // prettier-ignore
  t.ok(furthest(ops.add(ops.square(circle[0][0]), ops.square(circle[0][1])), tf.ones([3])) < 1e-6, "shifts leave a circle");
  t.ok(ops.isfinite(ops.sum(ops.eig([[1, 1], [0, 1]])[1][0])).item(), "a defective matrix has an answer"); // prettier-ignore
  t.ok(Number.isNaN(ops.sum(ops.eig([[NaN, 1], [0, 1]])[0][0]).item())); // prettier-ignore
  t.throws(() => ops.eig(tf.ones([2, 3])), { name: "ShapeError" });
});

t.test("eig: gradients agree with small steps", async (t) => {
  const next = generator(11);
  const draw = () => tf.constant(Float32Array.from({ length: 9 }, () => next() * 2 - 1), { shape: [3, 3] }); // prettier-ignore
  const [x, direction] = [draw(), draw()];
  // Functions that the order and the phases of the vectors leave alone.
  const f = (a: tf.Tensor) => {
    const [w, v] = ops.eig(a);
    const lengths = ops.add(ops.square(v[0]), ops.square(v[1]));
    return ops.add(
      ops.sum(ops.multiply(ops.sin(w[0]), ops.cos(w[1]))),
      ops.sum(ops.multiply(ops.expandDims(ops.square(w[0]), 0), ops.multiply(lengths, tf.constant([[1], [2], [3]])))),
    );
  };
  const tape = new tf.GradientTape();
  tape.watch(x);
  const y = tape.record(() => f(x));
  const slope = ops.sum(ops.multiply(tape.gradient(y, x) as tf.Tensor, direction)).item();
  const h = 1e-2;
  const at = (by: number) => f(ops.add(x, ops.multiply(direction, by))).item();
  const wanted = (at(h) - at(-h)) / (2 * h);
  t.ok(Math.abs(slope - wanted) < 5e-3 * Math.max(1, Math.abs(wanted)), `${slope} and ${wanted}`);
});
