// NaN, infinities, zeros of both signs, denormals, nothing at all, rank 0 and rank 6, in every operation. numbers.jsonl.gz holds what
// Keras answers on NumPy and, where that differs, on JAX (record-numbers.py records it); an element is right that agrees with one of them.
// The rows in this file are those whose answers a person can check.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import t from "tap";
import { toCamelCase } from "../../lib/config/names.js";
import * as tf from "../../lib/index.js";
import { repository } from "../support/sources.js";

const { keras } = tf;
const { ops } = keras;
const [I, N] = [Infinity, NaN];
const gradientOf = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => {
  const tape = new tf.GradientTape();
  tape.watch(x);
  return tape.gradient(tape.record(() => f(x)), x)!; // prettier-ignore
};

const rows: Readonly<Record<string, readonly [() => tf.Tensor, shape: readonly number[], values: readonly number[]]>> = {
  hypot: [() => ops.hypot([I, N, -I, 3, 0], [N, I, 2, 4, -0]), [5], [I, I, I, 5, 0]],
  "median between infinities": [() => ops.median([-I, I]), [], [N]],
  "median of an infinity and a number": [() => ops.median([1, I, I, -I]), [], [I]],
  "digitize, NaN behind everything": [() => ops.digitize([N, 0.5, 5, I, -I], [0, 1, 2]), [5], [3, 1, 3, 3, 0]],
  "searchsorted, NaN behind everything": [() => ops.searchsorted([0, 1, 2], [N, 1]), [2], [3, 1]],
  "gradient of prod over nothing": [() => gradientOf((x) => tf.reduceSum(ops.prod(x, { axis: 1 })), tf.zeros([2, 0])), [2, 0], []],
  "gradient of prod with one zero": [() => gradientOf((x) => ops.prod(x), tf.constant([2, 0, 3])), [3], [0, 6, 0]],
  "logaddexp of infinities": [() => ops.logaddexp([I, -I, I, N], [I, -I, -I, 1]), [4], [I, -I, I, N]],
  "logsumexp of nothing but −Infinity": [() => ops.logsumexp([-I, -I]), [], [-I]],
  "powers of zero and one": [() => ops.power([0, -1, 1, I, N], [0, I, N, 0, 0]), [5], [1, 1, 1, 1, 1]],
  "sorting puts NaN last": [() => ops.sort([3, N, -I, I, 1]), [5], [-I, 1, 3, I, N]],
  "argmax finds NaN": [() => ops.argmax([1, N, 3]), [], [1]],
  "TensorFlow's argmax passes over NaN": [() => tf.stack([tf.argmax([1, N, 3]), tf.argmax([N, 1]), tf.argmax([N, N])]), [3], [2, 1, 0]],
  "TensorFlow's argmin passes over NaN": [() => tf.stack([tf.argmin([1, N, 3]), tf.argmin([N, 1]), tf.argmin([N, I])]), [3], [0, 1, 0]],
  "cholesky of what is not positive definite": [() => ops.cholesky([[1, 2], [2, 1]]), [2, 2], [N, 0, N, N]], // prettier-ignore
  "gatherNd past coordinates outside": [
    () => tf.gatherNd([[1, 2], [3, 4]], [[5], [1], [-1]], { badIndicesPolicy: "IGNORE" }), // prettier-ignore
    [3, 2],
    [0, 0, 3, 4, 0, 0],
  ],
  "gatherNd past coordinates outside, in batches": [
    () => tf.gatherNd([[1, 2], [3, 4]], [[[2]], [[1]]], { batchDims: 1, badIndicesPolicy: "IGNORE" }), // prettier-ignore
    [2, 1],
    [0, 4],
  ],
  "scatterNd past coordinates outside": [
    () => tf.scatterNd([[5], [1], [-1]], [N, 2, 3], [3], { badIndicesPolicy: "IGNORE" }),
    [3],
    [0, 2, 0],
  ],
  "tensorScatterNdAdd past coordinates outside": [
    () => tf.tensorScatterNdAdd([1, 1, 1], [[5], [1]], [4, 2], { badIndicesPolicy: "IGNORE" }),
    [3],
    [1, 3, 1],
  ],
  "rounding halves to even": [() => ops.round([0.5, 1.5, -0.5, 2.5]), [4], [0, 2, -0, 2]],
  "roll along two axes": [
    () =>
      ops.roll(
        tf.constant([
          [0, 1, 2],
          [3, 4, 5],
        ]),
        [1, 1],
        { axis: [0, 1] },
      ),
    [2, 3],
    [5, 3, 4, 2, 0, 1],
  ],
  "linspace in integers": [() => ops.linspace(-5, 5, { num: 4, dtype: "int32" }), [4], [-5, -2, 1, 5]],
  "clip keeps NaN": [() => ops.clip([N, I, -I], 0, 1), [3], [N, 1, 0]],
  "all of nothing": [() => ops.cast(ops.all(tf.zeros([0])), "int32"), [], [1]],
  "mean of nothing": [() => ops.mean(tf.zeros([0])), [], [N]],
  "sum of rank 6": [() => ops.sum(tf.ones([1, 2, 1, 2, 1, 2]), { axis: [0, 3, -1] }), [2, 1, 1], [4, 4]],
};

