// What convolutions and pooling share: options for each spatial axis, paddings, output lengths.

import type { DataFormat } from "../../core/defaults.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { transpose } from "../shaping/transpose.js";

/** Where the channels stand: after the spatial axes, or before them. */
export type { DataFormat };

/** How many cells of padding stand before and after each spatial axis, or the rule for it. */
export type Padding = "valid" | "same" | "causal" | readonly (readonly [before: number, after: number])[];

/** What a user may give for the spatial axes: one value for all, or one each. */
export type PerAxis = number | readonly number[];

/** One value for each spatial axis. @throws ValueError for another number of values, or values below 1 */
export function perAxis(where: string, what: string, value: PerAxis, rank: number, least = 1): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  if (values.length !== rank || !values.every((each) => Number.isInteger(each) && each >= least)) {
    const kind = least === 1 ? "positive integer" : "integer of at least 0";
    throw new ValueError(`${where}: ${what}`, { given: text(value), expected: `a ${kind}, or ${rank} of them` });
  }
  return values;
}

/** The padding as attributes have it; names in any case. */
export function paddingOf(where: string, padding: Padding, rank: number, names: readonly string[] = ["valid", "same"]): Padding {
  if (typeof padding === "string") {
    const name = padding.toLowerCase();
    if (names.includes(name) && (name !== "causal" || rank === 1)) return name as Padding;
  } else if (padding.length === rank) return padding;
  throw new ValueError(`${where}: padding`, { given: text(padding), expected: `one of ${names.map((name) => text(name)).join(", ")}` });
}

/** The number of spatial axes. @throws ShapeError for inputs without batch, one to three spatial axes and channels */
export function spatialRank(where: string, x: Tensor): number {
  if (x.rank >= 3 && x.rank <= 5) return x.rank - 2;
  throw new ShapeError(where, {
    given: `inputs of shape ${shapeText(x.shape)}`,
    expected: "rank 3, 4 or 5: batch, one to three spatial axes, channels",
    hint: "Add missing axes with expandDims.",
  });
}

export const spatial = (shape: Shape): Shape => shape.slice(1, -1);

/** Cells of padding before an axis, for a window of `length` cells from first to last. */
export function padBefore(padding: Padding, axis: number, size: number, length: number, stride: number): number {
  if (typeof padding !== "string") return padding[axis]![0];
  if (padding === "valid") return 0;
  if (padding === "causal") return length - 1;
  return Math.max(0, (Math.ceil(size / stride) - 1) * stride + length - size) >> 1;
}

/** Number of windows along an axis. */
export function outputLength(padding: Padding, axis: number, size: number | null, length: number, stride: number): number | null {
  if (size === null) return null;
  if (padding === "same" || padding === "causal") return Math.ceil(size / stride);
  const [before, after] = padding === "valid" ? [0, 0] : padding[axis]!;
  return Math.floor((size + before + after - length) / stride) + 1;
}

/** Applies an operation on channels-last tensors to x of any data format. */
export function channelsLast(where: string, x: Tensor, dataFormat: DataFormat | null | undefined, op: (x: Tensor) => Tensor): Tensor {
  const format = dataFormat ?? "channels_last";
  if (format === "channels_last") return op(x);
  if (format !== "channels_first")
    throw new ValueError(`${where}: dataFormat`, { given: text(dataFormat), expected: '"channels_last" or "channels_first"' });
  const axes = x.shape.map((_, i) => i);
  const y = op(transpose(x, [0, ...axes.slice(2), 1]));
  return transpose(y, [0, x.rank - 1, ...axes.slice(1, -1)]);
}

/** Values of up to three spatial axes as the kernels take them: depth, height, width. */
export const three = (values: readonly number[], missing: number): number[] => [
  ...new Array<number>(3 - values.length).fill(missing),
  ...values,
];
