import t from "tap";
import * as tf from "../../lib/index.js";

const close = (t: { ok(value: boolean, message: string): unknown }, got: tf.Tensor | null, wanted: number | number[], message: string) => {
  const flat = got === null ? null : [...got.data()];
  const list = Array.isArray(wanted) ? wanted : [wanted];
  t.ok(
    flat?.length === list.length && flat.every((value, i) => Math.abs(value - list[i]!) <= 1e-5 * Math.max(1, Math.abs(list[i]!))),
    `${message}: ${flat?.join()} ≈ ${list.join()}`,
  );
};

t.test("a variable's gradient comes without watching it", async (t) => {
  const w = tf.variable([[1.0]]);
  const tape = new tf.GradientTape();
  const loss = tape.record(() => w.mul(w).add(w.mul(2)).add(5));
  t.equal(String(tape.gradient(loss, w)), "tf.Tensor([[4.]], shape=(1, 1), dtype=float32)");
});

t.test("tensors are differentiated only when watched, and null says that nothing connects", async (t) => {
  const [x, y] = [tf.constant(3), tf.constant(4)];
  const tape = new tf.GradientTape({ persistent: true });
  tape.watch(x);
  const z = tape.record(() => x.mul(x).mul(y));
  const { a, b } = tape.gradient(z, { a: x, b: y });
  close(t, a, 24, "dz/dx");
  t.equal(b, null);
  close(t, tape.gradient(z, y, { unconnectedGradients: "zero" }), 0, "zero on demand");
});

t.test("tapes nest: second and third derivatives", async (t) => {
  const x = tf.variable(2);
  const [outer, middle, inner] = [new tf.GradientTape(), new tf.GradientTape(), new tf.GradientTape()];
  const second = outer.record(() => {
    const first = middle.record(() => {
      const y = inner.record(() => x.mul(x).mul(x).mul(x));
      return inner.gradient(y, x)!;
    });
    return middle.gradient(first, x)!;
  });
  close(t, second, 48, "12x²");
  close(t, outer.gradient(second, x), 48, "24x");
});

t.test("the value at the time of the read counts, not what the variable becomes", async (t) => {
  const w = tf.variable([2, 3]);
  const tape = new tf.GradientTape();
  const y = tape.record(() => w.mul(w).mul(w));
  w.assign([100, 100]);
  close(t, tape.gradient(y, w), [12, 27], "3w² at the old w");
});

t.test("a tape that is not persistent gives gradients once", async (t) => {
  const w = tf.variable(1);
  const tape = new tf.GradientTape();
  const y = tape.record(() => w.mul(3));
  tape.gradient(y, w);
  t.throws(() => tape.gradient(y, w), /GradientTape.gradient: given a second call; expected one call.*persistent/);
});

t.test("stopGradient and stopRecording cut the connection", async (t) => {
  const w = tf.variable(3);
  const tape = new tf.GradientTape({ persistent: true });
  const y = tape.record(() => w.mul(tf.stopGradient(w)));
  close(t, tape.gradient(y, w), 3, "one factor counts");
  const z = tape.record(() => tape.stopRecording(() => w.mul(w)));
  t.equal(tape.gradient(z, w), null);
});

t.test("watchAccessedVariables: false watches what it is told", async (t) => {
  const [a, b] = [tf.variable(2), tf.variable(5)];
  const tape = new tf.GradientTape({ watchAccessedVariables: false });
  tape.watch(b);
  const y = tape.record(() => a.mul(b));
  const [da, db] = tape.gradient(y, [a, b]);
  t.equal(da, null);
  close(t, db, 2, "dy/db");
});

t.test("the jacobian has the target's axes, then the source's", async (t) => {
  const x = tf.variable([1, 2, 3]);
  const tape = new tf.GradientTape();
  const y = tape.record(() => x.mul(x));
  const jacobian = tape.jacobian(y, x)!;
  t.same(jacobian.array(), [
    [2, 0, 0],
    [0, 4, 0],
    [0, 0, 6],
  ]);
});

t.test("a gradient of one's own that is not given as one", async (t) => {
  for (const [made, given] of [
    [[tf.ones([2]), () => null, 3], "[^;]+"],
    [[() => null, tf.ones([2])], "[^;]+"],
    [tf.ones([2]), "[^;]+"],
    [undefined, "undefined"],
    [{ value: tf.ones([2]) }, "[^;]+"],
  ] as const)
    t.throws(() => tf.customGradient(() => made as never)(), {
      message: new RegExp(`customGradient: given a function that returns (${given}).*expected one that returns \\{ value`),
    });
});

t.test("a custom gradient replaces what its function would have had, and can be differentiated itself", async (t) => {
  const straight = tf.customGradient((x: tf.Tensor) => ({ value: tf.round(x), gradient: (dy) => dy.mul(x) }));
  const w = tf.variable([1.4, 2.6]);
  const [outer, inner] = [new tf.GradientTape(), new tf.GradientTape()];
  const first = outer.record(() => {
    const y = inner.record(() => straight(w.value()));
    return inner.gradient(y, w)!;
  });
  close(t, first, [1.4, 2.6], "the given gradient");
  close(t, outer.gradient(first, w), [1, 1], "its derivative");
});

