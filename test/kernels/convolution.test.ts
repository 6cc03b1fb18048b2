// Convolution kernels against their meaning in double precision, over random shapes, strides, dilations and paddings.

import t, { type Test } from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { backward, forEachMeeting, forward, product, type Geometry } from "./convolution.js";
import { builds, Harness, random } from "./harness.js";

let seed = 99;
const below = (n: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >>> 8) % n;
const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;

/** A random forward convolution with some output. */
function anyGeometry(rank: number): Geometry {
  for (;;) {
    const axis = <T>(absent: T, present: () => T) => [0, 1, 2].map((i) => (i < 3 - rank ? absent : present()));
    const groups = pick([1, 1, 1, 2, 3]);
    const geometry = forward(
      pick([1, 2, 3]),
      axis(1, () => pick(rank === 3 ? [3, 4, 6] : [5, 6, 9, 11])),
      groups * pick([1, 2, 3, 5, 8, 13, 16]),
      groups * pick([1, 3, 7, 8, 9, 16, 17, 20]),
      axis(1, () => pick([1, 2, 3, 3, 5])),
      {
        stride: axis(1, () => pick([1, 1, 2, 3])),
        dilation: axis(1, () => pick([1, 1, 2])),
        pad: axis([0, 0], () => pick([[0, 0], [1, 1], [0, 1], [2, 1]])), // prettier-ignore
        groups,
      },
    );
    if (geometry.out.every((length) => length > 0)) return geometry;
  }
}

/** Whether every tap lies inside the input. */
const isInside = (g: Geometry): boolean =>
  g.kernel.every((length, i) => {
    const ends = [0, g.out[i]! - 1].flatMap((o) => [0, length - 1].map((k) => o * g.stride[i]! + g.offset[i]! + k * g.dilation[i]!));
    return g.upsample[i] === 1 && ends.every((p) => p >= 0 && p < g.in[i]!);
  });

