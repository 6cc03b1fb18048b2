// Gradients of gradients through control flow, eagerly and traced, with the tapes inside of the traced function and outside.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
type Scalar = (x: tf.Tensor, n: tf.Tensor) => tf.Tensor;

const w = tf.variable(0.7);

/** Functions of x whose control flow depends on n. */
const programs: Record<string, Scalar> = {
  cond: (x, n) =>
    tf.cond(
      tf.greater(n, 2),
      () => tf.sin(x.mul(w)),
      () => x.mul(x).mul(x).mul(w),
    ),
  switchCase: (x, n) => tf.switchCase(n, [() => x.mul(w), () => tf.exp(x.mul(w)), () => tf.sin(x).mul(w)]),
  whileLoop: (x, n) =>
    tf.whileLoop(
      (i) => tf.less(i, n),
      (i, y) => [i.add(1), tf.sin(y).mul(w).add(x.mul(y))],
      [tf.constant(0, { dtype: "int32" }), x],
    )[1],
  "foriLoop with a tensor as bound": (x, n) => ops.foriLoop(0, n, (i, y: tf.Tensor) => y.mul(x).add(tf.cast(i, "float32")).mul(w), x),
  scan: (x, n) => {
    const [last, ys] = ops.scan(
      (carry: tf.Tensor, each: tf.Tensor) => [tf.sin(carry.mul(each)).add(w), carry.mul(x)] as const,
      x,
      tf.stack([x, x.mul(2), tf.cast(n, "float32")]),
    );
    return last.add(tf.reduceSum(ys));
  },
  map: (x) => tf.reduceSum(ops.map((each: tf.Tensor) => each.mul(each).mul(x).mul(w), tf.stack([x, x.mul(3)]))),
  associativeScan: (x) => tf.reduceSum(ops.associativeScan((a: tf.Tensor, b: tf.Tensor) => a.mul(b), tf.stack([x, w.mul(x), x]))),
  "a branch in a loop": (x, n) =>
    tf.whileLoop(
      (i) => tf.less(i, n),
      (i, y) => [
        i.add(1),
        tf.cond(
          tf.equal(tf.floormod(i, 2), 0),
          () => tf.sin(y).mul(w),
          () => y.mul(x),
        ),
      ],
      [tf.constant(0, { dtype: "int32" }), x],
    )[1],
  "a loop in a loop": (x, n) =>
    tf.whileLoop(
      (i) => tf.less(i, n),
      (i, y) => [
        i.add(1),
        tf.whileLoop(
          (j) => tf.less(j, i),
          (j, z) => [j.add(1), tf.sin(z).add(x.mul(w))],
          [tf.constant(0, { dtype: "int32" }), y],
        )[1],
      ],
      [tf.constant(0, { dtype: "int32" }), x],
    )[1],
  "a loop in a branch": (x, n) =>
    tf.cond(
      tf.greater(x, 0),
      () =>
        tf.whileLoop(
          (i) => tf.less(i, n),
          (i, y) => [i.add(1), y.mul(x).mul(w)],
          [tf.constant(0, { dtype: "int32" }), x],
        )[1],
      () => x,
    ),
};