t.test("a custom gradient holds in traced functions, with the tape inside or outside, and once more for its own gradient", async (t) => {
  const scale = tf.variable(2);
  const straight = tf.customGradient((x: tf.Tensor) => ({ value: tf.round(x), gradient: (dy) => dy.mul(x).mul(scale) }));
  const f = (x: tf.Tensor) => straight(tf.sin(x)).mul(3);
  const both = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => {
    const [outer, inner] = [new tf.GradientTape(), new tf.GradientTape()];
    outer.watch(x);
    inner.watch(x);
    const first = outer.record(() =>
      inner.gradient(
        inner.record(() => f(x)),
        x,
      )!,
    );
    return tf.stack([first, ...outer.gradient(first, [x, scale]).map((each) => each!)]);
  };
  const single = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    return tape.gradient(
      tape.record(() => f(x)),
      x,
    )!;
  };
  const x = tf.constant(0.4);
  const wanted = [3 * 2 * Math.sin(0.4) * Math.cos(0.4), 6 * Math.cos(0.8), (3 * Math.sin(0.8)) / 2];
  close(t, both(f)(x), wanted, "eager");
  close(t, tf.function(both(f))(x), wanted, "tapes inside");
  close(t, both(tf.function(f))(x), wanted, "tapes outside");
  close(t, single(tf.function(f))(x), wanted[0]!, "one tape outside");
  close(t, single(f)(x), wanted[0]!, "one tape, eager");
});

t.test("output gradients weigh the target, and a wrong shape is refused", async (t) => {
  const w = tf.variable([1, 2]);
  const tape = new tf.GradientTape({ persistent: true });
  const y = tape.record(() => w.mul(w));
  close(t, tape.gradient(y, w, { outputGradients: tf.constant([10, 1]) }), [20, 4], "weighted");
  t.throws(
    () => tape.gradient(y, w, { outputGradients: tf.constant([1, 2, 3]) }),
    /outputGradients: given a gradient of shape \[3\]; expected the target's \[2\]/,
  );
});

t.test("a variable is its own derivative", async (t) => {
  const [v, w] = [tf.variable([1, 2]), tf.variable([3])];
  const tape = new tf.GradientTape({ persistent: true });
  const y = tape.record(() => v.mul(v));
  close(t, tape.gradient(v, v), [1, 1], "dv/dv");
  close(t, tape.gradient([y, v], v), [3, 5], "2v + 1");
  close(t, tape.gradient(v, v, { outputGradients: [4, 5] }), [4, 5], "weighted");
  t.equal(tape.gradient(w, v), null);
});

t.test("gradients of targets are broadcast to them, and have to fit", async (t) => {
  const w = tf.variable([1, 2]);
  const tape = new tf.GradientTape({ persistent: true });
  const [y, z] = tape.record(() => [w.mul(w), w.mul(3).sum()] as const);
  close(t, tape.gradient(y, w, { outputGradients: 5 }), [10, 20], "5 · 2w");
  close(t, tape.gradient(y, w, { outputGradients: [1, 10] }), [2, 40], "an array for one target");
  close(t, tape.gradient([y, z], w, { outputGradients: [tf.constant([1, 10]), 2] }), [8, 46], "one for each target");
  close(t, tape.gradient([y, z], w, { outputGradients: [null, 2] }), [8, 10], "null: ones");
  t.throws(
    () => tape.gradient(y, w, { outputGradients: tf.constant([1, 2, 3]) }),
    /given a gradient of shape \[3\]; expected the target's \[2\]/,
  );
  t.throws(() => tape.gradient([y, z], w, { outputGradients: [1, 2, 3] }), /given 3 gradients; expected one for each of the 2 targets/);
});

