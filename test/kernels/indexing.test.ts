// Copies by strides, rows picked and put by indices, and sorting.

import fc from "fast-check";
import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness } from "./harness.js";
import { generator } from "./reference.js";

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const cutsOf = (parts: readonly number[], size: number) => parts.map((part) => Math.floor(part * (size + 1)));
const parts = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 });

/** Axes with steps through another tensor; `offset` keeps every place at or above 0. */
const views = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 5 })
  .map((axes) => {
    let [low, high] = [0, 0];
    for (const [size, stride] of axes) {
      low += Math.min(0, (size - 1) * stride);
      high += Math.max(0, (size - 1) * stride);
    }
    return { sizes: axes.map(([size]) => size), strides: axes.map(([, stride]) => stride), offset: -low, length: high - low + 1 };
  });

/** Where each element of a view lies, innermost axis first. */
function placesOf({ sizes, strides, offset }: { sizes: number[]; strides: number[]; offset: number }): number[] {
  return Array.from({ length: product(sizes) }, (_, i) => {
    let place = offset;
    sizes.forEach((size, axis) => {
      place += (i % size) * strides[axis]!;
      i = Math.floor(i / size);
    });
    return place;
  });
}

for (const build of builds) {
  const harness = new Harness(build);

  t.test(`views are gathered and scattered by their strides (${build})`, async (t) => {
    fc.assert(
      fc.property(views, parts, fc.boolean(), (view, cuts, wide) => {
        harness.reset();
        const places = placesOf(view);
        const n = places.length;
        const make = (content: ArrayLike<number> | number) => (wide ? harness.ints(content) : harness.bytes(content));
        const x = make(Array.from({ length: view.length }, (_, i) => (i * 7) % 251));
        const y = make(n);
        harness.run((wide ? kernels.gather_view_32 : kernels.gather_view_8)({ x, y, ...view }, n), cutsOf(cuts, n));
        places.forEach((place, i) => {
          if (y.view[i] !== x.view[place]) throw new Error(`gathered element ${i} is ${y.view[i]}, expected ${x.view[place]}`);
        });
        if (view.strides.includes(0) || new Set(places).size !== n) return;
        const from = make(Array.from({ length: n }, (_, i) => i % 200));
        const to = make(Array.from({ length: view.length }, () => 222));
        harness.run((wide ? kernels.scatter_view_32 : kernels.scatter_view_8)({ x: from, y: to, ...view }, n), cutsOf(cuts, n));
        const expected = Array.from({ length: view.length }, () => 222);
        places.forEach((place, i) => (expected[place] = from.view[i]!));
        expected.forEach((value, i) => {
          if (to.view[i] !== value) throw new Error(`scattered element ${i} is ${to.view[i]}, expected ${value}`);
        });
      }),
      { numRuns: 300 },
    );
    t.pass();
  });

  t.test(`matrices are transposed at all sizes around the tile's (${build})`, async (t) => {
    for (const rows of [1, 2, 3, 4, 5, 8, 33]) {
      for (const columns of [1, 3, 4, 31, 32, 33, 70]) {
        harness.reset();
        const batch = 2;
        const x = harness.ints(Array.from({ length: batch * rows * columns }, (_, i) => i));
        const y = harness.ints(batch * rows * columns);
        harness.run(kernels.transpose_32({ x, y, rows, columns }, batch * Math.ceil(columns / 32)), [1]);
        for (let b = 0; b < batch; b++)
          for (let r = 0; r < rows; r++)
            for (let c = 0; c < columns; c++)
              if (y.view[(b * columns + c) * rows + r] !== x.view[(b * rows + r) * columns + c])
                t.fail(`${rows}x${columns}: [${b}, ${r}, ${c}]`);
      }
    }
  });

  const rowsOf = fc.record({
    outer: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 7 }),
    count: fc.integer({ min: 1, max: 9 }),
    inner: fc.constantFrom(1, 2, 3, 4, 5, 31, 32, 33, 70),
    seed: fc.integer(),
    cuts: parts,
  });

  t.test(`rows are taken and added by indices, negative ones from the end, none from outside (${build})`, async (t) => {
    fc.assert(
      fc.property(rowsOf, ({ outer, length, count, inner, seed, cuts }) => {
        harness.reset();
        const next = generator(seed);
        const indices = harness.ints(Array.from({ length: count }, () => Math.floor(next() * (2 * length + 4)) - length - 2));
        const place = (index: number) => (index < 0 ? index + length : index);
        const isInside = (index: number) => place(index) >= 0 && place(index) < length;
        const x = harness.floats(Float32Array.from({ length: outer * length * inner }, () => next()));
        const y = harness.floats(outer * count * inner);
        const units = outer * count;
        harness.run(
          kernels.take_32({ x, indices, y, length, count, inner, fill: 0x7fc00000, wrap: length, site: 0, axis: 0 }, units),
          cutsOf(cuts, units),
        );
        const added = harness.floats(Float32Array.from({ length: outer * length * inner }, () => NaN));
        const rows = harness.floats(Float32Array.from({ length: outer * count * inner }, () => Math.floor(next() * 100)));
        const block = 1 + (Math.abs(seed) % length);
        const blocks = outer * Math.ceil(length / block);
        harness.run(kernels.add_at_f32({ x: rows, indices, y: added, length, count, inner, block }, blocks), cutsOf(cuts, blocks));
        const expected = new Float32Array(outer * length * inner);
        for (let o = 0; o < outer; o++) {
          for (let k = 0; k < count; k++) {
            const index = indices.view[k]!;
            for (let i = 0; i < inner; i++) {
              const found = y.view[(o * count + k) * inner + i]!;
              const wanted = isInside(index) ? x.view[(o * length + place(index)) * inner + i]! : NaN;
              if (!Object.is(found, wanted)) throw new Error(`taken [${o}, ${k}, ${i}] is ${found}, expected ${wanted}`);
              if (isInside(index)) expected[(o * length + place(index)) * inner + i]! += rows.view[(o * count + k) * inner + i]!;
            }
          }
        }
        expected.forEach((value, i) => {
          if (added.view[i] !== value) throw new Error(`added element ${i} is ${added.view[i]}, expected ${value}`);
        });
      }),
      { numRuns: 200 },
    );
    t.pass();
  });

  t.test(`elements are taken and added along an axis (${build})`, async (t) => {
    fc.assert(
      fc.property(rowsOf, ({ outer, length, count, inner, seed, cuts }) => {
        harness.reset();
        const next = generator(seed);
        const size = outer * count * inner;
        const indices = harness.ints(Array.from({ length: size }, () => Math.floor(next() * length)));
        const x = harness.floats(Float32Array.from({ length: outer * length * inner }, () => next()));
        const y = harness.floats(size);
        harness.run(
          kernels.take_along_32({ x, indices, y, length, count, inner, fill: 0, wrap: length, site: 0, axis: 0 }, size),
          cutsOf(cuts, size),
        );
        const added = harness.floats(new Float32Array(outer * length * inner));
        const columns = outer * inner;
        harness.run(kernels.put_along_add_f32({ x: y, indices, y: added, length, count, inner }, columns), cutsOf(cuts, columns));
        const expected = new Float32Array(outer * length * inner);
        for (let i = 0; i < size; i++) {
          const [o, c] = [Math.floor(i / inner / count), i % inner];
          const at = (o * length + indices.view[i]!) * inner + c;
          if (y.view[i] !== x.view[at]) throw new Error(`taken ${i} is ${y.view[i]}, expected ${x.view[at]}`);
          expected[at] = Math.fround(expected[at]! + y.view[i]!);
        }
        expected.forEach((value, i) => {
          if (added.view[i] !== value) throw new Error(`added ${i} is ${added.view[i]}, expected ${value}`);
        });
      }),
      { numRuns: 100 },
    );
    t.pass();
  });

  t.test(`rows are sorted stably in both directions, NaN as the largest (${build})`, async (t) => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 15, 16, 17, 32, 33, 100, 300), fc.integer(), fc.boolean(), (columns, seed, descending) => {
        harness.reset();
        const next = generator(seed);
        const special = [NaN, Infinity, -Infinity, 0, -0];
        const rows = 3;
        const value = () => (next() < 0.1 ? special[Math.floor(next() * 5)]! : Math.floor(next() * 20) - 10);
        const x = harness.floats(Float32Array.from({ length: rows * columns }, value));
        const y = harness.ints(rows * columns);
        const work = harness.ints(rows * columns * 4);
        harness.run(kernels.argsort_f32({ x, y, work, columns, descending: Number(descending) }, rows), [1]);
        for (let r = 0; r < rows; r++) {
          const row = x.view.subarray(r * columns, (r + 1) * columns);
          const rank = (v: number) => (Number.isNaN(v) ? 1e9 : v === Infinity ? 1e8 : v === -Infinity ? -1e8 : v);
          const order = Array.from(row, (_, i) => i).sort((a, b) => (descending ? -1 : 1) * (rank(row[a]!) - rank(row[b]!)) || a - b);
          const found = Array.from(y.view.subarray(r * columns, (r + 1) * columns));
          if (found.join() !== order.join()) throw new Error(`${Array.from(row).join()}: ${found.join()}, expected ${order.join()}`);
        }
      }),
      { numRuns: 150 },
    );
    t.pass();
  });
}
