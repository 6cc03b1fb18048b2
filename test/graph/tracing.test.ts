// What a call of a traced function promises: when it is traced, what is shared, what is refused, and in which order things happen.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

/** Lines that console gets while `action` runs. */
async function printed(method: "log" | "warn", action: () => void | Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const before = console[method];
  console[method] = (line: string) => lines.push(line);
  try {
    await action();
  } finally {
    console[method] = before;
  }
  return lines;
}

t.test("tensors in arrays and records count by dtype and shape, other values by value, objects by identity", async (t) => {
  class Settings {
    constructor(readonly factor: number) {}
  }
  const f = tf.function((batch: { x: tf.Tensor; more: [tf.Tensor, number] }, settings: Settings) =>
    batch.x.mul(settings.factor).add(batch.more[0].mul(batch.more[1])),
  );
  const [a, b] = [new Settings(2), new Settings(2)];
  const call = (x: number[], factor: number, settings: Settings) =>
    f({ x: tf.constant(x), more: [tf.constant(10), factor] }, settings).array();
  const counts: number[] = [];
  const check = (x: number[], factor: number, settings: Settings, wanted: number[]) => {
    t.same(call(x, factor, settings), wanted);
    counts.push(f.tracingCount);
  };
  check([1, 2], 1, a, [12, 14]);
  check([3, 4], 1, a, [16, 18]); // other values of tensors
  check([3], 1, a, [16]); // another shape
  check([3], 2, a, [26]); // another number
  check([3], 2, b, [26]); // another object
  check([5], 2, b, [30]);
  t.same(counts, [1, 1, 2, 3, 4, 4]);
});

t.test("-0 and 0, 1 and true, '1' and null are different values; keys of a record too", async (t) => {
  const f = tf.function((value: unknown) => tf.constant(Object.is(value, -0) ? -1 : 1));
  const values = [0, -0, 1, true, "1", null, undefined, NaN, { a: 1 }, { b: 1 }, [1], [[1]], ["1,2"], ["1", "2"]];
  for (const value of [...values, ...values]) t.equal(f(value).item(), Object.is(value, -0) ? -1 : 1);
  t.equal(f.tracingCount, values.length);
});

t.test("what a function prints while it is traced shows once per signature", async (t) => {
  const f = tf.function((x: tf.Tensor) => {
    console.log(`Tracing with ${String(x)}`);
    return x.add(x);
  });
  const lines = await printed("log", () => {
    for (const values of [[1], [2], [1, 2], [3, 4], [5]]) f(tf.constant(values));
  });
  t.same(lines, ['Tracing with Tensor("x:0", shape=(1,), dtype=float32)', 'Tracing with Tensor("x:0", shape=(2,), dtype=float32)']);
});

t.test("a traced function called by another becomes part of it", async (t) => {
  const v = tf.variable(1);
  const inner = tf.function((x: tf.Tensor) => {
    v.assignAdd(1);
    return tf.sin(x);
  });
  const outer = tf.function((x: tf.Tensor) => inner(inner(x)));
  const wanted = Math.sin(Math.sin(0.5));
  t.ok(Math.abs(outer(tf.constant(0.5)).item() - wanted) < 1e-6);
  t.equal(inner.tracingCount, 0);
  t.equal(v.item(), 3);
  t.match(outer.getConcreteFunction(new tf.TensorSpec([])).graph, /sin[^]*sin/);
});

t.test("a signature of unknown rank takes every shape; one without a signature takes specs for tensors", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.reduceSum(x).add(1), { inputSignature: [new tf.TensorSpec(null, "float32")] });
  for (const [x, wanted] of [
    [2, 3],
    [[1, 2], 4],
    [[[1], [2]], 4],
  ] as const)
    t.equal(f(tf.constant(x as unknown as number[])).item(), wanted);
  t.throws(
    () => f(tf.constant(1, { dtype: "int32" })),
    /expected inputs compatible with inputSignature \(TensorSpec\(shape=null, dtype=float32\)\)/,
  );
  t.throws(() => (f as unknown as (...xs: tf.Tensor[]) => void)(tf.constant(1), tf.constant(2)), /inputSignature/);
  const g = tf.function((x: tf.Tensor, factor: number) => x.mul(factor));
  const concrete = g.getConcreteFunction(new tf.TensorSpec([null, 2]), 3);
  t.equal(g.tracingCount, 1);
  t.same(concrete.run([tf.constant([[1, 2]])]).array(), [[3, 6]]);
  t.same(concrete.run([tf.ones([3, 2])]).shape, [3, 2]);
  t.match(concrete.graph, /float32\[null, 2\]/);
  t.equal(g.getConcreteFunction(new tf.TensorSpec([null, 2]), 3), concrete, "the same one for the same specs");
});

