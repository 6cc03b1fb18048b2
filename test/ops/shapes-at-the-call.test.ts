// Operations on tensors with open axes, outside of a trace and in models: the shapes that Keras infers, and the values of the eager call.

import t from "tap";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
type Shape = readonly (number | null)[];
type Args = readonly (readonly [shape: Shape, dtype?: "int32" | "float32"])[];

/** Inputs with open axes, what is computed of them, and real values of which shapes. */
interface Row {
  readonly args: Args;
  readonly fn: (...xs: tf.Tensor[]) => unknown;
  readonly shape: Shape;
  readonly values: readonly tf.Tensor[];
}

const numbers = (...shape: number[]): tf.Tensor =>
  tf.constant(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7) * 3),
    { shape },
  );
const ints = (...values: number[]): tf.Tensor => tf.constant(values, { dtype: "int32" });

const rows: Readonly<Record<string, Row>> = {
  "scatterUpdate along an open axis": {
    args: [[[4, null]], [[5, 2], "int32"], [[5]]],
    fn: (x, places, updates) => ops.scatterUpdate(x!, places!, updates!),
    shape: [4, null],
    values: [numbers(4, 3), tf.constant([[0, 0], [1, 2], [3, 1], [2, 2], [0, 1]], { dtype: "int32" }), numbers(5)],
  },
  "sliceUpdate along an open axis": {
    args: [[[4, null]], [[2], "int32"], [[2, 2]]],
    fn: (x, starts, updates) => ops.sliceUpdate(x!, starts!, updates!),
    shape: [4, null],
    values: [numbers(4, 5), ints(1, 3), numbers(2, 2)],
  },
  "istft of frames that are not counted yet": {
    args: [[[null, 8]], [[null, 8]]],
    fn: (re, im) => ops.istft([re!, im!], 10, 3, 15),
    shape: [null],
    values: [numbers(6, 8), numbers(6, 8)],
  },
  "mapCoordinates of an open axis": {
    args: [[[7, null]], [[2, 4, null]]],
    fn: (x, places) => ops.image.mapCoordinates(x!, places!, 1, { fillMode: "reflect" }),
    shape: [4, null],
    values: [numbers(7, 5), numbers(2, 4, 3)],
  },
  "slice to the end, from where a tensor says": {
    args: [[[3, null]], [[2], "int32"]],
    fn: (x, starts) => ops.slice(x!, starts!, [-1, -1]),
    shape: [null, null],
    values: [numbers(3, 6), ints(1, 4)],
  },
  "slice of a length along an open axis": {
    args: [[[null, 3]], [[2], "int32"]],
    fn: (x, starts) => ops.slice(x!, starts!, [2, 2]),
    shape: [2, 2],
    values: [numbers(5, 3), ints(9, 1)],
  },
  "reshape to lengths that a tensor says": {
    args: [[[2, 6]], [[3], "int32"]],
    fn: (x, shape) => ops.reshape(x!, shape as never),
    shape: [null, null, null],
    values: [numbers(2, 6), ints(3, 2, 2)],
  },
}; // prettier-ignore

for (const [name, { args, fn, shape, values }] of Object.entries(rows))
  t.test(name, async (t) => {
    const symbolic = args.map(([shape, dtype = "float32" as const]) => new tf.keras.KerasTensor(shape, { dtype }));
    t.strictSame((fn(...symbolic) as tf.Tensor).shape, shape, "a Keras tensor's shape");
    const eager = fn(...values) as tf.Tensor;
    const inputs = args.map(([batchShape, dtype = "float32"]) => tf.keras.Input({ batchShape, dtype }));
    const model = new tf.keras.Model(inputs, fn(...inputs) as never);
    t.strictSame((model(values as never) as tf.Tensor).array(), eager.array(), "in a model");
    const inputSignature = args.map(([shape, dtype = "float32" as const]) => new tf.TensorSpec(shape, dtype));
    const traced = tf.function(fn as (...xs: tf.Tensor[]) => tf.Tensor, { inputSignature });
    t.strictSame(traced(...values).array(), eager.array(), "traced");
  });

