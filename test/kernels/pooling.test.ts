// Pooling kernels against plain loops, over random windows, strides and paddings.

import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { product } from "./convolution.js";
import { builds, distance, Harness, random } from "./harness.js";

let seed = 4;
const below = (n: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >>> 8) % n;
const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;

interface Windows {
  batch: number;
  in: number[];
  out: number[];
  window: number[];
  stride: number[];
  padding: number[];
  channels: number;
}

/** Random windows that each meet the input. */
function anyWindows(rank: number): Windows {
  for (;;) {
    const axis = (present: () => number, absent = 1) => [0, 1, 2].map((i) => (i < 3 - rank ? absent : present()));
    const [input, window, stride] = [axis(() => pick([1, 4, 5, 8])), axis(() => pick([1, 2, 2, 3])), axis(() => pick([1, 2, 2, 3]))];
    const padding = axis(() => 0, 0).map((_, i) => (i < 3 - rank ? 0 : below(window[i]!)));
    const out = input.map((n, i) => Math.floor((n + 2 * padding[i]! - window[i]!) / stride[i]!) + 1);
    const meets = out.every((o, i) => o > 0 && (o - 1) * stride[i]! - padding[i]! < input[i]!);
    if (meets) return { batch: pick([1, 3]), in: input, out, window, stride, padding, channels: pick([1, 3, 4, 7, 8, 12]) };
  }
}

/** Calls back for each output element with the indices in the input that its window covers. */
function forEachWindow(w: Windows, visit: (output: number, inputs: number[]) => void): void {
  const cover = (axis: number, o: number) => {
    if (w.stride[axis] === 0) {
      const [begin, end] = [Math.floor((o * w.in[axis]!) / w.out[axis]!), Math.ceil(((o + 1) * w.in[axis]!) / w.out[axis]!)];
      return Array.from({ length: end - begin }, (_, i) => begin + i);
    }
    const first = o * w.stride[axis]! - w.padding[axis]!;
    return Array.from({ length: w.window[axis]! }, (_, k) => first + k).filter((i) => i >= 0 && i < w.in[axis]!);
  };
  let at = 0;
  for (let b = 0; b < w.batch; b++)
    for (let o0 = 0; o0 < w.out[0]!; o0++)
      for (let o1 = 0; o1 < w.out[1]!; o1++)
        for (let o2 = 0; o2 < w.out[2]!; o2++)
          for (let c = 0; c < w.channels; c++, at++) {
            const inputs: number[] = [];
            for (const i0 of cover(0, o0))
              for (const i1 of cover(1, o1))
                for (const i2 of cover(2, o2)) inputs.push((((b * w.in[0]! + i0) * w.in[1]! + i1) * w.in[2]! + i2) * w.channels + c);
            visit(at, inputs);
          }
}

const tiled: Windows = { batch: 2, in: [1, 6, 8], out: [1, 3, 4], window: [1, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0], channels: 6 };
const adaptive: Windows = { ...tiled, in: [1, 7, 10], out: [1, 3, 4], stride: [1, 0, 0] };
const cutOff: Windows = { ...tiled, in: [1, 7, 9] };

for (const build of builds) {
  const harness = new Harness(build);
  const cases = [tiled, cutOff, adaptive, ...Array.from({ length: 50 }, () => anyWindows(pick([1, 2, 2, 3])))];

  t.test(`${build}: max pooling`, async (t) => {
    for (const w of cases) {
      harness.reset();
      const [inputs, outputs] = [w.batch * product(w.in) * w.channels, w.batch * product(w.out) * w.channels];
      // Few different values, so that many windows have their largest element more than once.
      const x = harness.floats(random(inputs).map((value) => Math.round(value * 3)));
      if (inputs > 20) x.view.set([NaN, Infinity, -Infinity, -0], 8);
      const [y, picked] = [harness.floats(outputs), harness.floats(outputs)];
      const [dy, values, dx] = [harness.floats(random(outputs, 2)), harness.floats(random(inputs, 3)), harness.floats(inputs)];
      const rows = w.batch * w.out[0]! * w.out[1]!;
      const positive = below(2);
      harness.run(kernels.max_pool_f32({ ...w, x, y }, rows), [below(rows + 1)]);
      harness.run(kernels.max_pool_gradient_f32({ ...w, x, y, dy, dx, positive }, w.batch), [below(w.batch + 1)]);
      harness.run(kernels.max_pool_pick_f32({ ...w, x, y, values, picked }, w.batch), [below(w.batch + 1)]);
      const [most, gradient, chosen] = [new Float32Array(outputs), new Float32Array(inputs), new Float32Array(outputs)];
      forEachWindow(w, (output, window) => {
        most[output] = Math.max(...window.map((i) => x.view[i]!));
        const first = window.find((i) => x.view[i] === most[output] || Number.isNaN(x.view[i]))!;
        if (!positive || most[output]! > 0) gradient[first]! += dy.view[output]!;
        chosen[output] = values.view[first]!;
      });
      t.equal(distance(y.view, most), 0, JSON.stringify(w));
      t.ok(distance(dx.view, gradient) < 1e-6, "gradient");
      t.equal(distance(picked.view, chosen), 0, "elements at the largest");
    }
  });

  t.test(`${build}: average pooling`, async (t) => {
    for (const w of cases) {
      harness.reset();
      const [inputs, outputs] = [w.batch * product(w.in) * w.channels, w.batch * product(w.out) * w.channels];
      const [x, y, dy, dx] = [
        harness.floats(random(inputs)),
        harness.floats(outputs),
        harness.floats(random(outputs, 2)),
        harness.floats(inputs),
      ];
      const rows = w.batch * w.out[0]! * w.out[1]!;
      harness.run(kernels.average_pool_f32({ ...w, x, y }, rows), [below(rows + 1)]);
      harness.run(kernels.average_pool_gradient_f32({ ...w, dy, dx }, w.batch), [below(w.batch + 1)]);
      const [mean, gradient] = [new Float32Array(outputs), new Float32Array(inputs)];
      forEachWindow(w, (output, window) => {
        mean[output] = window.reduce((sum, i) => sum + x.view[i]!, 0) / window.length;
        for (const i of window) gradient[i]! += dy.view[output]! / window.length;
      });
      t.ok(distance(y.view, mean) < 1e-6, JSON.stringify(w));
      t.ok(distance(dx.view, gradient) < 1e-6, "gradient");
    }
  });
}