for (const [name, [call, shape, values]] of Object.entries(rows))
  t.test(name, async (t) => {
    const y = call();
    t.same(y.shape, shape);
    t.ok(
      [...y.data()].every((v, i) => Object.is(v, Math.fround(values[i]!)) || v === values[i]),
      String(y),
    );
    const traced = tf.function(call)();
    t.same([...traced.data()].map(String), [...y.data()].map(String), "traced");
  });

t.test("the Jacobian of an empty batch is empty, and null where nothing connects", async (t) => {
  const x = tf.zeros([0, 3]);
  const tape = new tf.GradientTape({ persistent: true });
  tape.watch(x);
  const [y, other] = tape.record(() => [x.mul(2), tf.zeros([0, 2])]) as [tf.Tensor, tf.Tensor];
  t.same(tape.jacobian(y, x)!.shape, [0, 3, 0, 3]);
  t.equal(tape.jacobian(other, x), null);
});

t.test("masked batch normalization with one channel", async (t) => {
  const x = tf.constant([[[1], [2], [3]], [[4], [5], [6]]]); // prettier-ignore
  const mask = tf.constant([[true, true, false], [true, false, false]]); // prettier-ignore
  const y = new keras.layers.BatchNormalization()(x, { training: true, mask } as never) as tf.Tensor;
  const [mean, variance] = [7 / 3, 14 / 9];
  t.ok([...y.data()].every((v, i) => Math.abs(v - (i + 1 - mean) / Math.sqrt(variance + 1e-3)) < 1e-5));
});

/** A recorded tensor: shape, dtype and elements in base64. */
interface Recorded {
  readonly s: readonly number[];
  readonly d: string;
  readonly v: string;
}
/** A recorded argument: a tensor, a float, which JSON may not have, or a plain value. */
type Given = Recorded | { readonly n: string } | number | string | boolean | null | readonly Given[];
type Answer = Recorded | readonly Answer[];
interface Row {
  readonly op: string;
  readonly args: readonly Given[];
  readonly kwargs: Readonly<Record<string, Given>>;
  readonly numpy: Answer;
  readonly jax?: Answer;
}

const arrays: Readonly<Record<string, new (bytes: ArrayBuffer) => ArrayLike<number>>> = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};
const elementsOf = ({ d, v }: Recorded): ArrayLike<number> => new arrays[d]!(Uint8Array.from(Buffer.from(v, "base64")).buffer);
const kindOf = (dtype: string): string => (dtype === "bool" ? dtype : /float/.test(dtype) ? "float" : "int");

function argument(given: Given): unknown {
  if (Array.isArray(given)) return given.map(argument);
  if (typeof given !== "object" || given === null) return given;
  if ("n" in given) return Number(given.n);
  const { s, d } = given as Recorded;
  return tf.constant(elementsOf(given as Recorded) as Float32Array, { shape: s, dtype: d as "float32" });
}

/** Operations whose zeros have the sign that the order of their steps gives. */
const unsigned = new Set(["fmax", "fmin", "layer_normalization", "categorical_crossentropy", "sparse_categorical_crossentropy"]);

function agrees(found: number, wanted: number, isUnsigned: boolean): boolean {
  if (Object.is(found, wanted) || (isUnsigned && found === wanted)) return true;
  return (
    Number.isFinite(found) && Number.isFinite(wanted) && found !== wanted && Math.abs(found - wanted) <= 2e-5 * Math.abs(wanted) + 1e-6
  );
}

