import t from "tap";
import * as tf from "../../lib/index.js";
import { associativeScan, foriLoop, map, scan } from "../../lib/graph/control/loops.js";

const modes = (f: (...args: tf.Tensor[]) => tf.Tensor) => [
  { mode: "eager", run: f },
  { mode: "traced", run: tf.function(f) as (...args: tf.Tensor[]) => tf.Tensor },
];

t.test("scan carries a value along the first axis, forwards and backwards, with gradients", async (t) => {
  for (const reverse of [false, true]) {
    for (const { mode, run } of modes((xs) => {
      const tape = new tf.GradientTape();
      tape.watch(xs!);
      const total = tape.record(() => {
        const [last, partial] = scan((carry: tf.Tensor, x: tf.Tensor) => [carry.mul(2).add(x), carry] as const, tf.constant(0), xs, {
          reverse,
        });
        return tf.reduceSum(partial).add(last);
      });
      return tf.concat([total.reshape([1]), tape.gradient(total, xs!)!], 0);
    })) {
      t.same(run(tf.constant([1, 2, 3])).array(), reverse ? [28, 1, 3, 7] : [16, 7, 3, 1], `${mode}, reverse ${reverse}`);
    }
  }
});

t.test("map applies to each slice; structures stay", async (t) => {
  const result = map(({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({ sum: a.add(b), product: tf.reduceSum(a).mul(b) }), {
    a: tf.constant([
      [1, 2],
      [3, 4],
    ]),
    b: tf.constant([10, 20]),
  });
  t.same(result.sum.array(), [
    [11, 12],
    [23, 24],
  ]);
  t.same(result.product.array(), [30, 140]);
});

t.test("foriLoop with numbers and with tensors as bounds", async (t) => {
  for (const { mode, run } of modes((n) => foriLoop(1, n!, (i, value: tf.Tensor) => value.mul(i), tf.constant(1, { dtype: "int32" })))) {
    t.equal(run(tf.constant(6, { dtype: "int32" })).item(), 120, mode);
  }
  t.equal(foriLoop(0, 4, (i, value: tf.Tensor) => value.add(i), tf.constant(0, { dtype: "int32" })).item(), 6);
});

t.test("associativeScan equals the running result for every length, along any axis, both ways", async (t) => {
  for (const n of [1, 2, 3, 4, 5, 8, 13]) {
    const values = Array.from({ length: n }, (_, i) => i + 1);
    const running = values.map((_, i) => values.slice(0, i + 1).reduce((a, b) => a + b, 0));
    const backwards = values.map((_, i) => values.slice(i).reduce((a, b) => a + b, 0));
    t.same(associativeScan((a: tf.Tensor, b: tf.Tensor) => a.add(b), tf.constant(values)).array(), running, `${n} elements`);
    t.same(
      associativeScan((a: tf.Tensor, b: tf.Tensor) => a.add(b), tf.constant([values, values]), { axis: 1, reverse: true }).array(),
      [backwards, backwards],
      `${n} elements, backwards`,
    );
  }
  // Linear recurrences: (a, b) then (c, d) is (a·c, b·c + d).
  const [a, b] = associativeScan(
    ([a, b]: tf.Tensor[], [c, d]: tf.Tensor[]) => [a!.mul(c!), b!.mul(c!).add(d!)],
    [tf.constant([2, 3, 4]), tf.constant([1, 1, 1])],
  );
  t.same(
    [a!.array(), b!.array()],
    [
      [2, 6, 24],
      [1, 4, 17],
    ],
  );
});

t.test("elements of different lengths are refused", async (t) => {
  t.throws(
    () => map((x: tf.Tensor[]) => x[0]!.add(x[1]!), [tf.ones([2]), tf.ones([3])]),
    /map: given elements of shapes \[2\] and \[3\]; expected one known length along axis 0/,
  );
});
