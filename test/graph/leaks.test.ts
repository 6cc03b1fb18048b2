// Tensors of branches and loop bodies mean nothing outside of them.

import t from "tap";
import * as tf from "../../lib/index.js";

const i32 = { dtype: "int32" } as const;

const leaks: Record<string, (n: tf.Tensor) => unknown> = {
  "a list filled in a loop body": (n) => {
    const out: tf.Tensor[] = [];
    tf.whileLoop(
      (i) => i.less(n),
      (i) => (out.push(i.mul(2)), [i.add(1)]),
      [tf.constant(0, i32)],
    );
    return tf.stack(out);
  },
  "a variable of the function set in a branch": (n) => {
    let out = n;
    tf.cond(
      n.greater(0),
      () => (out = n.mul(2)),
      () => n,
    );
    return out.add(1);
  },
  "given back as it is": (n) => {
    let out = n;
    tf.cond(
      n.greater(0),
      () => (out = n.mul(2)),
      () => n,
    );
    return out;
  },
  "a loop variable": (n) => {
    let out = n;
    tf.whileLoop(
      (i) => i.less(n),
      (i) => [(out = i).add(1)],
      [tf.constant(0, i32)],
    );
    return out.add(n);
  },
  "out of one branch into the other": (n) => {
    let out = n;
    return tf.cond(
      n.greater(0),
      () => (out = n.mul(2)),
      () => out.add(1),
    );
  },
};

for (const [name, leak] of Object.entries(leaks)) {
  t.test(`${name} is an error that tells of both lines`, async (t) => {
    let message = "";
    let stack = "";
    try {
      tf.function(leak)(tf.constant(3, i32));
    } catch (error) {
      ({ message, stack = "" } = error as Error);
    }
    t.match(
      message,
      name === "a loop variable"
        ? /given the input, int32\[\] inside of while body, used at .*leaks\.test.*; expected tensors of /
        : /given what .* inside of .*, made at .*leaks\.test.*, used at .*leaks\.test.*; expected tensors of /,
    );
    const [used, made = ""] = stack.split("\n  made\n");
    t.match(used, "leaks.test");
    if (name !== "a loop variable") t.match(made, "leaks.test");
    t.equal(
      tf
        .function((x: tf.Tensor) => x.add(1))(tf.constant(1))
        .item(),
      2,
      "and everything goes on",
    );
  });
}

t.test("tensors of the functions around a branch are no leaks", async (t) => {
  const f = tf.function((n: tf.Tensor) =>
    tf.cond(
      n.greater(0),
      () => {
        const inner = n.mul(2);
        return tf.cond(
          inner.greater(4),
          () => inner.add(n),
          () => inner,
        );
      },
      () => n,
    ),
  );
  t.same(
    [3, 1, -1].map((n) => f(tf.constant(n)).item()),
    [9, 2, -1],
  );
});

t.test("operators and loops of JavaScript on tensors say what to do", async (t) => {
  const x = tf.constant([1, 2]) as unknown as number;
  t.throws(() => x > 0, /operator on a tensor: given a tensor of shape \[2\] and dtype float32; .*tf\.autograph\.toGraph/);
  t.throws(() => (tf.variable(1) as unknown as number) * 2, /operator on a tensor/);
  t.throws(
    () => tf.function((items: tf.Tensor) => [...items].length)(tf.constant([1])),
    /for … of: given the symbolic Tensor\("items:0", shape=\(1,\), dtype=float32\); expected a tensor with values\. In a traced function use tf\.function\(fn, \{ autograph: true \}\), the plugin kerasm\/autograph, or tf\.whileLoop\./,
  );
  t.throws(() => [...tf.constant(1)], /for … of: given a scalar/);
  t.same(
    Array.from(
      tf.constant([
        [1, 2],
        [3, 4],
      ]),
      (row) => row.array(),
    ),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

t.test("a leak tells of the user's line, also out of layers, gradients and constraints of the user's own", async (t) => {
  const { layers, optimizers, Sequential } = tf.keras;
  let leaked: tf.Tensor | undefined;
  let line = "";
  /** To be called on the line that makes the tensor. */
  const leak = (tensor: tf.Tensor): tf.Tensor => {
    line = /leaks\.test\.[jt]s:\d+/.exec(new Error().stack!.split("\n")[2]!)![0];
    return (leaked = tensor);
  };
  class Own extends layers.Layer {
    override call(x: tf.Tensor) {
      return leak(x.add(1));
    }
  }
  const own = tf.customGradient((x) => ({ value: x.mul(1), gradient: (dy) => leak(dy.mul(2)) }));
  const w = tf.variable([1, 2]);
  w.constraint = (value: tf.Tensor) => leak(value.mul(2));
  const sgd = new optimizers.SGD();
  sgd.build([w]);
  const relu = new layers.ReLU();
  const activation = new layers.Activation((x) => leak(tf.convertToTensor(x).mul(3)));
  const model = new Sequential([new layers.ReLU(), new Own(), new layers.ReLU()]);
  const remat = tf.recomputeGrad((x: tf.Tensor) => leak(x.mul(4)));
  const square = (x: tf.Tensor) => x.square();
  const gradient = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => f(x));
    return f === square ? leak(tape.gradient(y, x)!) : tape.gradient(y, x);
  };
  const makers: Record<string, (x: tf.Tensor) => unknown> = {
    "a layer": (x) => leak(relu(x)),
    "a layer with a function of the user's": (x) => activation(x),
    "a layer of the user's in a model": (x) => model(x),
    "a gradient": (x) => gradient(square, x),
    "a gradient of the user's": (x) => gradient((x) => own(x).square(), x),
    "what is computed anew": (x) => gradient((x) => remat(x).square(), x),
    "a constraint": (x) => sgd.apply([x], [w]),
  };
  for (const [name, make] of Object.entries(makers)) {
    leaked = undefined;
    tf.function((x: tf.Tensor) => {
      make(x);
      return x.add(1);
    })(tf.constant([1, 2]));
    t.throws(() => leaked!.add(1), { message: new RegExp(`made at \\S*${line}`) }, name);
  }
});
