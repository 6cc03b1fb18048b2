// Results of operations on integers, truths and halves have the dtypes and values that Keras gives (jax.numpy's, where backends differ).

import t from "tap";
import type { Tensor } from "../../lib/index.js";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
const of = (dtype: string, values: unknown = [[1, 2, 3], [5, 0, 7]]) => ops.cast(tf.constant(values as number[]), dtype); // prettier-ignore
const told = (x: Tensor) => [x.dtype, ...x.data()];

t.test("sums and products of integers without a sign are uint32, of all others int32", async (t) => {
  const wanted: Record<string, string> = { bool: "int32", uint8: "uint32", int8: "int32", uint16: "uint32", int16: "int32", uint32: "uint32", int32: "int32" }; // prettier-ignore
  for (const [dtype, result] of Object.entries(wanted)) {
    const x = of(dtype, [[1, 2], [3, 4]]); // prettier-ignore
    for (const f of [ops.sum, ops.prod, ops.nansum, ops.nanprod, ops.trace] as ((x: Tensor) => Tensor)[]) {
      t.equal(f(x).dtype, result, `${dtype}`);
      t.same(told(tf.function(f)(x)), told(f(x)));
    }
    t.equal(ops.sum(x, { axis: 0 }).dtype, result);
  }
  t.same(told(ops.sum(tf.constant([4294967295, 4294967295], { dtype: "uint32" }))), ["uint32", 4294967294], "wraps as uint32 does");
  t.same(told(ops.prod(tf.constant([65536, 65535], { dtype: "uint32" }))), ["uint32", 4294901760]);
  t.same(told(ops.sum(tf.constant([200, 100], { dtype: "uint8" }))), ["uint32", 300]);
});

t.test("matmul of integers is of the dtype in which they meet; int8 with int8 is int32", async (t) => {
  const pairs: [string, string, string][] = [
    ["bool", "bool", "bool"], ["bool", "int8", "int8"], ["uint8", "uint8", "uint8"], ["uint8", "int8", "int16"], ["int8", "int8", "int32"],
    ["int16", "int8", "int16"], ["uint16", "uint16", "uint16"], ["uint32", "uint8", "uint32"], ["int32", "uint32", "int32"],
  ]; // prettier-ignore
  for (const [a, b, wanted] of pairs) {
    const [x, y] = [of(a), of(b, [[1, 0], [0, 1], [1, 1]])]; // prettier-ignore
    const product = ops.matmul(x, y);
    t.same(told(product), [wanted, ...(a === "bool" && b === "bool" ? [1, 1, 1, 1] : a === "bool" ? [2, 2, 2, 1] : [4, 5, 12, 7])]);
    t.same(told(tf.function((p: Tensor, q: Tensor) => ops.matmul(p, q))(x, y)), told(product));
  }
  t.same(told(ops.matmul(of("uint8", [[16, 16]]), of("uint8", [[16], [1]]))), ["uint8", 16], "wraps"); // prettier-ignore
  t.same(told(ops.matmul(of("int8", [[100, 100]]), of("int8", [[100], [100]]))), ["int32", 20000]); // prettier-ignore
});

t.test("arithmetic on truths is on int32 where there is none on truths", async (t) => {
  const [a, b] = [of("bool", [1, 0, 1]), of("bool", [1, 1, 1])];
  t.same(told(ops.square(a)), ["int32", 1, 0, 1]);
  t.same(told(ops.mod(a, b)), ["int32", 0, 0, 0]);
  t.same(told(ops.fmod(a, b)), ["int32", 0, 0, 0]);
  t.same(told(ops.floorDivide(a, b)), ["int32", 1, 0, 1]);
  t.same(told(ops.power(a, b)), ["int32", 1, 0, 1]);
  t.same(told(ops.tril(of("bool", [[1, 1], [1, 1]]))), ["bool", 1, 0, 1, 1]); // prettier-ignore
  t.same(told(ops.triu(of("bool", [[1, 1], [1, 1]]))), ["bool", 1, 1, 0, 1]); // prettier-ignore
});

t.test("logaddexp of numbers without a sign has no difference that wraps", async (t) => {
  for (const dtype of ["bool", "uint8", "uint16", "uint32", "int8"]) {
    const y = ops.logaddexp(of(dtype, [0, 1]), of(dtype, [1, 0]));
    t.equal(y.dtype, "float32");
    for (const value of y.data()) t.ok(Math.abs(value - 1.3132617) < 1e-5, `${dtype}: ${value}`);
    for (const value of ops.logaddexp2(of(dtype, [0, 1]), of(dtype, [1, 0])).data()) t.ok(Math.abs(value - 1.5849625) < 1e-5);
  }
});

t.test("operations on bits, and divisors, take whole numbers", async (t) => {
  const binary = { bitwiseAnd: 1, bitwiseOr: 7, bitwiseXor: 6, leftShift: 40, rightShift: 0, gcd: 1, lcm: 15 } as const;
  for (const [name, value] of Object.entries(binary) as [keyof typeof binary, number][]) {
    const f = ops[name] as (a: tf.TensorLike, b: tf.TensorLike) => Tensor;
    t.same(told(f(of("int16", [5]), of("int16", [3]))), ["int16", value], name);
    t.same(told(f(of("uint8", [5]), 3)), ["uint8", value], `${name} with a number`);
    t.same(told(f([5], [3])), ["int32", value], `${name} of numbers`);
    for (const dtype of ["float32", "float16", "bfloat16"])
      t.throws(() => f(of(dtype, [5]), of("int32", [3])), /given float32; expected integers/, `${name} of ${dtype}`);
    t.throws(() => f([5], 2.5), /expected integers/);
  }
  for (const name of ["leftShift", "rightShift", "gcd"] as const) t.throws(() => ops[name](of("bool", [1]), of("bool", [1])), /given bool/);
  t.throws(() => ops.ldexp(tf.constant([1]), tf.constant([0.5])), /expected integers/);
  t.same(told(ops.ldexp([1, 3], [2, 1])), ["float32", 4, 6]);
});

t.test("what a function makes is of the dtype that was asked for, or of what it was made of", async (t) => {
  for (const dtype of ["float16", "bfloat16"]) {
    t.same(told(ops.linspace(0, 1, { num: 5, dtype })), [dtype, 0, 0.25, 0.5, 0.75, 1], "no fraction is cut");
    t.equal(ops.oneHot(of(dtype, [0, 2]), 3).dtype, "float32");
    t.equal(ops.multiHot(of(dtype, [0, 2]), { numClasses: 3 }).dtype, "float32");
  }
  t.same(told(ops.linspace(0, 5, { num: 4, dtype: "int32" })), ["int32", 0, 1, 3, 5]);
  for (const dtype of ["uint8", "int16", "float16"]) {
    t.same(told(ops.vander(of(dtype, [1, 2, 3]))), [dtype, 1, 1, 1, 4, 2, 1, 9, 3, 1]);
    t.equal(ops.layerNormalization(of(dtype)).dtype, dtype);
    t.equal(ops.rmsNormalization(of(dtype)).dtype, dtype);
    t.same(told(ops.append(of(dtype, [1]), 2)), [dtype, 1, 2]);
  }
});