t.test("the warning names the argument: a shape that changes, an object that is new each time", async (t) => {
  const shapes = tf.function((x: tf.Tensor, y: tf.Tensor) => x.add(tf.reduceSum(y)), { name: "shapes" });
  const objects = tf.function((x: tf.Tensor, options: object) => (options ? x : x.neg()), { name: "objects" });
  class Options {}
  const lines = await printed("warn", () => {
    for (let i = 1; i < 30; i++) shapes(tf.constant(1), tf.ones([i]));
    for (let i = 1; i < 30; i++) objects(tf.constant(1), new Options());
  });
  t.equal(lines.length, 2);
  t.match(lines[0], /shapes was traced 20 times; its argument y changed.*float32\[20\].*inputSignature with open axes/);
  t.match(lines[1], /objects was traced 20 times; its argument options changed.*Pass the same object/);
});

t.test("values of a symbolic tensor: every way to ask says what to do instead", async (t) => {
  const v = tf.variable(1);
  const asks: Record<string, (x: tf.Tensor) => unknown> = {
    "data()": (x) => x.data(),
    "array()": (x) => x.array(),
    "item()": (x) => x.item(),
    "a comparison": (x) => (x as unknown as number) > 0,
    arithmetic: (x) => (x as unknown as number) * 2,
    "a variable's value": () => v.value().item(),
    "the value of what was computed": (x) => tf.reduceSum(x).item(),
  };
  for (const [name, ask] of Object.entries(asks)) {
    const f = tf.function((x: tf.Tensor) => (ask(x), x));
    t.throws(
      () => f(tf.constant([1])),
      /symbolic Tensor\(.*there are no values yet: compute with tensors \(tf.where, tf.cond\), or run eagerly/,
      name,
    );
  }
  for (const ask of [() => v.item(), () => v.data(), () => v.array()])
    t.throws(() => tf.function(() => (ask(), v.value()))(), /a variable inside a traced function.*Compute with value\(\)/);
  t.equal(
    tf
      .function((x: tf.Tensor) => x.add(v))(tf.constant(1))
      .item(),
    2,
    "and everything goes on",
  );
});

t.test("reads, writes, random numbers, metrics, prints and assertions keep their order", async (t) => {
  const run = async (wrap: <F extends (...args: never[]) => unknown>(f: F) => F) => {
    const v = tf.variable(1);
    const mean = new keras.metrics.Mean();
    const seed = new keras.random.SeedGenerator(7);
    const results: unknown[] = [];
    const f = wrap((x: tf.Tensor) => {
      tf.print("begin", v.value());
      const a = keras.random.uniform([2], { seed });
      mean.updateState(v);
      v.assign(x.add(v));
      tf.print("between", v.value(), a);
      mean.updateState(v);
      const b = keras.random.uniform([2], { seed });
      tf.debugging.assertLess(v.value(), 100, { message: "below" });
      v.assign(v.mul(2));
      return [a, b, v.value(), mean.result() as tf.Tensor];
    });
    const lines = await printed("log", () => {
      for (const x of [1, 2, 3]) results.push(f(tf.constant(x)).map((each) => each.array()));
      t.throws(() => f(tf.constant(1000)), /assertLess.*below/);
      results.push(v.item(), (mean.result() as tf.Tensor).item());
    });
    return { lines, results };
  };
  const eager = await run((f) => f);
  const traced = await run((f) => tf.function(f) as unknown as typeof f);
  t.same(traced.lines, eager.lines);
  t.same(traced.results, eager.results);
  const draws = eager.results.slice(0, 3).map(String);
  t.equal(new Set(draws).size, 3, "other numbers on each run");
});

t.test("random numbers of the global seed: the same in traced and eager execution", async (t) => {
  const draw = () => tf.stack([tf.random.uniform([3]), tf.random.normal([3])]);
  const run = (f: () => tf.Tensor) => {
    keras.utils.setRandomSeed(11);
    return [f().array(), f().array()];
  };
  const [eager, traced] = [run(draw), run(tf.function(draw))];
  t.same(traced, eager);
  t.not(String(eager[0]), String(eager[1]));
});

t.test("a shape that does not fit is known by the user's line, also where the signature left the axis open", async (t) => {
  const add = tf.function((x: tf.Tensor, y: tf.Tensor) => x.add(y), {
    inputSignature: [new tf.TensorSpec([null]), new tf.TensorSpec([null])],
  });
  t.same(add(tf.ones([2]), tf.ones([2])).array(), [2, 2]);
  const error = (() => {
    try {
      add(tf.ones([2]), tf.ones([3]));
    } catch (thrown) {
      return thrown as Error;
    }
    return undefined;
  })();
  t.match(error?.message, /add: given \[2\] and \[3\]/);
  const line = new RegExp(`tracing\\.test\\.js:\\d+`, "g");
  t.ok((error?.stack?.match(line) ?? []).length >= 2, "the line of the operation, and the line of the call");
});

t.test("loops: the variable that changes is named, by its dtype, its shape, or their number", async (t) => {
  const loops: [(x: tf.Tensor) => unknown, RegExp][] = [
    [
      (x) =>
        tf.whileLoop(
          (i, y) => tf.less(i, 3),
          (i, y) => [i.add(1), tf.cast(y, "int32")],
          [tf.constant(0), x],
        ),
      /variable 1: given int32\[2\] after an iteration; expected float32\[2\]/,
    ],
    [
      (x) =>
        tf.whileLoop(
          (i, y) => tf.less(i, 3),
          (i, y) => [i.add(1), tf.reduceSum(y)],
          [tf.reduceSum(x), x],
        ),
      /variable 1: given float32\[\] after/,
    ],
    [
      (x) =>
        tf.whileLoop(
          (i, y) => tf.less(i, 3),
          (i) => [i.add(1)],
          [tf.reduceSum(x), x],
        ),
      /given 1 values; expected 2/,
    ],
    [
      (x) => keras.ops.scan((c: tf.Tensor, e: tf.Tensor) => [tf.stack([c, c]), e] as const, tf.constant(0), x),
      /scan variable 0: given float32\[2\] after an iteration; expected float32\[\]/,
    ],
    [
      (x) => keras.ops.foriLoop(0, 2, (i, y: tf.Tensor) => tf.cast(y, "int32"), x),
      /foriLoop variable 0: given int32\[2\] after an iteration; expected float32\[2\]/,
    ],
  ];
  for (const [loop, message] of loops) {
    t.throws(() => loop(tf.constant([0, 0])), message, "eagerly");
    t.throws(() => tf.function((x: tf.Tensor) => (loop(x), x))(tf.constant([0, 0])), message, "traced");
  }
});

t.test("after errors of every kind the function, its variables and the pool go on", async (t) => {
  const v = tf.variable([1, 2]);
  const f = tf.function((x: tf.Tensor, mode: string) => {
    v.assignAdd([1, 1]);
    if (mode === "shape") tf.matmul(x, tf.ones([5, 5]));
    if (mode === "user") throw new RangeError("from the user's code");
    if (mode === "assert") tf.debugging.assertEqual(x, 0);
    if (mode === "loop") tf.whileLoop((y) => tf.less(tf.reduceSum(y), 10), (y) => [tf.concat([y, y], 0)], [x]); // prettier-ignore
    if (mode === "variable") tf.variable(1);
    return x.add(v);
  });
  for (const mode of ["shape", "user", "assert", "loop", "variable"]) {
    const tape = new tf.GradientTape();
    t.throws(() => tape.record(() => f(tf.constant([3, 4]), mode)), mode);
    t.throws(() => f(tf.constant([3, 4]), mode), mode);
    v.assign([1, 2]);
    t.same(f(tf.constant([3, 4]), "fine").array(), [5, 7], `after ${mode}`);
    v.assign([1, 2]);
  }
  t.equal(tf.reduceSum(tf.matmul(tf.ones([64, 64]), tf.ones([64, 64]))).item(), 64 ** 3);
});

t.test("functions that call each other through a branch without end are caught", async (t) => {
  const down: (n: tf.Tensor) => tf.Tensor = tf.function(
    (n: tf.Tensor): tf.Tensor =>
      tf.cond(
        tf.greater(n, 0),
        () => down(n.sub(1)),
        () => n,
      ),
    { name: "down" },
  );
  t.throws(() => down(tf.constant(3)), /down: given \d+ traced functions inside each other.*tf.whileLoop/);
  t.equal(
    tf
      .function((x: tf.Tensor) => x.add(1))(tf.constant(1))
      .item(),
    2,
  );
});

t.test("a length that is taken from an open axis as a number is refused with the line and what to do instead", async (t) => {
  const seed = new keras.random.SeedGenerator(1);
  const errorOf = (make: (x: tf.Tensor) => tf.Tensor) => {
    const f = tf.function((x: tf.Tensor) => x.add(make(x)), { name: "f", inputSignature: [new tf.TensorSpec([null, 2])] });
    try {
      f(tf.ones([3, 2]));
    } catch (thrown) {
      return thrown as Error;
    }
    return undefined;
  };
  const [zeros, normal] = [errorOf((x) => tf.zeros(x.shape)), errorOf((x) => keras.random.normal(x.shape, { seed }))];
  t.match(
    zeros?.message,
    /f: given full, which gives \[null, 2\]; expected shapes that follow from those of the inputs. Take lengths by keras.ops.shape/,
  );
  t.match(
    normal?.message,
    /f: given random_normal, which gives \[null, 2\]; expected shapes that follow from those of the inputs.*zerosLike/,
  );
  t.match(zeros?.stack, /tracing\.test/);
  t.match(normal?.stack, /recorded\n.*tracing\.test/);
});
