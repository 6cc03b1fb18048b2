// Elementwise kernels: broadcasting, every length around the vector's, special values, and any split of the range.

import fc from "fast-check";
import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { walk } from "../../lib/ops/broadcasting.js";
import { Block, builds, Harness } from "./harness.js";
import { broadcastIndices, generator, specials } from "./reference.js";

const fround = Math.fround;
const lengths = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100];

type Arithmetic = (a: number, b: number) => number;
const larger: Arithmetic = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b));
const smaller: Arithmetic = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b));

/** NumPy's mod and floor_divide. */
const mod: Arithmetic = (a, b) => {
  const rest = a % b;
  if (Number.isNaN(rest)) return NaN;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return rest < 0 !== b < 0 ? fround(rest + b) : rest;
};
const floorDivide: Arithmetic = (a, b) => {
  if (b === 0) return fround(a / b);
  const rest = a % b;
  if (Number.isNaN(rest)) return NaN;
  let quotient = fround(fround(a - rest) / b);
  if (rest !== 0 && rest < 0 !== b < 0) quotient = fround(quotient - 1);
  return quotient === 0 ? (Math.sign(a / b) < 0 || Object.is(a / b, -0) ? -0 : 0) : Math.round(quotient);
};

const floatKernels = {
  add: [kernels.add_f32, (a, b) => a + b],
  sub: [kernels.sub_f32, (a, b) => a - b],
  mul: [kernels.mul_f32, (a, b) => a * b],
  div: [kernels.div_f32, (a, b) => a / b],
  maximum: [kernels.maximum_f32, larger],
  minimum: [kernels.minimum_f32, smaller],
  mod: [kernels.mod_f32, mod],
  fmod: [kernels.fmod_f32, (a, b) => a % b],
  floordiv: [kernels.floordiv_f32, floorDivide],
  squared_difference: [kernels.squared_difference_f32, (a, b) => fround(a - b) ** 2],
  relu_grad: [kernels.relu_grad_f32, (a, b) => (b > 0 ? a : 0)],
} satisfies Record<string, readonly [typeof kernels.add_f32, Arithmetic]>;

const wrap = (x: number) => x | 0;
const quotient = (a: number, b: number) => (b === 0 ? 0 : wrap(Math.trunc(a / b)));
const floorQuotient = (a: number, b: number) => (b === 0 ? 0 : wrap(Math.floor(a / b)));
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

const integerKernels = {
  add: [kernels.add_i32, (a, b) => wrap(a + b)],
  sub: [kernels.sub_i32, (a, b) => wrap(a - b)],
  mul: [kernels.mul_i32, Math.imul],
  maximum: [kernels.maximum_i32, Math.max],
  minimum: [kernels.minimum_i32, Math.min],
  floordiv: [kernels.floordiv_i32, floorQuotient],
  mod: [kernels.mod_i32, (a, b) => (b === 0 ? 0 : wrap(a - Math.imul(floorQuotient(a, b), b)))],
  fmod: [kernels.fmod_i32, (a, b) => (b === 0 ? 0 : wrap(a - Math.imul(quotient(a, b), b)))],
  gcd: [kernels.gcd_i32, (a, b) => wrap(gcd(a, b))],
  and: [kernels.and_i32, (a, b) => a & b],
  or: [kernels.or_i32, (a, b) => a | b],
  xor: [kernels.xor_i32, (a, b) => a ^ b],
  shift_left: [kernels.shift_left_i32, (a, b) => (b >>> 0 < 32 ? wrap(a << b) : 0)],
  shift_right: [kernels.shift_right_i32, (a, b) => a >> (b >>> 0 < 32 ? b : 31)],
} satisfies Record<string, readonly [typeof kernels.add_i32, Arithmetic]>;

/** A shape, and two operands of it with some axes broadcast. */
const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom("both", "a", "b")), { maxLength: 5 }).map((axes) => ({
  output: axes.map(([size]) => size),
  a: axes.map(([size, kept]) => (kept === "b" ? 1 : size)),
  b: axes.map(([size, kept]) => (kept === "a" ? 1 : size)),
}));
const product = (shape: readonly number[]) => shape.reduce((x, y) => x * y, 1);
const cutsOf = (fractions: readonly number[], size: number) => fractions.map((fraction) => Math.floor(fraction * (size + 1)));
const fractions = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 });

