import t from "tap";
import * as tf from "../../lib/index.js";

t.test("traced once per signature: dtypes and shapes of tensors, values of the rest", async (t) => {
  const traces: string[] = [];
  const double = tf.function((a: tf.Tensor, factor = 2) => {
    traces.push(String(a));
    return a.mul(factor);
  });
  t.equal(double(tf.constant(1, { dtype: "int32" })).item(), 2);
  t.equal(double(tf.constant(1.5)).item(), 3);
  t.same(double(tf.constant([1, 2], { dtype: "int32" })).array(), [2, 4]);
  t.same(double(tf.constant([3, 4], { dtype: "int32" })).array(), [6, 8]);
  t.same(traces, [
    'Tensor("a:0", shape=(), dtype=int32)',
    'Tensor("a:0", shape=(), dtype=float32)',
    'Tensor("a:0", shape=(2,), dtype=int32)',
  ]);
  t.same(double(tf.constant([3, 4], { dtype: "int32" }), 3).array(), [9, 12]);
  t.equal(double.tracingCount, 4);
});

t.test("variables are captured by reference and written in program order", async (t) => {
  const v = tf.variable([1, 2]);
  const step = tf.function((x: tf.Tensor) => {
    const before = v.value();
    v.assignAdd(x);
    const between = v.mul(1);
    v.assignAdd(x);
    return [before, between, v.value()];
  });
  const [before, between, after] = step(tf.constant([10, 20]));
  t.same(
    [before!.array(), between!.array(), after!.array()],
    [
      [1, 2],
      [11, 22],
      [21, 42],
    ],
  );
  v.assign([0, 0]);
  t.same(
    step(tf.constant([1, 1])).map((each) => each.array()),
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  );
  t.same(v.array(), [2, 2]);
});

t.test("each instance has its own variable and its own traces", async (t) => {
  class ScalarModel {
    v = tf.variable(0, { dtype: "int32" });
    increment = tf.function((amount: tf.Tensor) => {
      this.v.assignAdd(amount);
    });
  }
  const [a, b] = [new ScalarModel(), new ScalarModel()];
  a.increment(tf.constant(3, { dtype: "int32" }));
  a.increment(tf.constant(4, { dtype: "int32" }));
  b.increment(tf.constant(5, { dtype: "int32" }));
  t.same([a.v.item(), b.v.item(), a.increment.tracingCount], [7, 5, 1]);
});

t.test("a variable made at every trace is an error; one that is kept is not", async (t) => {
  const careless = tf.function((x: tf.Tensor) => tf.variable(1).mul(x));
  t.throws(
    () => careless(tf.constant(1)),
    /variable made when the function was traced again; expected variables to be made on the first call only/,
  );
  let kept: tf.Variable | undefined;
  const careful = tf.function((x: tf.Tensor) => (kept ??= tf.variable(2)).mul(x));
  t.equal(careful(tf.constant(4)).item(), 8);
  t.same(careful(tf.constant([1, 2])).array(), [2, 4]);
});

t.test("inputSignature: open axes share a trace, what does not fit is refused", async (t) => {
  const inc = tf.function((x: tf.Tensor) => x.add(1), { name: "inc", inputSignature: [new tf.TensorSpec([null], "float32")] });
  t.same(inc(tf.constant([1, 2])).array(), [2, 3]);
  t.same(inc(tf.constant([1, 2, 3])).array(), [2, 3, 4]);
  t.equal(inc.tracingCount, 1);
  t.throws(
    () => inc(tf.constant([1], { dtype: "int32" })),
    /inc: given inputs \(TensorSpec\(shape=\[1\], dtype=int32\)\); expected inputs compatible with inputSignature/,
  );
  t.throws(() => inc(tf.constant([[1]])), /inputSignature/);
});

t.test("gradients inside a traced function, and traced functions inside tapes", async (t) => {
  const w = tf.variable([1, 2, 3]);
  const inside = tf.function((x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceSum(w.mul(w).mul(x)));
    return tape.gradient(loss, w)!;
  });
  t.same(inside(tf.constant([1, 1, 2])).array(), [2, 4, 12]);
  const square = tf.function((x: tf.Tensor) => x.mul(x));
  const x = tf.constant([3, 4]);
  const tape = new tf.GradientTape();
  tape.watch(x);
  const y = tape.record(() => square(x));
  t.same(tape.gradient(y, x)!.array(), [6, 8]);
});

