// Vector maths against JavaScript's own functions in float64: at most 4 ulp off, over the whole range of float32, and right at special
// values.

import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness } from "./harness.js";
import { erf, specials, ulps } from "./reference.js";

type Function = (x: number) => number;
const LOG2 = Math.LN2;

const functions: Readonly<Record<string, readonly [kernel: typeof kernels.exp_f32, exact: Function]>> = {
  exp: [kernels.exp_f32, Math.exp],
  exp2: [kernels.exp2_f32, (x) => 2 ** x],
  expm1: [kernels.expm1_f32, Math.expm1],
  log: [kernels.log_f32, Math.log],
  log2: [kernels.log2_f32, Math.log2],
  log10: [kernels.log10_f32, Math.log10],
  log1p: [kernels.log1p_f32, Math.log1p],
  sin: [kernels.sin_f32, Math.sin],
  cos: [kernels.cos_f32, Math.cos],
  tan: [kernels.tan_f32, Math.tan],
  asin: [kernels.asin_f32, Math.asin],
  acos: [kernels.acos_f32, Math.acos],
  atan: [kernels.atan_f32, Math.atan],
  sinh: [kernels.sinh_f32, Math.sinh],
  cosh: [kernels.cosh_f32, Math.cosh],
  tanh: [kernels.tanh_f32, Math.tanh],
  asinh: [kernels.asinh_f32, Math.asinh],
  acosh: [kernels.acosh_f32, Math.acosh],
  atanh: [kernels.atanh_f32, Math.atanh],
  erf: [kernels.erf_f32, erf],
  sigmoid: [kernels.sigmoid_f32, (x) => 1 / (1 + Math.exp(-x))],
  softplus: [kernels.softplus_f32, (x) => (x > 40 ? x : Math.log1p(Math.exp(x)))],
  sqrt: [kernels.sqrt_f32, Math.sqrt],
  rsqrt: [kernels.rsqrt_f32, (x) => 1 / Math.sqrt(x)],
  cbrt: [kernels.cbrt_f32, Math.cbrt],
};

/** Special values, every kind of bit pattern, and numbers of ordinary size. */
function arguments32(): Float32Array {
  const values: number[] = [...specials];
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let i = 0; i < 20000; i++) {
    bits[0] = next();
    values.push(float[0]!);
  }
  for (const width of [4, 250, 3e4]) for (let i = 0; i < 10000; i++) values.push((next() / 2 ** 32 - 0.5) * width);
  for (let i = 0; i < 10000; i++) values.push(Math.exp((next() / 2 ** 32 - 0.5) * 20));
  return Float32Array.from(values);
}

