// Every dtype is stored in its own width, converted as NumPy converts, and computed with as docs/dtypes.md says.

import t from "tap";
import { dtypes, type Dtype } from "../../lib/core/dtype.js";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;
const names = Object.keys(dtypes) as Dtype[];

/** What NumPy gives for an array of these values cast to the dtype. */
const interesting = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  127.9,
  128,
  -128.5,
  255,
  256,
  300,
  -300,
  32768,
  65535,
  65536,
  70000,
  -70000,
  2 ** 24,
];
const asArray: Partial<Record<Dtype, { from(values: readonly number[]): ArrayLike<number> }>> = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array,
}; // prettier-ignore

t.test("casts of floats wrap as JavaScript's typed arrays do", async (t) => {
  for (const [dtype, array] of Object.entries(asArray) as [Dtype, (typeof asArray)["int8"]][]) {
    const y = ops.cast(tf.constant(interesting), dtype);
    t.equal(y.dtype, dtype);
    t.same(
      [...y.data()],
      [...Array.from(array!.from(interesting))].map((value) => value),
      dtype,
    );
    t.same(
      [...ops.cast(y, "bool").data()],
      Array.from(array!.from(interesting), (value) => (value === 0 ? 0 : 1)),
      `${dtype} to bool`,
    );
  }
});

t.test("int32 to narrower integers keeps the lowest bits, and wider ones take them back", async (t) => {
  const values = [0, 1, -1, 127, 128, 255, 256, -129, 32767, 32768, -32769, 2147483647, -2147483648];
  for (const dtype of ["int8", "uint8", "int16", "uint16", "uint32"] as const) {
    const array = asArray[dtype]!.from(values);
    const y = ops.cast(tf.constant(values, { dtype: "int32" }), dtype);
    t.same([...y.data()], Array.from(array), dtype);
    t.same([...ops.cast(y, "float32").data()], Array.from(array, Math.fround), `${dtype} to float32`);
    if (dtype !== "uint32") t.same([...ops.cast(y, "int32").data()], Array.from(array), `${dtype} to int32`);
  }
});

t.test("all pairs of dtypes convert, eagerly and traced, to the same bytes", async (t) => {
  const small = [0, 1, 2, 3, 5, 7, 100, 1, 0, 1, 2]; // more than a vector, and a rest
  for (const from of names)
    for (const to of names) {
      const x = ops.cast(tf.constant(small), from);
      const cast = (value: tf.Tensor) => ops.cast(value, to);
      const y = cast(x);
      t.equal(y.dtype, to);
      t.same([...tf.function(cast)(x).data()], [...y.data()], `${from} to ${to}`);
      t.same([...y.data()], to === "bool" || from === "bool" ? small.map((v) => (v === 0 ? 0 : 1)) : small, `${from} to ${to}`);
    }
});

t.test("every bit pattern of a half is a float32 and comes back; what lies between goes to the nearest, ties to even", async (t) => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const { encode, decode } = dtypes[dtype].encoding!;
    const all = Float32Array.from({ length: 65536 }, (_, bits) => decode(bits));
    const narrow = ops.cast(tf.constant(all), dtype);
    const isSame = (given: ArrayLike<number>, wanted: ArrayLike<number>) =>
      given.length === wanted.length && Array.from(given).every((value, i) => Object.is(value, wanted[i]));
    t.ok(isSame(narrow.data(), all), `${dtype} holds its own values`);
    t.ok(isSame(ops.cast(narrow, "float32").data(), all), `${dtype} to float32`);
    // A third, a half and two thirds of the way to the next, beyond both ends, and denormals.
    const between: number[] = [65519.99, 65520, -65520, 1e38, 3.4e38, 1e-45, 6e-8, 2.98e-8, 2.99e-8];
    for (let bits = 1; bits < 0x7b00; bits += 37) {
      const [low, high] = [decode(bits), decode(bits + 1)];
      for (const part of [1 / 3, 0.5, 2 / 3]) between.push(Math.fround(low + (high - low) * part), -Math.fround(low + (high - low) * part));
    }
    const expected = between.map((value) => decode(encode(Math.fround(value))));
    t.ok(isSame(ops.cast(tf.constant(between), dtype).data(), expected), `float32 to ${dtype}`);
  }
});