t.test("what is neither a tensor nor a variable is told, and the tape stays usable", async (t) => {
  const w = tf.variable([1, 2]);
  const tape = new tf.GradientTape();
  const y = tape.record(() => w.mul(w));
  const wrong: [string, () => unknown, RegExp][] = [
    ["no target", () => tape.gradient(undefined as never, w), /gradient: target: given undefined; expected tensors and variables/],
    ["a number", () => tape.gradient(5 as never, w), /gradient: target: given 5/],
    ["a function", () => tape.gradient((() => y) as never, w), /gradient: target: given/],
    ["a promise", () => tape.gradient(Promise.resolve(y) as never, w), /gradient: target: given/],
    ["null among targets", () => tape.gradient([y, null] as never, w), /gradient: target: given null/],
    ["no source", () => tape.gradient(y, undefined), /gradient: sources: given undefined/],
    ["a name", () => tape.gradient(y, "w"), /gradient: sources: given "w"/],
    ["a layer", () => tape.gradient(y, new tf.keras.layers.Dense(2)), /gradient: sources: given/],
    ["null among sources", () => tape.gradient(y, [w, null]), /gradient: sources: given null/],
    [
      "a word",
      () => tape.gradient(y, w, { unconnectedGradients: "no" as never }),
      /unconnectedGradients: given "no"; expected "none" or "zero"/,
    ],
    ["nothing to watch", () => tape.watch(undefined as never), /watch: given undefined/],
    ["a number to watch", () => tape.watch([w, 5] as never), /watch: given 5/],
    ["jacobian of nothing", () => tape.jacobian(undefined as never, w), /jacobian: target: given undefined; expected a tensor/],
    ["jacobian of a list", () => tape.jacobian([y] as never, w), /jacobian: target: given/],
    ["jacobian for nothing", () => tape.jacobian(y, null), /jacobian: sources: given null/],
    ["rows of nothing", () => tape.batchJacobian(undefined as never, y), /batchJacobian: target: given undefined/],
    ["rows for nothing", () => tape.batchJacobian(y, null as never), /batchJacobian: source: given null/],
    ["no pause", () => tape.stopRecording(5 as never), /stopRecording: given 5; expected a function/],
  ];
  for (const [name, call, message] of wrong) t.throws(call, message, name);
  close(t, tape.gradient(y, w), [2, 4], "2w");
});

t.test("what slices of a tensor give is put together, whatever they are", async (t) => {
  const shape = [3, 8, 4] as const;
  const x = tf.variable(tf.random.uniform([...shape], { seed: 1 }));
  type Part = readonly (readonly [begin: number, end: number, step?: number])[];
  const whole = [[0, 3], [0, 8], [0, 4]] as const; // prettier-ignore
  const along = (axis: number, ...stretches: (readonly [number, number, number?])[]): Part[] =>
    stretches.map((stretch) => whole.map((all, i) => (i === axis ? stretch : all)));
  const cases: Record<string, Part[]> = {
    "all steps": along(1, ...Array.from({ length: 8 }, (_, i) => [i, i + 1] as const)),
    "in another order": along(1, [5, 8], [0, 2], [2, 5]),
    "with gaps": along(1, [1, 2], [4, 6]),
    "one alone": along(2, [1, 3]),
    "that overlap": along(1, [0, 4], [2, 6], [4, 8], [3, 5]),
    "the same twice": along(0, [1, 2], [1, 2]),
    "of two axes": [...along(1, [0, 3], [3, 8]), ...along(2, [0, 2], [2, 4])],
    "with steps and whole ones": [...along(1, [0, 8, 2], [1, 8, 2]), whole, ...along(1, [7, 8])],
    blocks: [[[0, 2], [1, 5], [0, 4]], [[1, 3], [0, 8], [2, 3]]], // prettier-ignore
    nothing: along(1, [2, 2], [2, 3]),
  };
  for (const [name, parts] of Object.entries(cases)) {
    const weights = parts.map((part, i) => {
      const lengths = part.map(([begin, end, step = 1]) => Math.ceil((end - begin) / step));
      return tf.random.uniform(lengths, { seed: i + 2 });
    });
    const wanted = new Float32Array(3 * 8 * 4);
    parts.forEach((part, p) => {
      const values = weights[p]!.data();
      const [a, b, c] = part as [Part[0], Part[0], Part[0]];
      let at = 0;
      for (let i = a[0]; i < a[1]; i += a[2] ?? 1)
        for (let j = b[0]; j < b[1]; j += b[2] ?? 1)
          for (let k = c[0]; k < c[1]; k += c[2] ?? 1) wanted[(i * 8 + j) * 4 + k]! += values[at++]!;
    });
    const gradient = () => {
      const tape = new tf.GradientTape();
      const loss = tape.record(() =>
        parts
          .map((part, p) =>
            x
              .value()
              .at(...part.map(([start, stop, step = 1]) => ({ start, stop, step })))
              .mul(weights[p]!)
              .sum(),
          ) // prettier-ignore
          .reduce((sum, each) => sum.add(each)),
      );
      return tape.gradient(loss, x)!;
    };
    close(t, gradient(), [...wanted], name);
    close(t, tf.function(gradient)() as tf.Tensor, [...wanted], `${name}, traced`);
  }
  const second = new tf.GradientTape();
  const slope = second.record(() => {
    const tape = new tf.GradientTape();
    const cubes = tape.record(() => tf.addN(tf.unstack(x, { axis: 1 }).map((step) => step.pow(3))).sum());
    return tape.gradient(cubes, x)!.sum();
  });
  close(t, second.gradient(slope, x), [...x.value().data()].map((value) => 6 * value), "second derivatives"); // prettier-ignore
  const step = tf.function((v: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(v);
    return tape.gradient(
      tape.record(() =>
        tf
          .addN(tf.unstack(v, { axis: 1 }))
          .square()
          .sum(),
      ),
      v,
    );
  });
  const graph = String(step.getConcreteFunction([x.value()]).graph);
  t.match(graph, /concatenate\(/, "the gradient of a sequence is one concatenation");
  t.notMatch(graph, /embed\(/, "and no sum of whole tensors");
});