t.test("a symbolic tensor has no values, and the error says what to do instead", async (t) => {
  const f = tf.function((x: tf.Tensor) => (x.item() > 0 ? x : x.neg()));
  t.throws(() => f(tf.constant(1)), /tensor.item\(\): given the symbolic Tensor\("x:0".*tf.where, tf.cond/);
  t.equal(tf.add(1, 2).item(), 3, "and everything goes on");
});

t.test("equal steps are computed once, unused ones never, effects always", async (t) => {
  const v = tf.variable(0);
  const f = tf.function((x: tf.Tensor) => {
    tf.exp(x);
    v.assignAdd(1);
    v.assignAdd(1);
    return tf.cumsum(x).mul(tf.cumsum(x));
  });
  f(tf.constant([1, 2]));
  const names = f
    .getConcreteFunction(new tf.TensorSpec([2], "float32"))
    .executable()
    .graph.steps.map(({ op }) => op.name);
  t.equal(names.filter((name) => name === "cumsum").length, 1);
  t.notOk(names.includes("exp"));
  t.equal(names.filter((name) => name === "assign").length, 2);
  t.equal(v.item(), 2);
});

t.test("the arena reuses memory of values that are no longer needed", async (t) => {
  const f = tf.function((x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < 20; i++) y = tf.keras.ops.sort(tf.sin(tf.keras.ops.sort(tf.sinh(y))).add(tf.sin(y)));
    return tf.reduceSum(y);
  });
  const x = tf.ones([1000]);
  const eager = f.pythonFunction(x).item();
  t.ok(Math.abs(f(x).item() - eager) <= 1e-6 * Math.abs(eager));
  const { arenaBytes, unplannedBytes } = f.getConcreteFunction(x).executable().plan;
  t.ok(arenaBytes < unplannedBytes / 10, `${arenaBytes} of ${unplannedBytes}`);
});

t.test("a function that is traced again and again says why, once", async (t) => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => warnings.push(text);
  t.teardown(() => (console.warn = warn));
  const scale = tf.function((x: tf.Tensor, factor: number) => x.mul(factor), { name: "scale" });
  for (let i = 0; i < 50; i++) scale(tf.constant([1, 2]), i);
  t.equal(warnings.length, 1);
  t.match(warnings[0], /scale was traced 20 times; its argument factor changed nearly every time.*Pass a tensor/);
});

t.test("traced functions that call each other without end are an error, and nothing is broken after it", async (t) => {
  const f: (x: tf.Tensor) => tf.Tensor = tf.function((x: tf.Tensor): tf.Tensor => f(x.add(1)), { name: "endless" });
  t.throws(() => f(tf.constant(1)), /endless: given 200 traced functions inside each other/);
  t.equal(
    tf
      .function((x: tf.Tensor) => x.add(1))(tf.constant(1))
      .item(),
    2,
  );
});

t.test("a shape that does not fit is an error with the operation's name and the user's line", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.matmul(x, tf.ones([3, 2])));
  const error = (() => {
    try {
      f(tf.ones([2, 2]));
    } catch (thrown) {
      return thrown as Error;
    }
    return undefined;
  })();
  t.match(error?.message, /matmul: given x1 \[2, 2\] and x2 \[3, 2\]/);
  t.match(error?.stack, /function\.test/);
});