t.test("a result's dtype is that of its operands, whatever the values", async (t) => {
  for (const dtype of names.filter((name) => name !== "bool")) {
    const x = ops.cast(tf.constant([1, 2, 3]), dtype);
    for (const number of [1, -1, 3]) {
      if (number < 0 && dtypes[dtype].range[0] === 0) continue;
      const y = ops.add(x, number);
      t.equal(y.dtype, dtype, `${dtype} + ${number}`);
      t.same([...y.data()], [1 + number, 2 + number, 3 + number]);
      t.equal(tf.function((v: tf.Tensor) => ops.multiply(v, number))(x).dtype, dtype, `traced ${dtype} · ${number}`);
    }
  }
  t.throws(() => tf.constant([1], { dtype: "uint8" }).add(300), /300 for dtype uint8/);
  t.throws(() => ops.add(tf.constant([1], { dtype: "uint8" }), -1), /-1 for dtype uint8/);
  t.throws(() => ops.cast(tf.constant([1]), "int7"), /given "int7"; expected/);
});

t.test("integers of every width add, compare, move and sum with wrapping as theirs", async (t) => {
  const wrap = { int8: 127, int16: 32767, uint16: 65535 } as const;
  for (const [dtype, most] of Object.entries(wrap) as [keyof typeof wrap, number][]) {
    const x = tf.constant([[most, 1], [2, 3]], { dtype }); // prettier-ignore
    const least = dtypes[dtype].range[0];
    for (const run of [(f: (v: tf.Tensor) => tf.Tensor) => f(x), (f: (v: tf.Tensor) => tf.Tensor) => tf.function(f)(x)]) {
      const added = run((v) => ops.add(v, tf.constant(1, { dtype })));
      t.same([added.dtype, ...added.data()], [dtype, least, 2, 3, 4]);
      const turned = run((v) => ops.transpose(v));
      t.same([turned.dtype, ...turned.data()], [dtype, most, 2, 1, 3]);
      const largest = run((v) => ops.max(v, { axis: 0 }));
      t.same([largest.dtype, ...largest.data()], [dtype, most, 3]);
      const less = run((v) => ops.less(v, 3));
      t.same([less.dtype, ...less.data()], ["bool", 0, 1, 1, 0]);
      const place = run((v) => ops.argmax(v, { axis: 1 }));
      t.same([place.dtype, ...place.data()], ["int32", 0, 1]);
      const total = run((v) => ops.sum(v));
      t.same([total.dtype, total.item()], [dtype === "uint16" ? "uint32" : "int32", most + 6]);
      const picked = run((v) => ops.take(v, tf.constant([1, 0], { dtype: "int32" }), 0));
      t.same([picked.dtype, ...picked.data()], [dtype, 2, 3, most, 1]);
      const joined = run((v) => ops.concatenate([v, v], 1));
      t.same([joined.dtype, ...joined.data()], [dtype, most, 1, most, 1, 2, 3, 2, 3]);
      const root = run((v) => ops.sqrt(v));
      t.equal(root.dtype, "float32");
    }
  }
});

t.test("narrow_uint32: uint32 holds and moves what it can; arithmetic beyond int32 says so", async (t) => {
  const x = tf.constant([4294967295, 7], { dtype: "uint32" });
  t.same([...x.data()], [4294967295, 7]);
  t.same([...ops.flip(ops.reshape(x, [1, 2]), 1).data()], [7, 4294967295]);
  t.same([...ops.cast(x, "int32").data()], [-1, 7]);
  t.same([...ops.cast(x, "float32").data()], [4294967296, 7]);
  t.throws(() => ops.less(x, x), /arithmetic on uint32: given the value 4294967295; expected values below 2 \*\* 31/);
  t.throws(() => tf.function((v: tf.Tensor) => ops.max(v))(x), /arithmetic on uint32: given the value 4294967295/);
  const y = ops.add(tf.constant([2147483647], { dtype: "uint32" }), 1);
  t.same([y.dtype, ...y.data()], ["uint32", 2147483648]);
});

t.test("operations on halves compute in float32 and round once", async (t) => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const { encode, decode } = dtypes[dtype].encoding!;
    const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => decode(encode(value)));
    const wide = tf.constant([[0.1, 1.7, -2.3, 4], [0.7, 3, 0.2, -1]]); // prettier-ignore
    const x = ops.cast(wide, dtype);
    const back = ops.cast(x, "float32");
    const table: Record<string, (v: tf.Tensor) => tf.Tensor> = {
      softmax: (v) => ops.softmax(v),
      exp: (v) => ops.exp(v),
      matmul: (v) => ops.matmul(v, ops.transpose(v)),
      mean: (v) => ops.mean(v, { axis: 0 }),
      variance: (v) => ops.var(v),
      gelu: (v) => ops.gelu(v),
      sum: (v) => ops.sum(v),
      division: (v) => ops.divide(v, 3),
      clip: (v) => ops.clip(v, -1, 1),
      sort: (v) => ops.sort(v),
      floor: (v) => ops.floor(v),
      cumsum: (v) => ops.cumsum(v),
    };
    for (const [name, f] of Object.entries(table)) {
      const y = f(x);
      t.equal(y.dtype, dtype, `${name} of ${dtype}`);
      t.same([...y.data()], rounded(f(back).data()), `${name} of ${dtype}`);
      t.same([...tf.function(f)(x).data()], [...y.data()], `traced ${name} of ${dtype}`);
    }
    t.equal(ops.argmax(x).dtype, "int32");
    t.equal(ops.greater(x, 0).dtype, "bool");
    t.equal(ops.add(x, wide).dtype, "float32");
    const tape = new tf.GradientTape();
    tape.watch(x);
    const loss = tape.record(() => ops.sum(ops.square(x)));
    const gradient = tape.gradient(loss, x)!;
    t.equal(gradient.dtype, dtype, "the gradient has the dtype of what it is of");
    t.same(
      [...gradient.data()],
      rounded(back.data()).map((value) => 2 * value),
    );
  }
});