for (const build of builds) {
  const harness = new Harness(build);
  for (const [name, [kernel, exact]] of Object.entries(functions)) {
    t.test(`${name} is within 4 ulp of the exact value (${build})`, async (t) => {
      harness.reset();
      const x = harness.floats(arguments32());
      const y = harness.floats(x.view.length);
      harness.run(kernel({ x, y }, x.view.length));
      let worst = 0;
      let at = 0;
      x.view.forEach((value, i) => {
        const off = ulps(y.view[i]!, exact(value));
        if (off > worst) [worst, at] = [off, value];
      });
      t.ok(worst <= 4, `${worst} ulp off at ${at}`);
    });
  }

  t.test(`gelu is within 4 ulp of a positive number's, and of x itself below 0, where it does not cancel (${build})`, async (t) => {
    harness.reset();
    const x = harness.floats(arguments32());
    const y = harness.floats(x.view.length);
    harness.run(kernels.gelu_f32({ x, y }, x.view.length));
    x.view.forEach((value, i) => {
      const found = y.view[i]!;
      const exact = 0.5 * value * (1 + erf(value * Math.SQRT1_2));
      const isClose =
        value >= 0 || Number.isNaN(exact)
          ? ulps(found, exact) <= 4
          : Math.abs(found - exact) <= Math.max(Math.abs(value), 2 ** -126) * 2.5 * 2 ** -24 &&
            (value < -5 || Math.abs(found - exact) <= 1e-3 * Math.abs(exact) + 2 ** -149);
      if (!isClose) t.fail(`gelu(${value}) is ${found}, expected ${exact}`);
    });
    t.pass("all");
  });

  t.test(`gelu by a tanh is close to the exact value on both sides (${build})`, async (t) => {
    harness.reset();
    const x = harness.floats(Float32Array.from({ length: 20001 }, (_, i) => (i - 10000) / 1000));
    const y = harness.floats(x.view.length);
    harness.run(kernels.gelu_tanh_f32({ x, y }, x.view.length));
    x.view.forEach((value, i) => {
      const exact = value / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)));
      if (Math.abs(y.view[i]! - exact) > 2e-5 * Math.abs(exact) + 2 ** -149) t.fail(`at ${value} it is ${y.view[i]}, expected ${exact}`);
    });
    t.pass("all");
  });

  t.test(`pow is within 4 ulp of the exact value, with C's special cases (${build})`, async (t) => {
    harness.reset();
    const bases = [...specials, 2, 3, 10, -2, -3, 1.5, -1.5, 0.99999994, 1.0000001, 1e-20, 1e20];
    const exponents = [...specials, 2, 3, -2, -3, 0.5, -0.5, 1 / 3, 31, 127.5, -149, 2 ** 24 + 2, 1e6];
    const a = harness.floats(Float32Array.from(bases.flatMap((base) => exponents.map(() => base))));
    const b = harness.floats(Float32Array.from(bases.flatMap(() => exponents)));
    const n = a.view.length;
    const y = harness.floats(n);
    harness.run(kernels.pow_f32({ a, b, y, sizes: [n], aStrides: [1], bStrides: [1] }, n));
    // JavaScript differs from C: 1 to the power of NaN or an infinity is 1 there.
    const power = (x: number, e: number): number => (x === 1 || (x === -1 && Math.abs(e) === Infinity) ? 1 : x ** e);
    a.view.forEach((base, i) => {
      const off = ulps(y.view[i]!, power(base, b.view[i]!));
      if (off > 4) t.fail(`${base} to the power of ${b.view[i]} is ${y.view[i]}, expected ${power(base, b.view[i]!)}`);
    });
  });

  t.test(`atan2 is within 4 ulp of the exact value in all quadrants (${build})`, async (t) => {
    harness.reset();
    const values = [...specials, 2, -2, 1e-20, -1e-20, 1e20, 3.7, -0.3];
    const a = harness.floats(Float32Array.from(values.flatMap((y) => values.map(() => y))));
    const b = harness.floats(Float32Array.from(values.flatMap(() => values)));
    const n = a.view.length;
    const y = harness.floats(n);
    harness.run(kernels.atan2_f32({ a, b, y, sizes: [n], aStrides: [1], bStrides: [1] }, n));
    a.view.forEach((top, i) => {
      const off = ulps(y.view[i]!, Math.atan2(top, b.view[i]!));
      if (off > 4) t.fail(`atan2(${top}, ${b.view[i]}) is ${y.view[i]}, expected ${Math.atan2(top, b.view[i]!)}`);
    });
  });

  t.test(`erfinv undoes erf (${build})`, async (t) => {
    harness.reset();
    const x = harness.floats(Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) / 1000));
    const y = harness.floats(x.view.length);
    harness.run(kernels.erfinv_f32({ x, y }, x.view.length));
    x.view.forEach((value, i) => {
      const back = Math.abs(value) === 1 ? Math.sign(y.view[i]!) * Number(y.view[i] === Infinity * value) : erf(y.view[i]!);
      if (!(Math.abs(back - value) < 3e-7)) t.fail(`erf(erfinv(${value})) is ${back}`);
    });
  });

  t.test(`logarithms of powers of the base are whole (${build})`, async (t) => {
    harness.reset();
    const x = harness.floats(Float32Array.from({ length: 200 }, (_, i) => 2 ** (i - 100)));
    const y = harness.floats(200);
    harness.run(kernels.log2_f32({ x, y }, 200));
    t.strictSame(
      Array.from(y.view),
      Array.from(x.view, (value) => Math.round(Math.log(value) / LOG2)),
    );
  });
}