/** What of a result differs from each of the answers, or null. */
function difference(answers: readonly Answer[], y: unknown, isUnsigned: boolean): string | null {
  const [first] = answers as readonly [Answer];
  if (Array.isArray(first)) {
    if (!Array.isArray(y) || y.length !== first.length) return `${String(y)}, not ${first.length} results`;
    return (
      y
        .map((each, i) =>
          difference(
            answers.map((answer) => (answer as Answer[])[i]!),
            each,
            isUnsigned,
          ),
        )
        .find((each) => each !== null) ?? null
    );
  }
  const recorded = answers as readonly Recorded[];
  const tensor = y instanceof tf.Tensor ? y : tf.constant(y as number, { dtype: Number.isInteger(y) ? "int32" : "float32" });
  if (!recorded.some(({ s }) => String(s) === String(tensor.shape)))
    return `shape [${tensor.shape.join()}], not [${recorded[0]!.s.join()}]`;
  if (!recorded.some(({ d }) => kindOf(d) === kindOf(tensor.dtype))) return `dtype ${tensor.dtype}, not ${recorded[0]!.d}`;
  const wanted = recorded.map(elementsOf);
  const found = tensor.data();
  for (let i = 0; i < found.length; i++) {
    if (!wanted.some((each) => agrees(found[i]!, each[i]!, isUnsigned)))
      return `element ${i} is ${Object.is(found[i], -0) ? "-0" : found[i]}, not ${wanted.map((each) => (Object.is(each[i], -0) ? "-0" : each[i])).join(" or ")}`;
  }
  return null;
}

const table: Row[] = gunzipSync(readFileSync(`${repository}/test/ops/numbers.jsonl.gz`))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const byOperation = new Map<string, Row[]>();
for (const row of table) byOperation.set(row.op, [...(byOperation.get(row.op) ?? []), row]);

for (const [op, rows] of byOperation)
  t.test(`${op}: ${rows.length} recorded rows`, async (t) => {
    const name = toCamelCase(op) as "add";
    const faults: string[] = [];
    for (const row of rows) {
      const args = row.args.map(argument);
      const options = Object.fromEntries(Object.entries(row.kwargs).map(([key, value]) => [toCamelCase(key), argument(value)]));
      if (Object.keys(options).length > 0) args.push(options);
      const call = (...args: unknown[]): unknown => (ops[name] as unknown as (...args: unknown[]) => unknown)(...args);
      const text = JSON.stringify([row.args, row.kwargs], (_, value: unknown) =>
        typeof value === "object" && value !== null && "v" in value ? `${(value as Recorded).d}[${(value as Recorded).s.join()}]` : value,
      );
      const answers = row.jax ? [row.numpy, row.jax] : [row.numpy];
      for (const [mode, run] of [
        ["eagerly", call],
        ["traced", tf.function(call as (...args: never[]) => tf.Tensor)],
      ] as const) {
        let found: string | null;
        try {
          found = difference(answers, (run as typeof call)(...args), unsigned.has(op));
        } catch (error) {
          found = String(error);
        }
        if (found !== null) faults.push(`${text} ${mode}: ${found}`);
      }
    }
    t.strictSame(faults, []);
  });

t.test("the table holds every operation that computes numbers", async (t) => {
  t.ok(table.length > 2500, `${table.length} rows`);
  t.ok(byOperation.size > 230, `${byOperation.size} operations`);
});

t.test("coordinates outside are errors but with the policy that passes over them, and there is no other policy", (t) => {
  for (const badIndicesPolicy of ["", "DEFAULT", "ERROR"]) {
    t.throws(() => tf.gatherNd([1, 2], [[5]], { badIndicesPolicy }), { name: "ValueError" });
    t.throws(() => tf.scatterNd([[5]], [1], [2], { badIndicesPolicy }), { name: "ValueError" });
  }
  t.throws(() => tf.gatherNd([1, 2], [[0]], { badIndicesPolicy: "SKIP" }), { name: "ArgumentError", message: /badIndicesPolicy.*IGNORE/ });
  t.throws(() => tf.scatterNd([[0]], [1], [2], { badIndicesPolicy: "SKIP" }), { name: "ArgumentError" });
  t.end();
});

t.test("a TensorArray takes its size by its place; strings are formatted in quotes", (t) => {
  const list = new tf.TensorArray("float32", 2).write(0, 1).write(1, 3);
  t.strictSame(list.stack().array(), [1, 3]);
  t.strictSame(new tf.TensorArray("float32", 0, true).write(0, 4).stack().array(), [4]);
  t.throws(() => new tf.TensorArray("float32", 2).write(2, 1), { name: "ValueError" });
  t.throws(() => Reflect.construct(tf.TensorArray, ["float32", 0, true, 5]), { name: "ArgumentError" });
  t.equal(tf.strings.format("{} of {}", [tf.range(8), "s"] as never), '[0 1 2 ... 5 6 7] of "s"');
  t.end();
});
