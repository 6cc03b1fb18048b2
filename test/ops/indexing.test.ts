// x.at(…) and x.slice(…) as NumPy's x[…]: against plain JavaScript on nested arrays, eagerly, traced, and with gradients.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
const x = tf.constant(
  Float32Array.from({ length: 60 }, (_, i) => i),
  { shape: [3, 4, 5] },
);
const X = x.array() as number[][][];
const range = (length: number) => Array.from({ length }, (_, i) => i);

const rows: Readonly<Record<string, readonly [(x: tf.Tensor) => tf.Tensor, unknown]>> = {
  "x[1]": [(x) => x.at(1), X[1]],
  "x[-1]": [(x) => x.at(-1), X[2]],
  "x[1, 2, 3]": [(x) => x.at(1, 2, 3), 33],
  "x[1:]": [(x) => x.at("1:"), X.slice(1)],
  "x[::-1]": [(x) => x.at("::-1"), X.toReversed()],
  "x[:, ::2]": [(x) => x.at(":", "::2"), X.map((a) => [a[0], a[2]])],
  "x[..., -1]": [(x) => x.at("...", -1), X.map((a) => a.map((b) => b[4]))],
  "x[0, ..., 1]": [(x) => x.at(0, "...", 1), X[0]!.map((b) => b[1])],
  "x[None, 0]": [(x) => x.at(null, 0), [X[0]]],
  "x[:, None, 1, :2]": [(x) => x.at(":", null, 1, ":2"), X.map((a) => [a[1]!.slice(0, 2)])],
  "x[[0, 2]]": [(x) => x.at([0, 2]), [X[0], X[2]]],
  "x[[0, -1], [1, 1]]": [(x) => x.at([0, -1], [1, 1]), [X[0]![1], X[2]![1]]],
  "x[[[0], [2]], [1, 3]]": [(x) => x.at([[0], [2]], [1, 3]), [[X[0]![1], X[0]![3]], [X[2]![1], X[2]![3]]]],
  "x[:, [0, 1], [2, 3]]": [(x) => x.at(":", [0, 1], [2, 3]), X.map((a) => [a[0]![2], a[1]![3]])],
  "x[[0, 1], :, [2, 3]]": [(x) => x.at([0, 1], ":", [2, 3]), [X[0]!.map((b) => b[2]), X[1]!.map((b) => b[3])]],
  "x[0, :, [2, 3]]": [(x) => x.at(0, ":", [2, 3]), [X[0]!.map((b) => b[2]), X[0]!.map((b) => b[3])]],
  "x[:, 1, [2, 3]]": [(x) => x.at(":", 1, [2, 3]), X.map((a) => [a[1]![2], a[1]![3]])],
  "x[x > 40]": [(x) => x.at(x.greater(40)), range(19).map((i) => i + 41)],
  "x[[true, false, true]]": [(x) => x.at([true, false, true]), [X[0], X[2]]],
  "x[:, mask]": [(x) => x.at(":", [true, false, false, true]), X.map((a) => [a[0], a[3]])],
  "x[mask of two axes]": [(x) => x.at(ops.greater(ops.max(x, -1), 30)), X.flat().filter((b) => b[4]! > 30)],
  "x[mask, 0]": [(x) => x.at([true, false, true], 0), [X[0]![0], X[2]![0]]],
  "x[nothing]": [(x) => x.at([false, false, false]), []],
  "x[5:2]": [(x) => x.at("5:2"), []],
  "x.slice(1)": [(x) => x.slice(1), X.slice(1)],
  "x.slice(-2, -1)": [(x) => x.slice(-2, -1), X.slice(-2, -1)],
  "x.slice(null, null, -1)": [(x) => x.slice(null, null, -1), X.toReversed()],
  "x.slice([0, 1], [2, -1])": [(x) => x.slice([0, 1], [2, -1]), X.slice(0, 2).map((a) => a.slice(1, -1))],
  "x.slice()": [(x) => x.slice(), X],
}; // prettier-ignore

for (const [name, [fn, wanted]] of Object.entries(rows))
  t.test(name, async (t) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => fn(x));
    t.strictSame(y.array(), wanted);
    t.strictSame((tf.function(fn)(x) as tf.Tensor).array(), wanted, "traced");
    const named = new Set((wanted === 33 ? [33] : (wanted as number[])).flat(4));
    t.strictSame((tape.gradient(y, x)?.array() as number[][][]).flat(2), range(60).map((i) => Number(named.has(i)))); // prettier-ignore
  });

t.test("variables, rows, and what is turned round", async (t) => {
  const v = tf.variable([[1, 2], [3, 4]]); // prettier-ignore
  t.strictSame(v.at(-1).array(), [3, 4]);
  t.strictSame([...v].map((row) => row.array()), [[1, 2], [3, 4]]); // prettier-ignore
  t.strictSame(v.rsub(1).array(), [[0, -1], [-2, -3]]); // prettier-ignore
  t.strictSame(v.rdiv(12).array(), [[12, 6], [4, 3]]); // prettier-ignore
  t.strictSame(tf.subtract(1, v).array(), v.rsub(1).array());
});

t.test("what does not fit is refused, with where", async (t) => {
  for (const [key, message] of [
    [[7], /index 7 along axis 0/],
    [["nonsense"], /at: given "nonsense"/],
    [[0, 0, 0, 0], /4 indices/],
    [["...", "..."], /at most one/],
    [[[true, false]], /mask \[2\] from axis 0/],
    [[[0, 9], [0, 0]], /index 9 along axis 0/], // prettier-ignore
    [[[0, 1], [0, 7]], /index 7 along axis 1/], // prettier-ignore
    [[[9]], /index 9/],
  ] as const)
    t.throws(() => x.at(...(key as unknown as never[])).data(), { name: /Error$/, message }, JSON.stringify(key));
  t.throws(() => x.slice(1.5), /1.5/);
});

t.test("a scope frees what was made in it, but for what it keeps", async (t) => {
  let inside: tf.Tensor | undefined;
  const norm = (): tf.Tensor => {
    const scope = tf.scope();
    try {
      inside = tf.ones([100, 100]).mul(2);
      return scope.keep(inside.sum());
    } finally {
      scope[Symbol.dispose]();
    }
  };
  t.equal(norm().item(), 20000);
  t.throws(() => inside!.data(), /disposed|freed/);
  const outer = tf.scope();
  const inner = tf.scope();
  t.throws(() => outer.dispose(), { name: "StateError", message: /innermost/ });
  inner.dispose();
  outer.dispose();
  outer.dispose();
  const y = tf.ones([64]);
  y[Symbol.dispose]();
  t.throws(() => y.data(), /disposed|freed/);
});

t.test("the mask of a tensor can be read", async (t) => {
  const masked = new tf.keras.layers.Embedding(5, 2, { maskZero: true })([[1, 0]]) as tf.Tensor;
  t.strictSame(masked.mask?.array(), [[true, false]]);
  t.equal(tf.ones([1]).mask, null);
});
