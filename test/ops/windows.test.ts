// Convolution and pooling of every rank, layout, padding, stride, dilation and number of groups, against loops over the windows.

import t from "tap";
import * as tf from "../../lib/index.js";
import { randomFrom } from "../fuzz/fuzz.js";

const { ops } = tf.keras;

/** Elements in order, the channels last. */
interface Plain {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface Case {
  readonly rank: number;
  readonly first: boolean;
  readonly padding: "valid" | "same";
  readonly strides: number;
  readonly dilation: number;
  readonly groups: number;
  readonly size: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
const random = randomFrom(11);
const filled = (shape: readonly number[]): Plain => ({ shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5) });
const tensorOf = ({ shape, data }: Plain): tf.Tensor => tf.constant(data, { shape });
const at = ({ shape, data }: Plain, index: readonly number[]): number =>
  data[shape.reduce((place, length, axis) => place * length + index[axis]!, 0)]!;

/** Every index of a shape, the last axis fastest. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>((all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])), [[]]);
}

/** How many windows there are along an axis, and what stands before the first. */
function windows(length: number, { size, strides, dilation, padding }: Case): [count: number, before: number] {
  const extent = (size - 1) * dilation + 1;
  if (padding === "valid") return [Math.max(0, Math.floor((length - extent) / strides) + 1), 0];
  const count = Math.ceil(length / strides);
  return [count, Math.floor(Math.max(0, (count - 1) * strides + extent - length) / 2)];
}

const lengths = [5, 6, 4];
const channels = 4;

for (const rank of [1, 2, 3])
  t.test(`rank ${rank}`, async (t) => {
    const space = lengths.slice(0, rank);
    let count = 0;
    for (const first of [false, true])
      for (const padding of ["valid", "same"] as const)
        for (const strides of [1, 2, 3])
          for (const dilation of strides > 1 ? [1] : [1, 2])
            for (const groups of [1, 2])
              for (const size of [1, 2, 3]) count += compare(t, space, { rank, first, padding, strides, dilation, groups, size });
    t.ok(count > 150, `${count} cases`);
  });

function compare(t: Tap, space: readonly number[], given: Case): number {
  const { rank, first, padding, strides, dilation, groups, size } = given;
  const geometry = space.map((length) => windows(length, given));
  const out = geometry.map(([count]) => count);
  if (out.includes(0)) return 0; // a window that fits nowhere is an error: test/ops/empty.test.ts
  const x = filled([2, ...space, channels]);
  const taps = indices(space.map(() => size));
  const options = { strides, padding, dataFormat: first ? "channels_first" : "channels_last" } as const;
  const input = first ? ops.moveaxis(tensorOf(x), -1, 1) : tensorOf(x);
  let count = 0;

  /** What a function of the elements in a window gives for each window and output channel. */
  const overWindows = (depth: number, of: (inside: readonly { tap: number[]; index: number[] }[], channel: number) => number): Plain => {
    const shape = [2, ...out, depth];
    const data = indices(shape).map(([batch, ...rest]) => {
      const channel = rest.pop()!;
      const inside = taps
        .map((tap) => ({ tap, index: [batch!, ...tap.map((k, axis) => rest[axis]! * strides - geometry[axis]![1] + k * dilation)] }))
        .filter(({ index }) => index.slice(1).every((place, axis) => place >= 0 && place < space[axis]!));
      return of(inside, channel);
    });
    return { shape, data: Float32Array.from(data) };
  };
  const same = (name: string, result: tf.Tensor, expected: Plain): void => {
    count++;
    const found = first ? ops.moveaxis(result, 1, -1) : result;
    const data = found.data();
    const fits = found.shape.join() === expected.shape.join() && expected.data.every((value, i) => Math.abs(value - data[i]!) < 1e-4);
    t.ok(fits, `${name} ${JSON.stringify(given)}`);
  };

  const perGroup = channels / groups;
  const w = filled([...space.map(() => size), perGroup, 6]);
  const convolved = overWindows(6, (inside, channel) => {
    const group = Math.floor(channel / (6 / groups));
    let sum = 0;
    for (const { tap, index } of inside)
      for (let c = 0; c < perGroup; c++) sum += at(x, [...index, group * perGroup + c]) * at(w, [...tap, c, channel]);
    return sum;
  });
  same("conv", ops.conv(input, tensorOf(w), { ...options, dilationRate: dilation }), convolved);
  if (groups > 1) return count;

  if (rank < 3) {
    const depthwise = filled([...space.map(() => size), channels, 2]);
    const expected = overWindows(2 * channels, (inside, channel) =>
      inside.reduce((sum, { tap, index }) => {
        const c = Math.floor(channel / 2);
        return sum + at(x, [...index, c]) * at(depthwise, [...tap, c, channel % 2]);
      }, 0),
    );
    same("depthwiseConv", ops.depthwiseConv(input, tensorOf(depthwise), { ...options, dilationRate: dilation }), expected);
  }
  if (dilation === 1) {
    const values = (inside: readonly { index: number[] }[], channel: number) => inside.map(({ index }) => at(x, [...index, channel]));
    same("maxPool", ops.maxPool(input, size, options), overWindows(channels, (inside, c) => Math.max(...values(inside, c)))); // prettier-ignore
    const mean = overWindows(channels, (inside, c) => values(inside, c).reduce((sum, v) => sum + v, 0) / inside.length);
    same("averagePool", ops.averagePool(input, size, options), mean);
  }
  if (padding === "valid") {
    const kernel = filled([...space.map(() => size), 3, channels]);
    const extent = (size - 1) * dilation + 1;
    const shape = [2, ...space.map((length) => (length - 1) * strides + Math.max(extent, strides)), 3];
    const sums = { shape, data: new Float32Array(sizeOf(shape)) };
    for (const [batch, ...place] of indices([2, ...space]))
      for (const tap of taps) {
        const to = [batch!, ...place.map((p, axis) => p * strides + tap[axis]! * dilation)].reduce(
          (sum, p, axis) => sum * shape[axis]! + p,
          0,
        );
        for (let o = 0; o < 3; o++)
          for (let c = 0; c < channels; c++) sums.data[to * 3 + o]! += at(x, [batch!, ...place, c]) * at(kernel, [...tap, o, c]);
      }
    same("convTranspose", ops.convTranspose(input, tensorOf(kernel), { ...options, dilationRate: dilation }), sums);
  }
  return count;
}

type Tap = { ok(value: unknown, message: string): boolean };
