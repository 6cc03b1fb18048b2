// Derivatives along a direction, and functions mapped over axes.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;

t.test("jvp agrees with small steps along the direction, eager and traced", async (t) => {
  const f = (x: tf.Tensor, y: tf.Tensor) => [ops.matmul(ops.sin(x), y), ops.sum(ops.exp(ops.multiply(x, 0.5)))];
  const x = tf.constant([[0.1, 0.7], [-0.3, 1.2]]); // prettier-ignore
  const y = tf.constant([[0.4], [-1.1]]);
  const [dx, dy] = [tf.constant([[0.5, -0.2], [1, 0.3]]), tf.constant([[0.7], [0.2]])]; // prettier-ignore
  const h = 1e-2;
  const moved = (by: number) => f(ops.add(x, ops.multiply(dx, by)), ops.add(y, ops.multiply(dy, by)));
  const wanted = moved(h).map((up, i) => ops.divide(ops.subtract(up, moved(-h)[i]!), 2 * h));
  const eager = () => ops.jvp(f, [x, y], [dx, dy]) as [tf.Tensor[], tf.Tensor[]];
  for (const run of [eager, tf.function(eager)]) {
    const [outputs, tangents] = run();
    outputs.forEach((output, i) => t.ok(ops.allclose(output, f(x, y)[i]!).item(), "the value"));
    tangents.forEach((tangent, i) => t.ok(ops.allclose(tangent, wanted[i]!, 1e-3, 1e-4).item(), "the derivative"));
  }
});

t.test("jvp: aux, constants, the same tensor twice, wrong tangents", async (t) => {
  const x = tf.constant([1, 2]);
  const [y, dy, aux] = ops.jvp((a: tf.Tensor) => [ops.square(a), "kept"], [x], [tf.constant([1, 0.5])], { hasAux: true });
  t.strictSame([(y as tf.Tensor).array(), (dy as tf.Tensor).array(), aux], [[1, 4], [2, 2], "kept"]); // prettier-ignore
  const [, still] = ops.jvp(() => tf.constant([5]), [x], [x]);
  t.strictSame((still as tf.Tensor).array(), [0]);
  const [, product] = ops.jvp((a: tf.Tensor, b: tf.Tensor) => ops.multiply(a, b), [x, x], [tf.ones([2]), tf.zeros([2])]);
  t.strictSame((product as tf.Tensor).array(), [1, 2], "the first factor alone moves");
  t.throws(() => ops.jvp((a: tf.Tensor) => a, [x], [tf.ones([3])]), { name: "ShapeError" });
  t.throws(() => ops.jvp((a: tf.Tensor) => a, [x], [x, x]), { name: "ArgumentError" });
});

t.test("vectorizedMap maps slices of a tensor and of structures", async (t) => {
  t.strictSame((ops.vectorizedMap((row: tf.Tensor) => ops.sum(row), [[1, 2], [3, 4]]) as tf.Tensor).array(), [3, 7]); // prettier-ignore
  const [a, b] = [tf.constant([1, 2, 3]), tf.constant([[1, 0], [0, 1], [1, 1]])]; // prettier-ignore
  const mapped = ops.vectorizedMap(([x, y]: [tf.Tensor, tf.Tensor]) => ops.multiply(x, y), [a, b]) as tf.Tensor;
  t.strictSame(mapped.array(), [[1, 0], [0, 2], [3, 3]]); // prettier-ignore
  t.throws(() => ops.vectorizedMap((x: unknown) => x, [tf.ones([2]), tf.ones([3])]), { name: "ArgumentError" });
});

t.test("vectorize broadcasts arguments, keeps excluded ones and reads signatures", async (t) => {
  const larger = ops.vectorize((a: tf.Tensor, b: tf.Tensor) => ops.maximum(a, b));
  t.strictSame((larger([[1], [5]], [2, 3, 9]) as tf.Tensor).array(), [[2, 3, 9], [5, 5, 9]]); // prettier-ignore
  const power = ops.vectorize((a: tf.Tensor, n: number) => ops.power(a, n), { excluded: [1] });
  t.strictSame((power([1, 2, 3], 2) as tf.Tensor).array(), [1, 4, 9]);
  const product = ops.vectorize((m: tf.Tensor, v: tf.Tensor) => ops.squeeze(ops.matmul(m, ops.expandDims(v, 1)), 1), {
    signature: "(m,n),(n)->(m)",
  });
  const m = tf.constant([[[1, 2], [3, 4]], [[0, 1], [1, 0]]]); // prettier-ignore
  t.strictSame((product(m, [1, 10]) as tf.Tensor).array(), [[21, 43], [10, 1]]); // prettier-ignore
  t.throws(() => product(m, [1, 2, 3]), { name: "ShapeError" });
  t.throws(() => ops.vectorize((a: tf.Tensor) => a, { signature: "(m" }), { name: "ArgumentError" });
});