for (const build of builds) {
  const harness = new Harness(build);

  /** Forward convolution or input gradient, by geometry. */
  const check = (t: Test, g: Geometry, { bias = false, relu = false, unitM = 24, transposed = false } = {}) => {
    harness.reset();
    const [inner, n, taps] = [g.channels / g.groups, g.outChannels / g.groups, product(g.kernel)];
    const x = harness.floats(random(g.batch * product(g.in) * g.channels, 1));
    const w = harness.floats(random(taps * inner * g.outChannels, 2));
    const b = bias ? harness.floats(random(g.outChannels, 3)) : null;
    const packed = harness.floats(g.groups * Math.ceil(n / 16) * 16 * taps * inner);
    const y = harness.floats(g.batch * product(g.out) * g.outChannels);
    // w is [taps, channels of the group, all output channels] of the forward convolution.
    const layout = transposed
      ? { strideGroup: inner, strideTap: n * g.channels, strideK: 1, strideN: g.channels }
      : { strideGroup: n, strideTap: inner * g.outChannels, strideK: g.outChannels, strideN: 1 };
    const pack = kernels.pack_f32({ b: w, packed, groups: g.groups, taps, k: inner, n, ...layout }, g.groups * Math.ceil(n / 16));
    harness.run(pack, [1].slice(0, g.groups * Math.ceil(n / 16) - 1));
    const size = g.groups * Math.ceil((g.batch * product(g.out)) / unitM);
    const command = kernels.conv_f32({ ...g, x, packed, bias: b, y, unitM, flags: relu ? 4 : 0 }, size);
    harness.run(command);
    const whole = y.view.slice();

    const sums = new Float64Array(y.view.length);
    const sizes = new Float64Array(y.view.length);
    forEachMeeting(g, (pixel, from, tap) => {
      for (let group = 0; group < g.groups; group++)
        for (let j = 0; j < n; j++)
          for (let q = 0; q < inner; q++) {
            const weight = w.view[group * layout.strideGroup + tap * layout.strideTap + q * layout.strideK + j * layout.strideN]!;
            const one = x.view[from * g.channels + group * inner + q]! * weight;
            sums[pixel * g.outChannels + group * n + j]! += one;
            sizes[pixel * g.outChannels + group * n + j]! += Math.abs(one);
          }
    });
    const compare = (values: Float32Array) => {
      const wrong = sums.findIndex((sum, i) => {
        const full = sum + (b ? b.view[i % g.outChannels]! : 0);
        return !(Math.abs(values[i]! - (relu ? Math.max(full, 0) : full)) <= 1e-6 * (sizes[i]! + 1));
      });
      t.equal(wrong, -1, JSON.stringify(g));
    };
    compare(whole);
    const cuts = Array.from({ length: Math.min(4, size) }, () => below(size + 1));
    y.view.fill(54321);
    harness.run(command, cuts);
    t.ok(Buffer.from(whole.buffer).equals(Buffer.from(y.view.slice().buffer)), "any split gives the same bytes");
    if (g.groups === 1 && [...g.stride, ...g.upsample].every((each) => each === 1) && (transposed || n === 1)) {
      const pixels = g.batch * product(g.in);
      const products = harness.floats(taps * n * pixels);
      const one = { batch: [1, 1, 1], batchA: [0, 0, 0], batchB: [0, 0, 0], bias: null, flags: 0, unitM: taps * n, unitN: 128 };
      const strideAM = n === 1 ? layout.strideTap : layout.strideN;
      const sizes = { m: taps * n, n: pixels, k: inner, strideAM, strideAK: layout.strideK, strideBK: 1, strideBN: inner };
      harness.run(kernels.gemm_f32({ ...one, ...sizes, fromK: 0, toK: inner, a: w, b: x, c: products }, Math.ceil(pixels / 128)));
      const rows = g.batch * g.out[0]! * g.out[1]!;
      y.view.fill(54321);
      harness.run(kernels.sum_taps_f32({ ...g, products, bias: b, y, flags: relu ? 4 : 0 }, rows), [rows >> 1, rows >> 2]);
      compare(y.view);
    }
    if (!isInside(g)) return;
    y.view.fill(54321);
    harness.run(kernels.conv_short_f32({ ...g, x, packed, bias: b, y, unitM, flags: relu ? 4 : 0 }, size), cuts);
    compare(y.view);
  };

  t.test(`${build}: conv_f32 forward`, async (t) => {
    for (let round = 0; round < 60; round++)
      check(t, anyGeometry(pick([1, 2, 2, 2, 3])), { bias: round % 2 === 0, relu: round % 3 === 0, unitM: pick([5, 24, 96]) });
    check(t, forward(1, [1, 6, 6], 300, 20, [1, 3, 3], { pad: [[0, 0], [1, 1], [1, 1]] }), { bias: true }); // prettier-ignore
    check(t, forward(1, [1, 3, 5], 1500, 9, [1, 1, 2]), { relu: true });
    check(t, forward(2, [1, 12, 12], 32, 64, [1, 3, 3]), { unitM: 96 });
    check(t, forward(2, [1, 10, 9], 1, 32, [1, 3, 3]), { bias: true, relu: true, unitM: 40 });
    check(t, forward(1, [1, 19, 15], 3, 20, [1, 7, 7], { stride: [1, 2, 2] }), { bias: true });
    check(t, forward(1, [4, 10, 11], 11, 9, [3, 5, 5], { dilation: [1, 2, 1] }), { bias: true });
    check(t, forward(2, [1, 1, 20], 6, 9, [1, 1, 4], { groups: 3 }), { relu: true });
  });

  t.test(`${build}: conv_f32 as input gradient`, async (t) => {
    for (let round = 0; round < 60; round++)
      check(t, backward(anyGeometry(pick([1, 2, 2, 2, 3]))), { transposed: true, unitM: pick([5, 24, 96]) });
    check(t, backward(forward(2, [1, 13, 13], 32, 64, [1, 3, 3])), { transposed: true, unitM: 96 });
    // By products of every tap with every pixel.
    for (const channels of [1, 2, 3])
      check(
        t,
        backward(
          forward(2, [1, 7, 9], channels, 12, [1, 3, 3], {
            pad: [
              [0, 0],
              [1, 1],
              [0, 2],
            ],
          }),
        ),
        { transposed: true, bias: true },
      );
    check(t, backward(forward(1, [3, 6, 5], 1, 9, [2, 3, 2], { dilation: [1, 1, 2] })), { transposed: true, relu: true });
    check(t, forward(2, [1, 8, 10], 13, 1, [1, 3, 5], { pad: [[0, 0], [1, 1], [2, 2]] }), { bias: true, relu: true }); // prettier-ignore
    // Taps some at a time, few of which meet anything.
    for (const options of [{}, { bias: true, relu: true }])
      check(t, backward(forward(1, [1, 9, 8], 10, 300, [1, 3, 3], { stride: [1, 2, 2] })), { transposed: true, ...options });
  });

  const close = (t: Test, found: Float32Array, sums: Float64Array, sizes: Float64Array, what: unknown) => {
    const wrong = sums.findIndex((sum, i) => !(Math.abs(found[i]! - sum) <= 1e-6 * (sizes[i]! + 1)));
    t.equal(wrong, -1, JSON.stringify(what));
  };

  const checkWeights = (t: Test, g: Geometry, { splits = 1, unitM = 96, unitN = 48 } = {}) => {
    harness.reset();
    const [inner, n, taps] = [g.channels / g.groups, g.outChannels / g.groups, product(g.kernel)];
    const length = taps * inner * g.outChannels;
    const x = harness.floats(random(g.batch * product(g.in) * g.channels, 1));
    const dy = harness.floats(random(g.batch * product(g.out) * g.outChannels, 2));
    const parts = harness.floats(splits * length);
    const dw = harness.floats(length);
    const size = splits * g.groups * Math.ceil((taps * inner) / unitM) * Math.ceil(n / unitN);
    const command = kernels.conv_weight_gradient_f32({ ...g, x, dy, dw: parts, splits, unitM, unitN }, size);
    harness.run(command);
    const whole = parts.view.slice();
    harness.run(kernels.sum_partials_f32({ x: parts, y: dw, parts: splits, length }, length), [length >> 1]);
    const [sums, sizes] = [new Float64Array(length), new Float64Array(length)];
    forEachMeeting(g, (pixel, from, tap) => {
      for (let group = 0; group < g.groups; group++)
        for (let q = 0; q < inner; q++)
          for (let j = 0; j < n; j++) {
            const one = x.view[from * g.channels + group * inner + q]! * dy.view[pixel * g.outChannels + group * n + j]!;
            const at = (tap * inner + q) * g.outChannels + group * n + j;
            sums[at]! += one;
            sizes[at]! += Math.abs(one);
          }
    });
    close(t, dw.view, sums, sizes, g);
    parts.view.fill(54321);
    harness.run(command, [below(size + 1), below(size + 1)]);
    t.ok(Buffer.from(whole.buffer).equals(Buffer.from(parts.view.slice().buffer)), "any split gives the same bytes");
  };

  t.test(`${build}: conv_weight_gradient_f32`, async (t) => {
    for (let round = 0; round < 60; round++)
      checkWeights(t, anyGeometry(pick([1, 2, 2, 2, 3])), { splits: pick([1, 2, 5]), unitM: pick([7, 32, 96]), unitN: pick([16, 48]) });
    checkWeights(t, forward(2, [1, 13, 13], 32, 64, [1, 3, 3]), { unitM: 288, unitN: 64 });
    checkWeights(t, forward(1, [1, 1, 2], 3, 5, [1, 1, 1]), { splits: 5 });
  });

  t.test(`${build}: depthwise_f32 and its gradients`, async (t) => {
    // Rows wide enough that neighbours are computed together, with channels left over and without.
    const wide = [8, 16, 20, 37].flatMap((c) => [
      forward(2, [1, 6, 13], c, c, [1, 3, 3]),
      { ...forward(1, [1, 5, 21], c, c, [1, 3, 3]), out: [1, 2, 10], stride: [1, 2, 2], offset: [0, 0, -1] },
      { ...forward(1, [1, 5, 16], c, c, [1, 1, 3]), out: [1, 5, 16], dilation: [1, 1, 2], offset: [0, 0, -2] },
    ]);
    for (let round = 0; round < 40 + wide.length; round++) {
      const ungrouped = wide[round - 40] ?? anyGeometry(pick([1, 2, 2, 3]));
      const one = { ...ungrouped, groups: ungrouped.channels, outChannels: ungrouped.channels };
      const g = round % 3 === 2 ? backward(one) : one;
      harness.reset();
      const [c, taps] = [g.channels, product(g.kernel)];
      const x = harness.floats(random(g.batch * product(g.in) * c, 1));
      const w = harness.floats(random(taps * c, 2));
      const bias = round % 2 ? harness.floats(random(c, 3)) : null;
      const y = harness.floats(g.batch * product(g.out) * c);
      const rows = g.batch * g.out[0]! * g.out[1]!;
      harness.run(kernels.depthwise_f32({ ...g, x, w, bias, y, flags: 0 }, rows), [below(rows + 1), below(rows + 1)]);
      const [sums, sizes] = [new Float64Array(y.view.length), new Float64Array(y.view.length)];
      if (bias) sums.forEach((_, i) => (sums[i] = bias.view[i % c]!));
      forEachMeeting(g, (pixel, from, tap) => {
        for (let q = 0; q < c; q++) {
          const product = x.view[from * c + q]! * w.view[tap * c + q]!;
          sums[pixel * c + q]! += product;
          sizes[pixel * c + q]! += Math.abs(product);
        }
      });
      close(t, y.view, sums, sizes, g);
      if (g !== one) continue;

      const splits = pick([1, 2, 3]);
      const dy = harness.floats(random(y.view.length, 4));
      const dw = harness.floats(splits * taps * c);
      const sum = harness.floats(taps * c);
      harness.run(kernels.depthwise_weight_gradient_f32({ ...g, x, dy, dw, splits }, splits), [1].slice(0, splits - 1));
      harness.run(kernels.sum_partials_f32({ x: dw, y: sum, parts: splits, length: taps * c }, taps * c));
      const [weights, weightSizes] = [new Float64Array(taps * c), new Float64Array(taps * c)];
      forEachMeeting(g, (pixel, from, tap) => {
        for (let q = 0; q < c; q++) {
          const product = x.view[from * c + q]! * dy.view[pixel * c + q]!;
          weights[tap * c + q]! += product;
          weightSizes[tap * c + q]! += Math.abs(product);
        }
      });
      close(t, sum.view, weights, weightSizes, { g, splits });
    }
  });

  t.test(`${build}: pad_f32`, async (t) => {
    for (const before of [
      [0, 0, 0],
      [1, 0, 2],
      [0, 3, 1],
    ]) {
      // prettier-ignore
      harness.reset();
      const [size, channels] = [[2, 3, 4], 5];
      const out = size.map((length, i) => length + before[i]! + i);
      const x = harness.floats(random(2 * product(size) * channels));
      const y = harness.floats(2 * product(out) * channels);
      harness.run(kernels.pad_f32({ x, y, in: size, out, before, channels }, 2 * out[0]! * out[1]!), [3]);
      const expected = new Float32Array(y.view.length);
      let from = 0;
      for (let b = 0; b < 2; b++)
        for (let i = 0; i < 2; i++)
          for (let j = 0; j < 3; j++)
            for (let k = 0; k < 4 * channels; k++) {
              const row = (b * out[0]! + i + before[0]!) * out[1]! + j + before[1]!;
              expected[(row * out[2]! + before[2]!) * channels + k] = x.view[from++]!;
            }
      t.strictSame(y.view, expected);
    }
  });
}
