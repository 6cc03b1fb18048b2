// Lists that loops write: eager, in traced loops, with gradients, and what is wrong with an index.

import t from "tap";
import * as tf from "../../lib/index.js";

const i32 = { dtype: "int32" } as const;
const whole = (n: number) => tf.constant(n, i32);

/** The list after a loop wrote x · i at each i < n. */
function filled(x: tf.Tensor, n: tf.Tensor, options: tf.TensorArrayOptions): tf.TensorArray {
  const list = new tf.TensorArray("float32", options);
  const loop = tf.whileLoop as unknown as (...args: unknown[]) => [tf.Tensor, tf.TensorArray];
  return loop(
    (i: tf.Tensor) => i.less(n),
    (i: tf.Tensor, list: tf.TensorArray) => [i.add(1), list.write(i, x.mul(i.cast("float32")))],
    [whole(0), list],
  )[1];
}

const uses: Record<
  string,
  { options: (n: tf.Tensor) => tf.TensorArrayOptions; use: (list: tf.TensorArray) => tf.Tensor; wanted: (n: number) => unknown }
> = {
  "of a known size, stacked": {
    options: () => ({ size: 3 }),
    use: (list) => list.stack(),
    wanted: (n) => [0, 1, 2].map((i) => (i < n ? [i, 2 * i] : [0, 0])),
  },
  "of a size that a tensor has, stacked": {
    options: (n) => ({ size: n }),
    use: (list) => list.stack(),
    wanted: (n) => Array.from({ length: n }, (_, i) => [i, 2 * i]),
  },
  "that grows, stacked": {
    options: () => ({ dynamicSize: true }),
    use: (list) => list.stack(),
    wanted: (n) => Array.from({ length: n }, (_, i) => [i, 2 * i]),
  },
  "that grows, its size": { options: () => ({ dynamicSize: true }), use: (list) => list.size(), wanted: (n) => n },
  gathered: {
    options: () => ({ size: 3 }),
    use: (list) => list.gather(tf.constant([2, 0], i32)),
    wanted: (n) => [n > 2 ? [2, 4] : [0, 0], [0, 0]],
  },
  "put together": {
    options: (n) => ({ size: n }),
    use: (list) => list.concat(),
    wanted: (n) => Array.from({ length: n }, (_, i) => [i, 2 * i]).flat(),
  },
};

for (const [name, { options, use, wanted }] of Object.entries(uses)) {
  t.test(`a list ${name}`, async (t) => {
    const run = (n: tf.Tensor) => use(filled(tf.constant([1, 2]), n, options(n)));
    const traced = tf.function(run);
    for (const n of [3, 1, 2]) {
      t.same(run(whole(n)).array(), wanted(n), `eager, ${n}`);
      t.same(traced(whole(n)).array(), wanted(n), `traced, ${n}`);
    }
    t.equal(traced.tracingCount, 1);
  });
}

t.test("gradients flow through what is written", async (t) => {
  for (const dynamicSize of [false, true]) {
    const run = (x: tf.Tensor, n: tf.Tensor) => {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const loss = tape.record(() => {
        const rows = filled(x, n, dynamicSize ? { dynamicSize } : { size: 4 }).stack();
        return tf.reduceSum(tf.multiply(rows, rows));
      });
      return tape.gradient(loss, x)!;
    };
    for (const f of [run, tf.function(run)]) t.same(f(tf.constant([1, 2]), whole(4)).array(), [28, 56]); // 2 (0 + 1 + 4 + 9) x
  }
});

t.test("unstack, scatter, split and read", async (t) => {
  const x = tf.constant([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  const run = (x: tf.Tensor, i: tf.Tensor) => {
    const list = new tf.TensorArray("float32", { size: 3 }).unstack(x);
    const other = new tf.TensorArray("float32", { size: 3 }).scatter([2, 0, 1], x);
    const parts = new tf.TensorArray("float32", { size: 2 }).split(x, [1, 2]);
    return [
      list.read(i),
      other.stack(),
      parts.read(1),
      list
        .identity()
        .write(0, tf.ones([2]))
        .read(0),
      list.read(0),
    ];
  };
  const wanted = [[5, 6], [[3, 4], [5, 6], [1, 2]], [[3, 4], [5, 6]], [1, 1], [1, 2]]; // prettier-ignore
  for (const f of [run, tf.function(run)])
    t.same(
      f(x, whole(2)).map((each) => each.array()),
      wanted,
    );
});

t.test("a branch may write a copy", async (t) => {
  const f = tf.function((x: tf.Tensor) => {
    const list = new tf.TensorArray("float32", { size: 2 }).write(0, x);
    return tf
      .cond(
        x.greater(0),
        () => list.identity().write(1, x.mul(2)),
        () => list,
      )
      .stack();
  });
  t.same([1, -1].map((x) => f(tf.constant(x)).array()), [[1, 2], [-1, 0]]); // prettier-ignore
});

t.test("wrong indices and elements are errors, eager and traced", async (t) => {
  const list = () => new tf.TensorArray("float32", { size: 2 });
  const wrong: readonly [() => unknown, RegExp][] = [
    [() => list().write(2, 1), /TensorArray\.write: given index 2; expected an index from 0 to 1\. Pass \{ size \}/],
    [() => list().write(-1, 1), /given index -1/],
    [() => list().write(0.5, 1), /given the index 0\.5; expected a whole number/],
    [() => list().read(0), /TensorArray\.read: given index 0, where nothing was written/],
    [() => list().stack(), /given a list without elements/],
    [() => list().write(0, [1, 2]).write(1, [1]), /given an element of shape \[1\]; expected \[2\]/],
    [() => list().write(0, tf.constant(1, i32)), /given an element of dtype int32; expected float32/],
    [
      () => new tf.TensorArray("float32", { length: 2 } as never),
      /given the unknown option "length"; expected options among size, dynamicSize, elementShape/,
    ],
    [() => list().write(0, 1).gather([0, 5]), /given index 5/],
  ];
  for (const [action, message] of wrong) t.throws(action, message);
  const write = tf.function((n: tf.Tensor) => filled(tf.constant(1), n, { size: 2 }).stack());
  t.same(write(whole(2)).array(), [0, 1]);
  t.throws(() => write(whole(5)), /TensorArray\.write: given index 4; expected an index from 0 to 1/);
  t.same(write(whole(1)).array(), [0, 0], "and goes on");
  const read = tf.function((i: tf.Tensor) =>
    list()
      .unstack(tf.constant([1, 2]))
      .read(i),
  );
  t.equal(read(whole(1)).item(), 2);
  t.throws(() => read(whole(2)), /TensorArray\.read: given index 2; expected an index from 0 to 1/);
});
