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
