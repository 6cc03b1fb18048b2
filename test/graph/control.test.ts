import t from "tap";
import * as tf from "../../lib/index.js";

const both = <A extends tf.Tensor[]>(f: (...args: A) => tf.Tensor) => [
  { mode: "eager", run: f },
  { mode: "traced", run: tf.function(f) as (...args: A) => tf.Tensor },
];

t.test("cond runs one branch, with gradients through both and through variables", async (t) => {
  const w = tf.variable(3);
  for (const { mode, run } of both((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() =>
      tf.cond(
        tf.greater(x, 0),
        () => x.mul(x).mul(w),
        () => x.neg(),
      ),
    );
    const [dx, dw] = tape.gradient(y, [x, w], { unconnectedGradients: "zero" });
    return tf.stack([y, dx!, dw!]);
  })) {
    t.same(run(tf.constant(2)).array(), [12, 12, 4], `${mode}: true`);
    t.same(run(tf.constant(-2)).array(), [2, -1, 0], `${mode}: false`);
  }
});

t.test("branches must agree in shape and dtype", async (t) => {
  const f = tf.function((x: tf.Tensor) =>
    tf.cond(
      tf.greater(tf.reduceSum(x), 0),
      () => x,
      () => tf.reduceSum(x),
    ),
  );
  t.throws(() => f(tf.constant([1, 2])), /cond: given branches that give .* expected the same shapes and dtypes/);
});

t.test("switchCase takes the last branch for an index out of range", async (t) => {
  for (const { mode, run } of both((i: tf.Tensor) =>
    tf.switchCase(i, [() => tf.constant(10), () => tf.constant(20), () => tf.constant(30)]),
  )) {
    t.same(
      [0, 1, 2, 7, -1].map((i) => run(tf.constant(i, { dtype: "int32" })).item()),
      [10, 20, 30, 30, 30],
      mode,
    );
  }
});

t.test("whileLoop runs as often as its values say, with gradients through every iteration", async (t) => {
  const w = tf.variable(2);
  for (const { mode, run } of both((n: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const y = tape.record(() => {
      const [, power] = tf.whileLoop(
        (i) => tf.less(i, n),
        (i, p) => [i.add(1), p.mul(w)],
        [tf.constant(0, { dtype: "int32" }), tf.constant(1)],
      );
      return power;
    });
    return tf.stack([y, tape.gradient(y, w, { unconnectedGradients: "zero" })!]);
  })) {
    for (const [n, wanted] of [
      [0, [1, 0]],
      [1, [2, 1]],
      [5, [32, 80]],
    ] as const)
      t.same(run(tf.constant(n, { dtype: "int32" })).array(), wanted, `${mode}, ${n} times`);
  }
});

t.test("a loop variable that changes shape or dtype is named", async (t) => {
  const f = tf.function(
    (x: tf.Tensor) =>
      tf.whileLoop(
        (y) => tf.less(tf.reduceSum(y), 10),
        (y) => [tf.concat([y, y], 0)],
        [x],
      )[0],
  );
  t.throws(() => f(tf.constant([1])), /whileLoop variable 0: given float32\[2\] after an iteration; expected float32\[1\] as before it/);
});

t.test("effects inside branches and loops happen once for each time they run", async (t) => {
  const count = tf.variable(0);
  const f = tf.function((n: tf.Tensor) => {
    tf.whileLoop(
      (i) => tf.less(i, n),
      (i) => {
        tf.cond(
          tf.equal(tf.floormod(i, 2), 0),
          () => count.assignAdd(1).value(),
          () => count.assignAdd(10).value(),
        );
        return [i.add(1)];
      },
      [tf.constant(0, { dtype: "int32" })],
    );
    return count.value();
  });
  t.equal(f(tf.constant(5, { dtype: "int32" })).item(), 23);
  t.equal(f(tf.constant(2, { dtype: "int32" })).item(), 34);
});

t.test("prints and assertions run with the program, in order", async (t) => {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  t.teardown(() => (console.log = log));
  const v = tf.variable(1);
  const f = tf.function((x: tf.Tensor) => {
    tf.print("before", v.value());
    v.assignAdd(x);
    tf.print("after", v.value());
    tf.debugging.assertLess(v.value(), 10, { message: "v stays small" });
    return v.value();
  });
  f(tf.constant(2));
  f(tf.constant(3));
  t.same(lines, ["before 1.0", "after 3.0", "before 3.0", "after 6.0"]);
  t.throws(() => f(tf.constant(40)), /debugging.assertLess: given 46 and 10 at element 0.*v stays small/);
  v.assign(1);
  t.equal(f(tf.constant(2)).item(), 3, "and the function works again");
});