t.test("the listing shows shapes, what was fused, planned bytes and barriers; the profile adds up", async (t) => {
  const w = tf.variable(tf.ones([4, 3]));
  const b = tf.variable(tf.ones([3]));
  const f = tf.function((x: tf.Tensor) => tf.matmul(x, w).add(b), { name: "dense" });
  const concrete = f.getConcreteFunction(new tf.TensorSpec([2, 4]));
  t.match(concrete.graph, /^dense\(%0: float32\[2, 4\]\)/);
  t.match(concrete.graph, /float32\[2, 3\] = matmul\(%0, %\d, %\d\)/);
  t.match(concrete.graph, /bytes planned.*\n.*segments/);
  const profile = concrete.profile(tf.ones([2, 4]));
  t.equal(profile.steps.filter(({ operation }) => operation === "matmul").length, 1);
  t.ok(Math.abs(profile.steps.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6);
  t.ok((JSON.parse(profile.chromeTrace()) as { traceEvents: unknown[] }).traceEvents.length > profile.steps.length);
});

t.test("gradients over axes that are open in the signature: the same as eagerly, for each length", async (t) => {
  const { keras } = tf;
  const model = new keras.Sequential([
    new keras.Input({ shape: [4] }),
    new keras.layers.Dense(5, { activation: "softplus" }),
    new keras.layers.Dense(3),
  ]);
  const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
  const f = (x: tf.Tensor, y: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const value = tape.record(() => loss(y, model(x)).add(tf.reduceMean(keras.ops.roll(x, 1, 0).mul(x))));
    const [dx, unconnected, ...rest] = tape.gradient(value, [x, tf.constant(1), ...model.trainableVariables]);
    return [value, dx!, ...(rest as tf.Tensor[]), tf.constant(unconnected === null ? 1 : 0)];
  };
  const traced = tf.function(f, { inputSignature: [new tf.TensorSpec([null, 4]), new tf.TensorSpec([null], "int32")] });
  for (const n of [3, 1, 7]) {
    const x = tf.random.normal([n, 4], { seed: n });
    const y = tf.constant(Int32Array.from({ length: n }, (_, i) => i % 3));
    const [got, wanted] = [traced(x, y), f(x, y)];
    t.equal(got.length, wanted.length);
    got.forEach((each, i) => {
      const [a, b] = [each.data(), wanted[i]!.data()];
      t.same(each.shape, wanted[i]!.shape);
      t.ok(
        a.every((value, k) => Math.abs(value - b[k]!) <= 1e-5 * Math.max(1, Math.abs(b[k]!))),
        `${n} rows, value ${i}`,
      );
    });
  }
  t.equal(traced.tracingCount, 1);
});

t.test("recurrent layers over a batch that is open in the signature begin with zeros of its length", async (t) => {
  const { layers } = tf.keras;
  for (const layer of [
    new layers.SimpleRNN(3),
    new layers.GRU(3),
    new layers.LSTM(3, { recurrentDropout: 0.1 }),
    new layers.RNN(new layers.GRUCell(2)),
  ]) {
    layer(tf.ones([2, 4, 2]));
    const f = (x: tf.Tensor) => {
      const tape = new tf.GradientTape();
      tape.watch(x);
      const y = tape.record(() => tf.reduceSum(tf.square(layer(x) as tf.Tensor)));
      return tape.gradient(y, x)!;
    };
    const traced = tf.function(f, { inputSignature: [new tf.TensorSpec([null, 4, 2])] });
    for (const n of [1, 3]) {
      const x = tf.random.normal([n, 4, 2], { seed: n });
      const [a, b] = [traced(x).data(), f(x).data()];
      t.ok(
        a.every((value, i) => Math.abs(value - b[i]!) <= 1e-5),
        `${layer.name}, ${n} rows`,
      );
    }
  }
});

t.test("open axes, a gradient inside, and tapes inside each other outside", async (t) => {
  const f = (x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    return tape.gradient(
      tape.record(() => tf.reduceMean(tf.keras.ops.roll(x, 1, 0).mul(x).mul(x))),
      x,
    )!;
  };
  const traced = tf.function(f, { inputSignature: [new tf.TensorSpec([null])] });
  const derivatives = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => {
    const [outer, inner] = [new tf.GradientTape(), new tf.GradientTape()];
    outer.watch(x);
    inner.watch(x);
    const second = outer.record(() =>
      inner.gradient(
        inner.record(() => tf.reduceSum(tf.square(f(x)))),
        x,
      )!,
    );
    return [second, outer.gradient(second, x)].map((each) => each?.array() ?? null);
  };
  const single = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => tf.reduceSum(tf.square(f(x))));
    return tape.gradient(y, x)!.array();
  };
  for (const x of [tf.constant([1, 2, 3]), tf.constant([2]), tf.constant([1, -1])]) {
    t.same(single(traced, x), single(f, x));
    t.same(derivatives(traced, x), derivatives(f, x));
  }
});
