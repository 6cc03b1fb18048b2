// First values of variables: numbers and functions that wait until they are wanted, wherever that is.

import t from "tap";
import type { Dtype } from "../../lib/core/dtype.js";
import * as tf from "../../lib/index.js";
import { Constant, Ones, Zeros } from "../../lib/initializers/index.js";
import { Initializer } from "../../lib/initializers/initializer.js";
import { Variable } from "../../lib/variables/variable.js";

const { initializers, layers, optimizers } = tf.keras;

const dtypes: readonly Dtype[] = ["float32", "int32", "bool", "uint8", "int8", "int16", "uint16", "uint32", "float16", "bfloat16"];
const shape = [3, 5];

/** What may want a first value first. */
const uses: Readonly<Record<string, (variable: Variable) => readonly number[]>> = {
  "the host reads it": (variable) => [...variable.value().data()],
  "a kernel reads it": (variable) => [...variable.value().reshape([15]).add(0).data()].map(Number),
  "a program reads it": (variable) => [
    ...tf
      .function(() => tf.cast(variable.value(), "float32"))()
      .data(),
  ],
  "it is written beside": (variable) => {
    const before = variable.value();
    variable.assign(tf.zeros(shape, { dtype: variable.dtype }));
    return [...before.data()];
  },
};

for (const [use, read] of Object.entries(uses))
  t.test(`a number stands for every element, whichever the dtype: ${use}`, async (t) => {
    for (const dtype of dtypes)
      for (const value of [0, 1]) {
        const variable = new Variable(value, { shape, dtype, trainable: false });
        t.same(variable.shape, shape);
        t.same(read(variable), Array(15).fill(value), `${dtype} ${value}`);
      }
    t.same(read(new Variable(-0.375, { shape, dtype: "bfloat16" })), Array(15).fill(-0.375), "a half that is no whole number");
    t.ok(Object.is(new Variable(-0, { shape: [1], dtype: "float32" }).value().item(), -0), "the sign of zero");
  });

t.test("initializers give the same whether their values wait or not", async (t) => {
  class Waiting extends Initializer {
    override get isRepeatable() {
      return true;
    }
    override call(shape: readonly number[]) {
      return tf.keras.ops.full(shape, 2.5); // float32, whatever is asked for
    }
  }
  const rows: readonly (readonly [name: string, make: () => Initializer, dtype: Dtype])[] = [
    ["zeros", () => new Zeros(), "float32"],
    ["ones", () => new Ones(), "int8"],
    ["a constant", () => new Constant(0.1), "float16"],
    ["a constant that is cut", () => new Constant(2.75), "int32"],
    ["a constant by tensor", () => new Constant([1, 2, 3, 4, 5]), "float32"],
    ["random numbers", () => new initializers.GlorotUniform({ seed: 3 }), "float32"],
    ["orthogonal vectors", () => new initializers.Orthogonal({ seed: 3 }), "float32"],
    ["random halves", () => new initializers.RandomNormal({ seed: 3 }), "float16"],
    ["one of one's own that gives another dtype", () => new Waiting(), "float16"],
  ];
  for (const [name, make, dtype] of rows) {
    const layer = new layers.Layer();
    const waiting = layer.addWeight({ name: "w", shape, dtype, initializer: make() });
    const read = tf.function(() => tf.cast(waiting.value(), "float32"))();
    t.same([...read.data()], [...tf.cast(make()(shape, { dtype }), dtype).cast("float32").data()], name);
  }
});

t.test("orthogonal vectors come in blocks that are orthogonal as well; a shape of one axis has none", async (t) => {
  for (const shape of [
    [70, 70],
    [300, 65],
    [33, 4, 50],
  ]) {
    const q = tf.reshape(new initializers.Orthogonal({ seed: 5 })(shape), [-1, shape.at(-1)!]);
    const [rows, columns] = q.shape as [number, number];
    const products = rows < columns ? tf.matmul(q, q, { transposeB: true }) : tf.matmul(q, q, { transposeA: true });
    const error = tf.subtract(products, tf.eye(Math.min(rows, columns)));
    t.ok(tf.keras.ops.max(tf.keras.ops.abs(error)).item() < 1e-5, shape.join());
  }
  t.throws(
    () => new layers.Layer().addWeight({ name: "w", shape: [3], initializer: new initializers.Orthogonal() }),
    /Orthogonal: given the shape \[3\]; expected at least rank 2/,
  );
});

t.test("an optimizer's variables take no memory before the first step", async (t) => {
  const weight = tf.variable(tf.ones([256, 1024]));
  const adam = new optimizers.Adam();
  const before = tf.config.get().tensorBytes;
  adam.build([weight]);
  t.equal(tf.config.get().tensorBytes, before);
  adam.apply([tf.ones([256, 1024])]);
  t.ok(
    adam.variables.slice(2).every((slot) => slot.value().max().item() > 0),
    "then they are there",
  );
});

t.test("what is written before it was wanted is what was written", async (t) => {
  const variable = new Variable(7, { shape: [4], dtype: "float32" });
  variable.clear();
  t.same(variable.value().array(), [0, 0, 0, 0]);
  const other = new Variable(7, { shape: [4], dtype: "float32" });
  other.loadElements([1, 2, 3, 4]);
  t.same(other.value().array(), [1, 2, 3, 4]);
  other.assignAdd([1, 1, 1, 1]);
  t.same(other.value().array(), [2, 3, 4, 5]);
});

t.test("a first value of another size is an error, and a value from outside still comes in", async (t) => {
  const variable = new Variable(() => tf.zeros([3]), { shape: [4], dtype: "float32" });
  t.throws(() => variable.value(), /variable: given first elements/);
  variable.loadElements([1, 2, 3, 4]);
  t.same(variable.value().array(), [1, 2, 3, 4]);
});
