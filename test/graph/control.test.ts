import t from "tap";
import { passes, usePasses } from "../../lib/graph/passes/index.js";
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

t.test("what a body writes, its condition reads", async (t) => {
  const v = tf.variable(0);
  const count = tf.function(() => {
    tf.whileLoop(
      () => v.less(10),
      (i) => (v.assignAdd(3), [i.add(1)]),
      [tf.constant(0, { dtype: "int32" })],
    );
    return v.value();
  });
  t.equal(count().item(), 12);
  v.assign(7);
  t.equal(count().item(), 10);
});

t.test("loop variables may change places, and be constants", async (t) => {
  const f = tf.function((n: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
    tf.whileLoop(
      (i) => i.less(n),
      (i, x, y, _) => [i.add(1), y, x, tf.constant(5)],
      [tf.constant(0, { dtype: "int32" }), a, b, tf.constant(4)],
    ),
  );
  const run = (n: number) => f(tf.constant(n, { dtype: "int32" }), tf.constant([1, 2]), tf.constant([3, 4])).map((each) => each.array());
  t.same(run(0), [0, [1, 2], [3, 4], 4]);
  t.same(run(1), [1, [3, 4], [1, 2], 5]);
  t.same(run(4), [4, [1, 2], [3, 4], 5]);
});

t.test("axes that a loop may change are open", async (t) => {
  const grow = (x: tf.Tensor) =>
    tf.whileLoop(
      (i) => i.less(3),
      (i, v) => [i.add(1), tf.concat([v, v], 0)],
      [tf.constant(0, { dtype: "int32" }), x],
      { shapeInvariants: [[], [null]] },
    )[1];
  for (const f of [grow, tf.function(grow)]) t.same(f(tf.constant([1])).array(), new Array(8).fill(1));
});

t.test("a range between tensors is as long as their values say", async (t) => {
  const f = tf.function((n: tf.Tensor) => tf.range(1, n, 2));
  for (const n of [6, 1, 4]) t.same(f(tf.constant(n, { dtype: "int32" })).array(), [1, 3, 5].filter((i) => i < n)); // prettier-ignore
  t.same(tf.range(tf.constant(2.5)).array(), [0, 1, 2]);
  t.throws(() => f(tf.constant([1, 2], { dtype: "int32" })), /range\.limit: given a tensor of shape \[2\]/);
});

t.test("short branches become a choice inside of the program, with the same bits; not where a gradient is wanted", async (t) => {
  const choose = (x: tf.Tensor) =>
    tf.cond(
      x.greater(0),
      () => tf.divide(1, x).mul(0.1),
      () => x.mul(x),
    );
  const inlined = tf.function(choose);
  t.notMatch(inlined.getConcreteFunction(tf.constant(1)).graph, "cond");
  const before = usePasses(passes.filter(({ name }) => name !== "choices"));
  const chosen = tf.function(choose);
  try {
    t.match(chosen.getConcreteFunction(tf.constant(1)).graph, "cond");
    for (const x of [3, 0.7, 0, -0, -1e-30, NaN, Infinity])
      t.same(inlined(tf.constant(x)).data(), chosen(tf.constant(x)).data(), `of ${x}`);
  } finally {
    usePasses(before);
  }
  const slope = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    return tape.gradient(
      tape.record(() => choose(x)),
      x,
    )!;
  });
  t.equal(slope(tf.constant(0)).item(), 0, "no 0 · ∞ of the branch that was not taken");
  t.equal(slope(tf.constant(-2)).item(), -4);
});

t.test("whileLoop takes what TensorFlow's executor is told, and refuses the rest", async (t) => {
  const loop = (options: object) =>
    tf.whileLoop((i: tf.Tensor) => tf.less(i, 5), (i: tf.Tensor) => [tf.add(i, 1)], [tf.constant(0)], options); // prettier-ignore
  t.equal(loop({ parallelIterations: 1, backProp: false, swapMemory: true, name: "count" })[0].item(), 5);
  t.throws(() => loop({ parallel: 1 }), { name: "ArgumentError" });
});

t.test("tf.function and pyFunction refuse what nobody reads", async (t) => {
  const identity = (x: tf.Tensor) => x;
  const bad: readonly (() => unknown)[] = [
    () => tf.function(3 as never),
    () => tf.function(identity, { inputsig: 1 } as never),
    () => tf.function(identity, [new tf.TensorSpec([2])] as never),
    () => tf.function(identity, { inputSignature: [[2]] } as never),
    () => tf.pyFunction(identity, [tf.ones([2])] as never, undefined as never),
    () => tf.pyFunction(identity, tf.ones([2]) as never, "float32"),
    () => tf.pyFunction(identity, [tf.ones([2])], "float32", true as never),
    () => tf.foldl((a: tf.Tensor) => a, tf.ones([2]), {}, ...([5] as unknown as [])),
  ];
  for (const call of bad) t.throws(call, { name: "ArgumentError" });
  t.equal((tf.function(identity, { jitCompile: true })(tf.constant(3)) as tf.Tensor).item(), 3);
});