/** Value, first derivatives by x and w, and the derivatives of the first one. */
function derivatives(f: Scalar): (x: tf.Tensor, n: tf.Tensor) => tf.Tensor {
  return (x, n) => {
    const [outer, inner] = [new tf.GradientTape(), new tf.GradientTape()];
    outer.watch(x);
    inner.watch(x);
    const [y, dx, dw] = outer.record(() => {
      const y = inner.record(() => f(x, n));
      return [y, ...inner.gradient(y, [x, w], { unconnectedGradients: "zero" })];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const second = outer.gradient(dx, [x, w], { unconnectedGradients: "zero" }) as tf.Tensor[];
    return tf.stack([y, dx, dw, ...second]);
  };
}

const close = (a: number[], b: number[]) => a.every((each, i) => Math.abs(each - b[i]!) <= 2e-4 * Math.max(1, Math.abs(b[i]!)));

for (const [name, f] of Object.entries(programs)) {
  t.test(`first and second derivatives through ${name}`, async (t) => {
    const modes = {
      "the whole traced": tf.function(derivatives(f)),
      "a traced function under tapes": derivatives(tf.function(f)),
    };
    for (const n of [0, 1, 4]) {
      const [x, count] = [tf.constant(0.6), tf.constant(n, { dtype: "int32" })];
      const wanted = derivatives(f)(x, count).array() as number[];
      for (const [mode, run] of Object.entries(modes)) {
        for (const time of ["first", "second"]) {
          const got = run(x, count).array() as number[];
          t.ok(close(got, wanted), `${mode}, n = ${n}, ${time} run: ${got.join()} ≈ ${wanted.join()}`);
        }
      }
    }
  });
}

t.test("the eager derivatives themselves agree with small steps", async (t) => {
  const h = 1e-2;
  for (const [name, f] of Object.entries(programs)) {
    const n = tf.constant(4, { dtype: "int32" });
    const at = (x: number) => derivatives(f)(tf.constant(x), n).array() as number[];
    const [below, here, above] = [at(0.6 - h), at(0.6), at(0.6 + h)];
    for (const [of, by] of [
      [0, 1],
      [1, 3],
    ] as const) {
      const slope = (above[of]! - below[of]!) / (2 * h);
      t.ok(Math.abs(slope - here[by]!) <= 1e-2 * Math.max(1, Math.abs(slope)), `${name}: ${here[by]} ≈ ${slope}`);
    }
  }
});

t.test("branches of equal condition and captures stay apart", async (t) => {
  const f = (x: tf.Tensor) => {
    const isLarge = tf.greater(x, 1);
    const times = (factor: number) =>
      tf.cond(
        isLarge,
        () => x.mul(factor),
        () => x,
      );
    return tf.stack([times(2), times(3)]);
  };
  t.same(tf.function(f)(tf.constant(5)).array(), [10, 15]);
});

t.test("a persistent tape goes back through a loop as often as it is asked", async (t) => {
  const f = tf.function((x: tf.Tensor, n: tf.Tensor) => {
    const tape = new tf.GradientTape({ persistent: true });
    tape.watch(x);
    const y = tape.record(() => programs["whileLoop"]!(x, n));
    return tf.stack([tape.gradient(y, x)!, tape.gradient(y.mul(1), x) ?? tf.zeros([]), tape.gradient(y, w)!, tape.gradient(y, x)!]);
  });
  const [a, , , b] = f(tf.constant(0.6), tf.constant(3, { dtype: "int32" })).array() as number[];
  t.ok(a !== 0);
  t.equal(a, b);
});

t.test("random numbers, counters and prints inside a loop: its gradient sees the same ones, and they happen once", async (t) => {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  t.teardown(() => (console.log = log));
  const seed = new tf.keras.random.SeedGenerator(5);
  const count = tf.variable(0);
  const masked = (x: tf.Tensor, n: tf.Tensor) =>
    tf.whileLoop(
      (i) => tf.less(i, n),
      (i, y) => {
        count.assignAdd(1);
        tf.print("iteration", i);
        return [i.add(1), tf.keras.random.dropout(y, 0.5, { seed })];
      },
      [tf.constant(0, { dtype: "int32" }), x],
    )[1];
  const n = tf.constant(2, { dtype: "int32" });
  const x = tf.ones([64]);
  const first = tf.function((x: tf.Tensor, n: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => masked(x, n));
    return [y, tape.gradient(y, x)!] as const;
  });
  const [y, dx] = first(x, n);
  t.same(dx.array(), y.array(), "the gradient has the mask of the loop");
  t.same([count.item(), lines.length], [2, 2]);
  const twice = tf.function((x: tf.Tensor, n: tf.Tensor) => {
    const tape = new tf.GradientTape({ persistent: true });
    tape.watch(x);
    const y = tape.record(() => masked(x, n));
    return [y, tape.gradient(y, x)!, tape.gradient(y, x)!] as const;
  });
  const [again, a, b] = twice(x, n);
  t.same([a.array(), b.array()], [again.array(), again.array()], "also where the loop is repeated for it");
  t.same([count.item(), lines.length], [4, 4]);
  t.not(String(again), String(y));
});

t.test("loops and branches over axes that are open in the signature", async (t) => {
  const f = (x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => {
      const grown = tf.whileLoop(
        (y) => tf.less(tf.reduceSum(y), 20),
        (y) => [y.mul(x)],
        [x],
      )[0];
      return tf.cond(
        tf.greater(tf.reduceSum(x), 5),
        () => grown.mul(x),
        () => grown,
      );
    });
    return tape.gradient(y, x)!;
  };
  const traced = tf.function(f, { inputSignature: [new tf.TensorSpec([null])] });
  for (const values of [[2, 1.5], [3, 2, 1.5], [4]]) t.same(traced(tf.constant(values)).array(), f(tf.constant(values)).array());
  t.equal(traced.tracingCount, 1);
});

t.test("a long loop keeps what it needs, and gives it back", async (t) => {
  const f = tf.function((x: tf.Tensor, n: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(
      () =>
        tf.whileLoop(
          (i) => tf.less(i, n),
          (i, y) => [i.add(1), y.add(x)],
          [tf.constant(0, { dtype: "int32" }), x],
        )[1],
    );
    return tape.gradient(y, x)!;
  });
  for (const n of [3000, 10, 500]) t.equal(f(tf.constant(1), tf.constant(n, { dtype: "int32" })).item(), n + 1);
});