t.test("variables, constants and arrays keep their width", async (t) => {
  for (const dtype of names) {
    const x = tf.constant([1, 0, 1], { dtype });
    const variable = new tf.Variable(x);
    t.equal(variable.dtype, dtype);
    variable.assign(ops.cast(tf.constant([0, 1, 1]), dtype));
    t.same([...variable.data()], [0, 1, 1]);
    t.match(String(x), new RegExp(`dtype=${dtype}`));
    t.equal(variable.state.bytes, 3 * dtypes[dtype].bytes);
  }
  const arrays = [Int8Array.of(-1), Int16Array.of(-1), Uint16Array.of(65535), Uint32Array.of(4294967295), BigUint64Array.of(4294967295n)];
  t.same(arrays.map((array) => tf.constant(array).dtype), ["int8", "int16", "uint16", "uint32", "uint32"]); // prettier-ignore
  t.throws(() => tf.constant(BigInt64Array.of(2n ** 40n)), /1099511627776 for dtype int32/);
  t.throws(() => tf.constant(70000, { dtype: "float16" }), /70000 for dtype float16; expected a value within ±65504/);
});

t.test("narrow_float: 64-bit integers keep what 32 bits hold, and a cast to them says what they do not", async (t) => {
  const traced = (dtype: string) => tf.function((x: tf.Tensor) => ops.cast(x, dtype));
  const kept: [string, readonly number[], readonly number[]][] = [
    ["int64", [0, -1.9, 2147483520, -2147483648, NaN, 7.9, 1], [0, -1, 2147483520, -2147483648, 0, 7, 1]],
    ["uint64", [0, -0.9, 4294967040, NaN, 7.9, 1], [0, 0, 4294967040, 0, 7, 1]],
  ];
  for (const [dtype, values, wanted] of kept) {
    t.same([...ops.cast(tf.constant(values), dtype).data()], wanted);
    t.same([...traced(dtype)(tf.constant(values)).data()], wanted);
  }
  const refused: [string, number, Dtype][] = [
    ["int64", 2 ** 31, "float32"], ["int64", -(2 ** 31) - 256, "float32"], ["int64", Infinity, "float32"], ["int64", 2 ** 31, "bfloat16"],
    ["int64", 3e9, "uint32"], ["uint64", 2 ** 32, "float32"], ["uint64", -1, "float32"], ["uint64", -1, "int32"], ["uint64", -1, "int8"],
  ]; // prettier-ignore
  for (const [dtype, value, from] of refused) {
    const x = tf.constant([0, 1, value], { dtype: from });
    const message = new RegExp(
      `to ${dtype}: given the value ${value}; expected a value within ${dtype === "int64" ? "int32" : "uint32"}, as`,
    );
    t.throws(() => ops.cast(x, dtype), message, `${value} of ${from} as ${dtype}`);
    t.throws(() => traced(dtype)(x), message, `traced: ${value} of ${from} as ${dtype}`);
  }
  for (const from of names) {
    const y = ops.cast(tf.constant([1, 0, 1], { dtype: from }), "int64");
    t.same([y.dtype, ...y.data()], ["int32", 1, 0, 1], from);
    t.same([...ops.cast(tf.constant([1, 0, 1], { dtype: from }), "uint64").data()], [1, 0, 1], from);
  }
  t.throws(() => tf.constant(2 ** 31, { dtype: "int64" as Dtype }), /int64 is kept as int32/);
});

t.test("saturateCast ends where halves end", async (t) => {
  t.same([...ops.saturateCast([1e6, -1e6, 2], "float16").data()], [65504, -65504, 2]);
  t.same([...ops.saturateCast([3.4e38, 1], "bfloat16").data()], [3.3895313892515355e38, 1]);
});
