// Reductions along the middle axis of [outer, reduced, inner], in blocks and whole, against sums in float64; scans; places of extrema.

import fc from "fast-check";
import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness } from "./harness.js";
import { generator } from "./reference.js";

const shapes = fc.record({
  outer: fc.integer({ min: 1, max: 4 }),
  reduced: fc.constantFrom(1, 2, 3, 4, 5, 15, 16, 17, 64, 100, 1023, 1024, 1025, 1040, 2100),
  inner: fc.constantFrom(1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 130),
  block: fc.constantFrom(1, 3, 16, 256, 5000),
  seed: fc.integer(),
  parts: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 3 }),
});

/** The elements of one block of one column. */
function columnOf(x: ArrayLike<number>, reduced: number, inner: number, o: number, first: number, length: number, c: number): number[] {
  return Array.from({ length }, (_, r) => x[(o * reduced + first + r) * inner + c]!);
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const floats = {
  sum: [kernels.sum_f32, sum],
  mean: [kernels.mean_f32, (values, count) => sum(values) / count],
  prod: [kernels.prod_f32, (values) => values.reduce((a, b) => a * b, 1)],
  max: [kernels.max_f32, (values) => Math.max(...values)],
  min: [kernels.min_f32, (values) => Math.min(...values)],
} satisfies Record<string, readonly [typeof kernels.sum_f32, (values: readonly number[], count: number) => number]>;
const integers = {
  sum: [kernels.sum_i32, (values) => values.reduce((a, b) => (a + b) | 0, 0)],
  prod: [kernels.prod_i32, (values) => values.reduce(Math.imul, 1)],
  max: [kernels.max_i32, (values) => Math.max(...values)],
  min: [kernels.min_i32, (values) => Math.min(...values)],
} satisfies Record<string, readonly [typeof kernels.sum_i32, (values: readonly number[]) => number]>;
const octets = {
  max: [kernels.max_u8, (values) => Math.max(...values)],
  min: [kernels.min_u8, (values) => Math.min(...values)],
} satisfies Record<string, readonly [typeof kernels.max_u8, (values: readonly number[]) => number]>;

for (const build of builds) {
  const harness = new Harness(build);

  t.test(`reductions agree with JavaScript's, however they are cut (${build})`, async (t) => {
    const kinds = [
      ...Object.entries(floats).map(([name, [kernel, exact]]) => ({ name: `${name}_f32`, kernel, exact, kind: "float" as const })),
      ...Object.entries(integers).map(([name, [kernel, exact]]) => ({ name: `${name}_i32`, kernel, exact, kind: "int" as const })),
      ...Object.entries(octets).map(([name, [kernel, exact]]) => ({ name: `${name}_u8`, kernel, exact, kind: "byte" as const })),
    ];
    for (const { name, kernel, exact, kind } of kinds) {
      fc.assert(
        fc.property(shapes, ({ outer, reduced, inner, block, seed, parts }) => {
          harness.reset();
          const next = generator(seed);
          const size = outer * reduced * inner;
          const content = Array.from({ length: size }, () => (kind === "float" ? (next() - 0.3) * 1.7 : Math.floor(next() * 256)));
          const x = kind === "float" ? harness.floats(content) : kind === "int" ? harness.ints(content) : harness.bytes(content);
          const blocks = Math.ceil(reduced / block);
          const total = outer * blocks * inner;
          const y = kind === "float" ? harness.floats(total) : kind === "int" ? harness.ints(total) : harness.bytes(total);
          const units = outer * blocks * Math.ceil(inner / 64);
          const cuts = parts.map((part) => Math.floor(part * (units + 1)));
          harness.run(kernel({ x, y, reduced, inner, block, count: reduced }, units), cuts);
          for (let o = 0; o < outer; o++) {
            for (let b = 0; b < blocks; b++) {
              for (let c = 0; c < inner; c++) {
                const values = columnOf(x.view, reduced, inner, o, b * block, Math.min(block, reduced - b * block), c);
                const found = y.view[(o * blocks + b) * inner + c]!;
                const expected = exact(values, reduced);
                const scale = name.startsWith("prod") ? Math.abs(expected) : sum(values.map(Math.abs)) + sum(values.map((v) => v * v));
                const allowed = kind === "float" ? 3e-6 * scale + 1e-37 : 0;
                if (!(Math.abs(found - expected) <= allowed))
                  throw new Error(`${name} [${o}, ${b}, ${c}] is ${found}, expected ${expected}`);
              }
            }
          }
        }),
        { numRuns: 12 },
      );
      t.pass(name);
    }
  });

  t.test(`sums of many numbers stay accurate (${build})`, async (t) => {
    harness.reset();
    const n = 1 << 20;
    const next = generator(7);
    const x = harness.floats(Float32Array.from({ length: n }, () => next()));
    const y = harness.floats(1);
    harness.run(kernels.sum_f32({ x, y, reduced: n, inner: 1, block: n, count: 1 }, 1));
    const exact = x.view.reduce((a, b) => a + b, 0);
    t.ok(Math.abs(y.view[0]! / exact - 1) < 5e-6, `${y.view[0]} for ${exact}`);
  });

  t.test(`extrema carry NaN, and an empty row gives the neutral element (${build})`, async (t) => {
    harness.reset();
    const x = harness.floats([1, NaN, 3, 4, 5, 6, 7, 8, 9, 10]);
    const y = harness.floats(1);
    for (const kernel of [kernels.max_f32, kernels.min_f32, kernels.sum_f32]) {
      harness.run(kernel({ x, y, reduced: 10, inner: 1, block: 10, count: 1 }, 1));
      t.ok(Number.isNaN(y.view[0]));
    }
    harness.run(kernels.sum_f32({ x, y, reduced: 0, inner: 1, block: 1, count: 1 }, 1));
    t.equal(y.view[0], 0);
    // Down columns too, in whichever row: of the quarters that go together, of the rest, and in columns beyond the whole vectors.
    const [rows, inner] = [23, 7];
    for (const kernel of [kernels.max_f32, kernels.min_f32, kernels.mean_f32]) {
      for (let at = 0; at < rows * inner; at++) {
        harness.reset();
        const x = harness.floats(Array.from({ length: rows * inner }, (_, i) => (i === at ? NaN : (i * 7) % 31)));
        const y = harness.floats(inner);
        harness.run(kernel({ x, y, reduced: rows, inner, block: rows, count: rows }, 1));
        const found = [...y.view].map(Number.isNaN);
        if (found.some((isNaN, c) => isNaN !== (c === at % inner))) throw new Error(`NaN at ${at} gives ${[...y.view].join()}`);
      }
    }
  });

  t.test(`places of extrema are those of the first, or of the first NaN (${build})`, async (t) => {
    fc.assert(
      fc.property(shapes, ({ outer, reduced, inner, seed, parts }) => {
        harness.reset();
        const next = generator(seed);
        const special = [NaN, Infinity, -Infinity, 0, -0];
        const value = () => (next() < 0.02 ? special[Math.floor(next() * 5)]! : Math.floor(next() * 8));
        const floats = harness.floats(Float32Array.from({ length: outer * reduced * inner }, value));
        const y = harness.ints(outer * inner);
        const integers = harness.ints([...floats.view].map((value) => value | 0));
        const size = outer * inner;
        for (const [kernel, x, better] of [
          [kernels.argmax_f32, floats, (a: number, b: number) => a > b],
          [kernels.argmin_f32, floats, (a: number, b: number) => a < b],
          [kernels.argmax_i32, integers, (a: number, b: number) => a > b],
          [kernels.argmin_i32, integers, (a: number, b: number) => a < b],
        ] as const) {
          harness.run(
            kernel({ x, y, reduced, inner }, size),
            parts.map((part) => Math.floor(part * (size + 1))),
          );
          for (let o = 0; o < outer; o++) {
            for (let c = 0; c < inner; c++) {
              const values = columnOf(x.view, reduced, inner, o, 0, reduced, c);
              const nan = values.findIndex(Number.isNaN);
              let best = 0;
              values.forEach((v, r) => {
                if (better(v, values[best]!)) best = r;
              });
              const expected = nan >= 0 ? nan : best;
              const found = y.view[o * inner + c]!;
              if (found !== expected) throw new Error(`[${o}, ${c}] is ${found}, expected ${expected} of ${values.join()}`);
            }
          }
        }
      }),
      { numRuns: 30 },
    );
    t.pass();
  });

  t.test(`scans run along an axis in both directions (${build})`, async (t) => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ outer, reduced: length, inner, seed, parts }, reverse) => {
        harness.reset();
        const next = generator(seed);
        const x = harness.ints(Array.from({ length: outer * length * inner }, () => Math.floor(next() * 20) - 10));
        const y = harness.ints(outer * length * inner);
        const units = outer * inner;
        const cuts = parts.map((part) => Math.floor(part * (units + 1)));
        harness.run(kernels.cumsum_i32({ x, y, length, inner, reverse: Number(reverse) }, units), cuts);
        for (let o = 0; o < outer; o++) {
          for (let c = 0; c < inner; c++) {
            const values = columnOf(x.view, length, inner, o, 0, length, c);
            const found = columnOf(y.view, length, inner, o, 0, length, c);
            let sum = 0;
            const order = values.map((_, i) => (reverse ? length - 1 - i : i));
            for (const i of order)
              if (found[i] !== (sum += values[i]!)) throw new Error(`[${o}, ${i}, ${c}] is ${found[i]}, expected ${sum}`);
          }
        }
      }),
      { numRuns: 25 },
    );
    t.pass();
  });
}
