// Philox against the authors' known answers, and numbers that depend on seed and place only.

import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness } from "./harness.js";

/** Philox4x32-10 in plain integers. */
function philox(counter: number, key: readonly [number, number]): number[] {
  let [a, b, c, d] = [counter, 0, 0, 0];
  let [k0, k1] = key;
  const high = (x: number, y: number) => Number((BigInt(x >>> 0) * BigInt(y >>> 0)) >> 32n);
  for (let round = 0; round < 10; round++) {
    const [h0, l0, h1, l1] = [high(a, 0xd2511f53), Math.imul(a, 0xd2511f53), high(c, 0xcd9e8d57), Math.imul(c, 0xcd9e8d57)];
    [a, b, c, d] = [(h1 ^ b ^ k0) >>> 0, l1 >>> 0, (h0 ^ d ^ k1) >>> 0, l0 >>> 0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

t.test("the reference gives the authors' known answer", async (t) => {
  // Random123's kat_vectors: counter 0, key 0.
  t.strictSame(philox(0, [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

for (const build of builds) {
  const harness = new Harness(build);
  const n = 203;
  const cuts = [1, 5, 16, 17, 40, 200];

  t.test(`words come from the counter of their block, whatever the split (${build})`, async (t) => {
    for (const [low, high] of [
      [0, 0],
      [123, 456],
      [-1, 7],
    ] as const) {
      harness.reset();
      const seed = harness.ints([low, high]);
      const y = harness.floats(n);
      harness.run(kernels.random_uniform_f32({ seed, y, low: 0, high: 1 }, n), cuts);
      const expected = Array.from({ length: n }, (_, i) => (philox(Math.floor(i / 4), [low >>> 0, high >>> 0])[i % 4]! >>> 8) / 2 ** 24);
      t.strictSame(Array.from(y.view), expected);
    }
  });

  t.test(`a range is never left, not even by rounding (${build})`, async (t) => {
    harness.reset();
    const seed = harness.ints([3, 4]);
    const y = harness.floats(100000);
    for (const [low, high] of [
      [1, 1.0000001192092896],
      [-1e30, 1e30],
      [16777216, 16777218],
    ] as const) {
      harness.run(kernels.random_uniform_f32({ seed, y, low, high }, 100000));
      t.ok(y.view.every((x) => x >= low && x < Math.fround(high)));
    }
    const z = harness.ints(100000);
    harness.run(kernels.random_uniform_i32({ seed, y: z, low: -3, count: 7 }, 100000));
    const counts = [0, 0, 0, 0, 0, 0, 0];
    z.view.forEach((x) => counts[x + 3]!++);
    t.ok(counts.every((count) => Math.abs(count - 100000 / 7) < 600));
  });

  t.test(`normal numbers are Box and Muller's of their words (${build})`, async (t) => {
    harness.reset();
    const seed = harness.ints([9, 8]);
    const y = harness.floats(n);
    harness.run(kernels.random_normal_f32({ seed, y, low: 2, high: 3 }, n), cuts);
    for (let i = 0; i < n; i++) {
      const words = philox(Math.floor(i / 4), [9, 8]);
      const pair = i % 4 < 2 ? 0 : 2;
      const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / 2 ** 32));
      const angle = (2 * Math.PI * (words[pair + 1]! | 0)) / 2 ** 32;
      const expected = 2 + 3 * radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
      if (Math.abs(y.view[i]! - expected) > 3e-6 * (1 + Math.abs(expected))) t.fail(`element ${i} is ${y.view[i]}, expected ${expected}`);
    }
  });

  t.test(`all numbers are the same bytes however the range is split (${build})`, async (t) => {
    harness.reset();
    const seed = harness.ints([1, 2]);
    const x = harness.floats(Float32Array.from({ length: n }, (_, i) => i + 1));
    const runs = {
      normal: (y: object, at: number[]) => harness.run(kernels.random_normal_f32({ seed, y, low: 0, high: 1 }, n), at),
      truncated: (y: object, at: number[]) => harness.run(kernels.random_truncated_normal_f32({ seed, y, low: 0, high: 1 }, n), at),
      dropout: (y: object, at: number[]) => harness.run(kernels.dropout_f32({ seed, x, y, threshold: 2 ** 31, scale: 2 }, n), at),
    };
    for (const [name, run] of Object.entries(runs)) {
      const [whole, pieces] = [harness.floats(n), harness.floats(n)];
      run(whole, []);
      run(pieces, cuts);
      t.strictSame(pieces.view, whole.view, name);
      if (name === "truncated") t.ok(whole.view.every((value) => Math.abs(value) <= 2));
      if (name === "dropout") t.ok(whole.view.every((value, i) => value === 0 || value === 2 * (i + 1)));
    }
  });
}
