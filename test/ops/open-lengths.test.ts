// Arithmetic of shapes where an axis is open: `const [b] = ops.shape(x)` in a layer's call and in functions that are traced once for all
// lengths. What Keras's guides write with it (class tokens, masks built from the batch) gives the same as eagerly, values and gradients.

import t from "tap";
import * as tf from "../../lib/index.js";
import { axisLength } from "../../lib/ops/shaping/axis-length.js";
import { rowsLike } from "../../lib/ops/shaping/rows-like.js";

const { keras } = tf;
const { ops } = keras;
type Fn = (x: tf.Tensor) => tf.Tensor;
const lengths = (x: tf.Tensor) => ops.shape(x) as number[];

const programs: Readonly<Record<string, Fn>> = {
  "a class token": (x) => ops.concatenate([ops.ones([lengths(x)[0]!, 1, 3]), x], 1),
  "zeros of the batch": (x) => x.add(ops.zeros([lengths(x)[0]!, 1, 1])),
  "a range over the batch": (x) => x.mul(ops.reshape(ops.cast(ops.arange(lengths(x)[0]!), "float32"), [-1, 1, 1])),
  tile: (x) => ops.tile(ops.sum(x, { axis: 0, keepdims: true }), [lengths(x)[0]!, 1, 1]),
  repeat: (x) => ops.repeat(ops.sum(x, { axis: 0, keepdims: true }), lengths(x)[0]!, 0),
  "reshape to b · t rows": (x) => {
    const [b, t, d] = lengths(x) as [number, number, number];
    return ops.matmul(ops.reshape(x, [ops.multiply(b, t) as unknown as number, d]), ops.ones([d, 2]));
  },
  broadcastTo: (x) => ops.broadcastTo(ops.sum(x, { axis: [0], keepdims: true }), [lengths(x)[0]!, 2, 3]),
  full: (x) => x.sub(ops.full([lengths(x)[0]!, 2, 3], 7)),
  "a causal mask of the batch": (x) => {
    const i = ops.arange(lengths(x)[0]!);
    return ops.cast(ops.greaterEqual(ops.expandDims(i, 1), i), "float32");
  },
  "a length in an expression": (x) => ops.divide(ops.sum(x, { axis: 0 }), ops.cast(lengths(x)[0]!, "float32")),
};

for (const [name, fn] of Object.entries(programs)) {
  t.test(name, async (t) => {
    const traced = tf.function(fn, { inputSignature: [new tf.TensorSpec([null, 2, 3])] });
    for (const batch of [1, 4, 3]) {
      const x = tf.constant(Float32Array.from({ length: batch * 6 }, (_, i) => i - 5), { shape: [batch, 2, 3] }); // prettier-ignore
      t.same(traced(x).array(), fn(x).array(), `batch ${batch}`);
      const gradientOf = (f: Fn) => {
        const tape = new tf.GradientTape();
        tape.watch(x);
        const y = tape.record(() => tf.reduceSum(tf.square(f(x))));
        return tape.gradient(y, x)?.array() ?? null;
      };
      t.same(gradientOf(traced), gradientOf(fn), `gradient, batch ${batch}`);
    }
    class Own extends keras.layers.Layer {
      override call(x: tf.Tensor) {
        return fn(x);
      }
    }
    const input = keras.Input({ shape: [2, 3] });
    const model = new keras.Model({ inputs: input, outputs: new Own()(input) as tf.Tensor });
    const x = tf.ones([5, 2, 3]);
    t.same((model(x) as tf.Tensor).array(), fn(x).array(), "in a functional model");
  });
}

t.test("outside of calls an open axis is null, and a length must be a scalar", async (t) => {
  t.same(ops.shape(keras.Input({ shape: [2] })), [null, 2]);
  t.throws(() => ops.ones([tf.constant([1, 2]) as unknown as number, 3]), /expected a scalar/);
  t.same(ops.ones([tf.constant(2, { dtype: "int32" }) as unknown as number]).shape, [2]);
});

t.test("rows are counted, cut and filled up to the length of another tensor", async (t) => {
  const x = tf.constant([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  const program = (x: tf.Tensor, like: tf.Tensor) => [axisLength(x, 0), rowsLike(x, like)] as const;
  const traced = tf.function((x: tf.Tensor, like: tf.Tensor) => [...program(x, like)], {
    inputSignature: [new tf.TensorSpec([null, 2]), new tf.TensorSpec([null, 2])],
  });
  for (const [rows, expected] of [
    [
      2,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      4,
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [0, 0],
      ],
    ],
  ] as const) {
    // prettier-ignore
    for (const [count, cut] of [program(x, tf.zeros([rows, 2])), traced(x, tf.zeros([rows, 2])) as unknown as readonly tf.Tensor[]]) {
      t.equal(count!.item(), 3, "the length of an axis");
      t.same(cut!.array(), expected, "rows_like");
    }
  }
});

t.test("tf.shape gives the length along each axis, and numpyFunction runs JavaScript", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.shape(x), { inputSignature: [new tf.TensorSpec([null, 2])] });
  t.same(f(tf.ones([5, 2])).array(), [5, 2], "all lengths");
  const doubled = (x: tf.Tensor) => tf.numpyFunction((a: tf.Tensor) => a.mul(2), [x], "float32", { shapes: [[2]] }) as tf.Tensor;
  const traced = tf.function(doubled);
  t.same(doubled(tf.constant([1, 2])).array(), [2, 4], "py_function");
  t.same(traced(tf.constant([1, 2])).array(), [2, 4], "py_function, traced");
});

t.test("open lengths are steps of the trace until shapes are known", async (t) => {
  const f = tf.function((x: tf.Tensor) => ops.ones([lengths(x)[0]!, 3]), { inputSignature: [new tf.TensorSpec([null, 2])] });
  f(tf.ones([2, 2]));
  const listing = f.getConcreteFunction(new tf.TensorSpec([null, 2])).graph;
  t.match(listing, /axis_length/);
  t.match(listing, /with_lengths/);
});