t.test("a block from where a tensor says reaches to the end", async (t) => {
  const x = [[1, 2, 3], [4, 5, 6]]; // prettier-ignore
  t.strictSame(ops.slice(x, ints(1, 1), [-1, -1]).array(), [[5, 6]]);
  t.strictSame(ops.slice(x, ints(0, 2), [-1, 1]).array(), [[3], [6]]);
  t.strictSame(ops.slice(x, ints(1, 2), [1, 2]).array(), [[5, 6]], "moved back to fit");
  t.throws(() => ops.reshape([1, 2, 3, 4], [null, null] as never), { name: "ShapeError", message: /at most one −1/ });
});

t.test("bits are those of whole numbers", async (t) => {
  t.strictSame([ops.bitwiseAnd([5, 6], [3, 3]), ops.bitwiseInvert([0, 5])].map((y) => [y.array(), y.dtype]), [
    [[1, 2], "int32"],
    [[-1, -6], "int32"],
  ]); // prettier-ignore
  t.equal(ops.bitwiseOr([5, 6], ops.array([1, 1], "uint8")).dtype, "uint8");
  t.strictSame(ops.bitwiseInvert([true, false]).array(), [false, true]);
  t.throws(() => ops.bitwiseInvert([0.5]), { name: "DtypeError", where: "bitwiseInvert" });
  t.throws(() => ops.bitwiseNot(tf.constant([1, 2])), { name: "DtypeError", where: "bitwiseNot" });
});

t.test("the LU factors of any matrix have gradients", async (t) => {
  for (const [rows, columns] of [[2, 4], [4, 2], [3, 3]] as const) {
    const x = ops.add(numbers(2, rows, columns), ops.multiply(ops.eye(rows, columns), 4));
    const [weights, direction] = [ops.cos(numbers(2, rows, columns)), ops.sin(ops.multiply(numbers(2, rows, columns), 2))];
    const value = (x: tf.Tensor): tf.Tensor => ops.sum(ops.multiply(ops.luFactor(x)[0]!, weights));
    const tape = new tf.GradientTape();
    tape.watch(x);
    const gradient = tape.gradient(tape.record(() => value(x)), x)!; // prettier-ignore
    const [up, down] = [1e-2, -1e-2].map((h) => value(ops.add(x, ops.multiply(direction, h))).item());
    const slope = (up! - down!) / 2e-2;
    const expected = ops.sum(ops.multiply(gradient, direction)).item();
    t.ok(Math.abs(slope - expected) < 2e-2 * Math.max(1, Math.abs(slope)), `${rows} × ${columns}: ${slope}, ${expected}`);
  }
}); // prettier-ignore

t.test("sequences of strings are filled up with strings", async (t) => {
  const { padSequences } = tf.keras.utils;
  const sequences = [["a"], ["b", "c"], ["d", "e", "f"]];
  t.strictSame(padSequences(sequences, { dtype: "string", maxlen: 2, value: "-" }), [["-", "a"], ["b", "c"], ["e", "f"]]);
  t.strictSame(padSequences(sequences, { dtype: "string", padding: "post" })[0], ["a", "", ""]);
  for (const [given, options] of [
    [sequences, {}],
    [[[1]], { value: "-" }],
    [[[1]], { dtype: "string" }],
    ["ab", {}],
    [[1, 2], {}],
    [[[1]], { maxlen: -1 }],
    [[[1]], { maxlen: 1.5 }],
  ]) t.throws(() => padSequences(given as never, options as never), { name: "ArgumentError" }, JSON.stringify([given, options]));
}); // prettier-ignore

t.test("penalties and constraints take arrays", async (t) => {
  const { constraints, regularizers } = tf.keras;
  t.ok(Math.abs(constraints.maxNorm(1)([[3], [4]]).array<number[][]>()[0]![0]! - 0.6) < 1e-6);
  t.equal(regularizers.orthogonalRegularizer({ factor: 1 })([[1, 0], [0, 1]]).item(), 0);
  t.equal(regularizers.orthogonalRegularizer()([[1, 2]]).item(), 0, "one vector makes no pair");
  t.throws(() => regularizers.orthogonalRegularizer()([1, 2]), { name: "ShapeError" });
}); // prettier-ignore
