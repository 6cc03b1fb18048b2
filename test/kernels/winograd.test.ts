// Minimal filtering against plain convolution: values, borders, special values.

import t, { type Test } from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { backward, forEachMeeting, forward, product, type Geometry } from "./convolution.js";
import { builds, Harness, random, type Block } from "./harness.js";

let seed = 5;
const below = (n: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >>> 8) % n;
const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;

function anyGeometry(): Geometry {
  for (;;) {
    const pads = () => pick([[0, 0], [1, 1], [2, 2], [0, 1]]); // prettier-ignore
    const size = [pick([1, 1, 3]), pick([2, 3, 4, 5, 8, 11]), pick([2, 3, 4, 7, 10])];
    const channels = [pick([4, 8, 12, 20, 36]), pick([4, 8, 16, 20, 24])] as const;
    const g = forward(pick([1, 3]), size, ...channels, [1, 3, 3], { pad: [[0, 0], pads(), pads()] });
    if (g.out.every((length) => length > 0)) return g;
  }
}

const special = (x: Block) => x.view.set([NaN, Infinity, -Infinity, 1e-42, -0], x.view.length >> 1);

/** NaN and infinities where they belong, and otherwise within the error of a sum of that size. */
function close(t: Test, found: Float32Array, sums: Float64Array, sizes: Float64Array, what: unknown): void {
  const wrong = sums.findIndex((sum, i) =>
    Number.isFinite(sum) ? !(Math.abs(found[i]! - sum) <= 4e-6 * (sizes[i]! + 1)) : !Object.is(found[i]!, sum),
  );
  t.equal(wrong, -1, `${JSON.stringify(what)}: ${found[wrong]} for ${sums[wrong]}`);
}

for (const build of builds) {
  const harness = new Harness(build);

  const check = (t: Test, g: Geometry, { turned = false, relu = false, spoil = (_: Block) => {} } = {}) => {
    harness.reset();
    const [k, n] = [g.channels, g.outChannels];
    const x = harness.floats(random(g.batch * product(g.in) * k, 1));
    const w = harness.floats(random(9 * k * n, 2));
    const bias = harness.floats(random(n, 3));
    const u = harness.floats(36 * (k * Math.ceil(n / 16) * 16 + 32));
    const y = harness.floats(g.batch * product(g.out) * n);
    spoil(x);
    const lie = turned
      ? { first: 8 * k * n, strideTap: -k * n, strideK: 1, strideN: k }
      : { first: 0, strideTap: k * n, strideK: n, strideN: 1 };
    harness.run(kernels.winograd_weights_f32({ w, u, k, n, ...lie }, Math.ceil(n / 16)), [1].slice(0, Math.ceil(n / 16) - 1));
    // The kernel sees a turned kernel as one that is not, further left and above.
    const seen = turned ? { ...g, offset: g.offset.map((o, i) => (i === 0 ? o : o - 2)), dilation: [1, 1, 1] } : g;
    const tiles = pick([1, 4, 6, 8]);
    const size = Math.ceil((g.batch * g.in[0]! * Math.ceil(g.out[1]! / 4) * Math.ceil(g.out[2]! / 4)) / tiles);
    const command = kernels.winograd_conv_f32({ ...seen, x, u, w, bias, y, ...lie, tiles, flags: relu ? 4 : 0 }, size);
    harness.run(command);
    const whole = y.view.slice();
    const sums = Float64Array.from(y.view, (_, i) => bias.view[i % n]!);
    const sizes = new Float64Array(y.view.length);
    forEachMeeting(g, (pixel, from, tap) => {
      for (let j = 0; j < n; j++)
        for (let q = 0; q < k; q++) {
          const weight = w.view[(turned ? tap * k * n : lie.first + tap * lie.strideTap) + q * lie.strideK + j * lie.strideN]!;
          const one = x.view[from * k + q]! * weight;
          sums[pixel * n + j]! += one;
          sizes[pixel * n + j]! += Math.abs(one);
        }
    });
    if (relu) sums.forEach((sum, i) => (sums[i] = Math.max(0, sum)));
    close(t, whole, sums, sizes, g);
    y.view.fill(54321);
    harness.run(
      command,
      Array.from({ length: Math.min(4, size) }, () => below(size + 1)),
    );
    t.ok(Buffer.from(whole.buffer).equals(Buffer.from(y.view.slice().buffer)), "any split gives the same bytes");
  };

  t.test(`${build}: winograd_conv_f32`, async (t) => {
    for (let round = 0; round < 40; round++) check(t, anyGeometry(), { relu: round % 3 === 0 });
    for (let round = 0; round < 30; round++) check(t, backward(anyGeometry()), { turned: true });
    check(t, forward(1, [1, 5, 6], 268, 16, [1, 3, 3], { pad: [[0, 0], [1, 1], [1, 1]] })); // prettier-ignore
  });

  t.test(`${build}: winograd_conv_f32 with special values`, async (t) => {
    for (let round = 0; round < 20; round++) check(t, anyGeometry(), { relu: round % 2 === 0, spoil: special });
  });

  t.test(`${build}: winograd_gradient_f32`, async (t) => {
    for (let round = 0; round < 60; round++) {
      const g = anyGeometry();
      harness.reset();
      const [k, n, splits, cut] = [g.channels, g.outChannels, pick([1, 2, 5]), pick([1, 2, 3, 6])];
      const x = harness.floats(random(g.batch * product(g.in) * k, 1));
      const dy = harness.floats(random(g.batch * product(g.out) * n, 2));
      if (round % 3 === 2) special(x);
      const parts = harness.floats(splits * 36 * (k * n + 32));
      const dw = harness.floats(9 * k * n);
      const command = kernels.winograd_gradient_f32({ ...g, x, dy, sums: parts, splits, parts: cut }, splits * cut);
      harness.run(command);
      const taps = kernels.winograd_taps_f32({ ...g, x, dy, sums: parts, dw, splits }, k);
      harness.run(taps);
      const [sums, sizes] = [new Float64Array(9 * k * n), new Float64Array(9 * k * n)];
      forEachMeeting(g, (pixel, from, tap) => {
        for (let q = 0; q < k; q++)
          for (let j = 0; j < n; j++) {
            const one = x.view[from * k + q]! * dy.view[pixel * n + j]!;
            sums[(tap * k + q) * n + j]! += one;
            sizes[(tap * k + q) * n + j]! += Math.abs(one);
          }
      });
      close(t, dw.view, sums, sizes, g);
      const whole = dw.view.slice();
      parts.view.fill(54321);
      harness.run(command, [below(splits * cut + 1), below(splits * cut + 1)]);
      harness.run(taps, [below(k)]);
      t.ok(Buffer.from(whole.buffer).equals(Buffer.from(dw.view.slice().buffer)), "any split gives the same bytes");
    }
  });
}