for (const build of builds) {
  const harness = new Harness(build);

  for (const [name, [kernel, exact]] of Object.entries(floatKernels)) {
    t.test(`${name}_f32 at special values and every short length (${build})`, async (t) => {
      harness.reset();
      const pairs = specials.flatMap((a) => specials.map((b) => [fround(a), fround(b)] as const));
      for (const n of [...lengths, pairs.length]) {
        harness.reset();
        const some = pairs.slice(0, n);
        const a = harness.floats(some.map(([x]) => x));
        const b = harness.floats(some.map(([, x]) => x));
        const y = harness.floats(n + 1);
        harness.run(kernel({ a, b, y, sizes: [n], aStrides: [1], bStrides: [1] }, n));
        t.equal(y.view[n], 12345, "nothing behind the end is written");
        some.forEach(([p, q], i) => {
          const expected = fround(exact(p, q));
          const same =
            name === "maximum" || name === "minimum" || name === "fmod" ? y.view[i] === expected : Object.is(y.view[i], expected);
          if (!same && !(Number.isNaN(y.view[i]) && Number.isNaN(expected)))
            t.fail(`${name}(${p}, ${q}) is ${y.view[i]}, expected ${expected}`);
        });
      }
    });
  }

  t.test(`int32 kernels wrap, and divide by zero to zero (${build})`, async (t) => {
    const values = [0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 255, 65536, 2147483647, -2147483648, -2147483647, 123456789];
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    for (const [name, [kernel, exact]] of Object.entries(integerKernels)) {
      harness.reset();
      const a = harness.ints(pairs.map(([x]) => x));
      const b = harness.ints(pairs.map(([, x]) => x));
      const y = harness.ints(pairs.length);
      harness.run(kernel({ a, b, y, sizes: [pairs.length], aStrides: [1], bStrides: [1] }, pairs.length));
      pairs.forEach(([p, q], i) => {
        if (y.view[i] !== exact(p, q)) t.fail(`${name}(${p}, ${q}) is ${y.view[i]}, expected ${exact(p, q)}`);
      });
    }
  });

  t.test(`broadcasting agrees with index arithmetic, and any split gives the same bytes (${build})`, async (t) => {
    fc.assert(
      fc.property(shapes, fractions, fc.integer(), (shape, parts, seed) => {
        harness.reset();
        const next = generator(seed);
        const size = product(shape.output);
        const { sizes, strides } = walk("test", shape.output, [shape.a, shape.b]);
        const a = harness.floats(Float32Array.from({ length: product(shape.a) }, () => next() - 0.5));
        const b = harness.floats(Float32Array.from({ length: product(shape.b) }, () => next() - 0.5));
        const [of, ob] = [broadcastIndices(shape.output, shape.a), broadcastIndices(shape.output, shape.b)];
        const args = { a, b, sizes, aStrides: strides[0]!, bStrides: strides[1]! };
        const y = harness.floats(size);
        harness.run(kernels.sub_f32({ ...args, y }, size), cutsOf(parts, size));
        const z = harness.bytes(size);
        harness.run(kernels.less_f32({ ...args, y: z }, size), cutsOf(parts, size));
        for (let i = 0; i < size; i++) {
          const [p, q] = [a.view[of[i]!]!, b.view[ob[i]!]!];
          if (y.view[i] !== fround(p - q)) throw new Error(`sub: element ${i} is ${y.view[i]}, expected ${fround(p - q)}`);
          if (z.view[i] !== Number(p < q)) throw new Error(`less: element ${i} is ${z.view[i]}, expected ${Number(p < q)}`);
        }
      }),
      { numRuns: 300 },
    );
    t.pass();
  });

  t.test(`where broadcasts its three inputs (${build})`, async (t) => {
    fc.assert(
      fc.property(shapes, fractions, fc.integer(), fc.boolean(), (shape, parts, seed, wide) => {
        harness.reset();
        const next = generator(seed);
        const size = product(shape.output);
        const c = harness.bytes(Array.from({ length: size }, () => Number(next() < 0.5)));
        const { sizes, strides } = walk("test", shape.output, [shape.a, shape.b, shape.output]);
        const numbers = (n: number) => Array.from({ length: n }, () => Math.floor(next() * 256));
        const make = (content: number[] | number): Block<Int32Array | Uint8Array> =>
          wide ? harness.ints(content) : harness.bytes(content);
        const a = make(numbers(product(shape.a)));
        const b = make(numbers(product(shape.b)));
        const y = make(size);
        const [of, ob] = [broadcastIndices(shape.output, shape.a), broadcastIndices(shape.output, shape.b)];
        const args = { a, b, c, y, sizes, aStrides: strides[0]!, bStrides: strides[1]!, cStrides: strides[2]! };
        harness.run((wide ? kernels.where_32 : kernels.where_8)(args, size), cutsOf(parts, size));
        for (let i = 0; i < size; i++) {
          const expected = c.view[i] ? a.view[of[i]!] : b.view[ob[i]!];
          if (y.view[i] !== expected) throw new Error(`element ${i} is ${y.view[i]}, expected ${expected}`);
        }
      }),
      { numRuns: 200 },
    );
    t.pass();
  });

  t.test(`casts truncate, saturate, wrap and test for zero (${build})`, async (t) => {
    const floats = [0, -0, 0.5, -0.5, 1.9, -1.9, 255, 256, 300.7, -1, 2147483648, -2147483649, 1e20, NaN, Infinity, -Infinity, 2 ** -149];
    const clamp = (x: number) => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), -2147483648), 2147483647));
    const ints = [0, 1, -1, 255, 256, 257, -255, 2147483647, -2147483648, 16777217];
    const octets = [0, 1, 2, 127, 128, 255, 3, 4, 5, 6, 7, 8, 9];
    const check = (
      name: string,
      kernel: typeof kernels.cast_f32_i32,
      given: Block<Float32Array | Int32Array | Uint8Array>,
      y: Block<Float32Array | Int32Array | Uint8Array>,
      exact: (x: number) => number,
    ) => {
      harness.run(kernel({ x: given, y }, given.view.length), [3, 7]);
      t.strictSame(Array.from(y.view), Array.from(given.view, exact), name);
    };
    harness.reset();
    const [f, i, u] = [harness.floats(floats), harness.ints(ints), harness.bytes(octets)];
    check("f32 to i32", kernels.cast_f32_i32, f, harness.ints(floats.length), (x) => clamp(x) + 0);
    check("f32 to u8", kernels.cast_f32_u8, f, harness.bytes(floats.length), (x) => clamp(x) & 255);
    check("f32 to bool", kernels.cast_f32_bool, f, harness.bytes(floats.length), (x) => Number(x !== 0));
    check("i32 to f32", kernels.cast_i32_f32, i, harness.floats(ints.length), fround);
    check("i32 to u8", kernels.cast_i32_u8, i, harness.bytes(ints.length), (x) => x & 255);
    check("i32 to bool", kernels.cast_i32_bool, i, harness.bytes(ints.length), (x) => Number(x !== 0));
    check("u8 to f32", kernels.cast_u8_f32, u, harness.floats(octets.length), (x) => x);
    check("u8 to i32", kernels.cast_u8_i32, u, harness.ints(octets.length), (x) => x);
    check("u8 to bool", kernels.cast_u8_bool, u, harness.bytes(octets.length), (x) => Number(x !== 0));
  });

  t.test(`maps give the same bytes however the range is split, also in place (${build})`, async (t) => {
    const values = Float32Array.from({ length: 203 }, (_, i) => Math.sin(i) * 12);
    for (const kernel of [kernels.exp_f32, kernels.tanh_f32, kernels.relu_f32, kernels.gelu_f32, kernels.sin_f32, kernels.round_f32]) {
      harness.reset();
      const x = harness.floats(values);
      const y = harness.floats(203);
      harness.run(kernel({ x, y }, 203));
      const pieces = harness.floats(203);
      harness.run(kernel({ x, y: pieces }, 203), [1, 6, 7, 100, 202]);
      t.strictSame(pieces.view, y.view);
      harness.run(kernel({ x, y: x }, 203));
      t.strictSame(x.view, y.view);
    }
  });
}
