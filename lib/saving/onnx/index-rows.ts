// Rows of operations that move elements: windows, images of another ratio, diagonals, and what is written where indices say.

import type { Tensor } from "../../core/tensor.js";
import { sizeOf } from "../../core/shape.js";
import { bytesOf } from "../../formats/bytes.js";
import type { StepView } from "./emitter.js";
import { castTo, lengthOf, long, make, type Row } from "./row.js";

const longs = (step: StepView, shape: readonly number[], values: readonly number[]): string =>
  step.emitter.constant("int64", shape, bytesOf(BigInt64Array.from(values, BigInt)));

/** Windows along one axis. */
interface Walk {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Where the elements of each window stand along the axis of x: [windows, size]. */
function windowPlaces(step: StepView, { axis, size, stride, dilation }: Walk): string {
  const within = Array.from({ length: size }, (_, i) => i * dilation);
  const span = (size - 1) * dilation + 1;
  const length = step.tensor("x")!.shape[axis];
  if (typeof length === "number") {
    const count = Math.max(0, Math.floor((length - span) / stride) + 1);
    const places = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * stride + within[i % size]!);
    return longs(step, [count, size], places);
  }
  const op = make(step);
  const room = op("Add", [lengthOf(step, axis), long(step, stride - span)]);
  const count = op("Div", [op("Max", [room, long(step, 0)]), long(step, stride)]);
  const begins = op("Mul", [op("Range", [long(step, 0), count, long(step, 1)]), long(step, stride)]);
  return op("Add", [op("Unsqueeze", [begins, step.emitter.ints([1])]), longs(step, [1, size], within)]);
}

const frames: Row = (step) => {
  const { length, stride } = step.attrs as unknown as { length: number; stride: number };
  const axis = step.tensor("x")!.rank - 1;
  return make(step)("Gather", [step.at("x"), windowPlaces(step, { axis, size: length, stride, dilation: 1 })], { axis });
};

const patches: Row = (step) => {
  const { size, strides, dilation } = step.attrs as unknown as Record<"size" | "strides" | "dilation", readonly number[]>;
  const op = make(step);
  // [n, ...space, c] → [n, windows, size, windows, size, …, c] → the windows together, and what is in one of them.
  const apart = size.reduce((value, each, i) => {
    const places = windowPlaces(step, { axis: i + 1, size: each, stride: strides[i]!, dilation: dilation[i]! });
    return op("Gather", [value, places], { axis: 2 * i + 1 });
  }, step.at("x"));
  const axes = size.map((_, i) => 2 * i + 1);
  const together = op("Transpose", [apart], { perm: [0, ...axes, ...axes.map((axis) => axis + 1), 2 * size.length + 1] });
  return op("Reshape", [together, step.emitter.ints([0, ...axes.map(() => 0), -1])]);
};

interface Ratio {
  readonly height: number;
  readonly width: number;
  readonly axes: readonly [number, number];
}

/** The lengths of both axes, and those that each would have to have beside the other: whole numbers of 64 bits. */
function ratioLengths(step: StepView, { height, width, axes: [h, w] }: Ratio) {
  const op = make(step);
  const [rows, columns] = [lengthOf(step, h), lengthOf(step, w)];
  const scaled = (length: string, by: number, over: number) => op("Div", [op("Mul", [length, long(step, by)]), long(step, over)]);
  return [
    { axis: h, length: rows, wanted: scaled(columns, height, width) },
    { axis: w, length: columns, wanted: scaled(rows, width, height) },
  ] as const;
}

/** One number for each of some axes, one after the other. */
const listed = (step: StepView, values: readonly string[]): string =>
  make(step)("Concat", values.map((value) => make(step)("Unsqueeze", [value, step.emitter.ints([0])])), { axis: 0 }); // prettier-ignore

const cropToRatio: Row = (step) => {
  const op = make(step);
  const ratio = step.attrs as unknown as Ratio;
  const parts = ratioLengths(step, ratio).map(({ length, wanted }) => {
    const count = op("Max", [op("Min", [length, wanted]), long(step, 1)]);
    const begin = op("Div", [op("Sub", [length, count]), long(step, 2)]);
    return { begin, end: op("Add", [begin, count]) };
  });
  const bounds = (["begin", "end"] as const).map((side) => listed(step, parts.map((part) => part[side]))); // prettier-ignore
  return op("Slice", [step.at("x"), ...bounds, step.emitter.ints(ratio.axes)]);
};

const padToRatio: Row = (step) => {
  const op = make(step);
  const { value, ...ratio } = step.attrs as unknown as Ratio & { value: number };
  const x = step.tensor("x")!;
  const widths = new Map(
    ratioLengths(step, ratio).map(({ axis, length, wanted }) => {
      const missing = op("Sub", [op("Max", [length, wanted]), length]);
      return [axis, op("Div", [missing, long(step, 2)])] as const;
    }),
  );
  const side = x.shape.map((_, axis) => widths.get(axis) ?? long(step, 0));
  return op("Pad", [step.at("x"), listed(step, [...side, ...side]), step.emitter.scalar(value, x.dtype)]);
};

/** The lengths of some axes. @throws Error where one of them is open */
function fixed(shape: Tensor["shape"], what: string): number[] {
  if (shape.every((length) => length !== null)) return shape as number[];
  throw new Error(`${what} of open lengths`);
}

/** The value with its first axes as they are, and others behind them. */
const withLast = (step: StepView, value: string, kept: number, last: readonly number[]): string =>
  make(step)("Reshape", [value, step.emitter.ints([...Array.from({ length: kept }, () => 0), ...last])]);

const diagonal: Row = (step) => {
  const { k } = step.attrs as unknown as { k: number };
  const x = step.tensor("x")!;
  const [, columns] = fixed(x.shape.slice(-2), "a diagonal");
  const [length] = fixed(step.output().shape.slice(-1), "a diagonal");
  const first = k >= 0 ? k : -k * columns!;
  const places = Array.from({ length: length! }, (_, i) => first + i * (columns! + 1));
  return make(step)("Gather", [withLast(step, step.at("x"), x.rank - 2, [-1]), longs(step, [length!], places)], { axis: x.rank - 2 });
};

/** Behind the elements of x stands a zero, which all places beside the diagonal take. */
const placeDiagonal: Row = (step) => {
  const op = make(step);
  const { k } = step.attrs as unknown as { k: number };
  const x = step.tensor("x")!;
  const [length] = fixed(x.shape.slice(-1), "a diagonal");
  const [rows, columns] = fixed(step.output().shape.slice(-2), "a diagonal");
  const behind = x.shape.map((_, axis) => (axis === x.rank - 1 ? 1 : 0));
  const pads = step.emitter.ints([...behind.map(() => 0), ...behind]);
  const padded = op("Pad", [step.at("x"), pads, step.emitter.scalar(0, x.dtype)]);
  const places = Array.from({ length: rows! * columns! }, (_, i) => {
    const [row, column] = [Math.floor(i / columns!), i % columns!];
    return column - row === k ? Math.min(row, column) : length!;
  });
  const flat = op("Gather", [padded, longs(step, [places.length], places)], { axis: x.rank - 1 });
  return withLast(step, flat, x.rank - 1, [rows!, columns!]);
};

/** x within cells of a value. */
const embed: Row = (step) => {
  const { ranges, value } = step.attrs as unknown as { ranges: readonly { begin: number; step: number; count: number }[]; value: number };
  const shape = fixed(step.output().shape, "cells around a tensor");
  if (ranges.some((range) => range.step !== 1)) throw new Error("cells between those of a tensor");
  const after = ranges.map(({ begin, count }, axis) => shape[axis]! - begin - count);
  const pads = step.emitter.ints([...ranges.map(({ begin }) => begin), ...after]);
  return make(step)("Pad", [step.at("x"), pads, step.emitter.scalar(value, step.tensor("x")!.dtype)]);
};

/** Zeros in the shape of the output. */
const zeros = (step: StepView): string => {
  const { shape, dtype } = step.output();
  const lengths = step.tensor("like") ? make(step)("Shape", [step.at("like")]) : step.emitter.ints(fixed(shape, "sums"));
  return make(step)("Expand", [step.emitter.scalar(0, dtype), lengths]);
};

const addAt: Row = (step) => {
  const op = make(step);
  const { axis } = step.attrs as unknown as { axis: number };
  const { rank } = step.tensor("x")!;
  const turned = Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1));
  const places = op("Reshape", [castTo(step, step.at("indices"), "int64"), step.emitter.ints(turned)]);
  const everywhere = op("Expand", [places, op("Shape", [step.at("x")])]);
  return op("ScatterElements", [zeros(step), everywhere, step.at("x")], { axis, reduction: "add" });
};

const addAlongAxis: Row = (step) =>
  make(step)("ScatterElements", [zeros(step), castTo(step, step.at("indices"), "int64"), step.at("x")], {
    axis: (step.attrs as unknown as { axis: number }).axis,
    reduction: "add",
  });

const put: Row = (step) => {
  const { reduction } = step.attrs as unknown as { reduction: string | null };
  const op = make(step);
  const places = op("Unsqueeze", [castTo(step, step.at("indices"), "int64"), step.emitter.ints([-1])]);
  return op("ScatterND", [step.at("x"), places, step.at("updates")], { reduction: reduction ?? "none" });
};

/** Coordinates as places in what is flattened; negative ones count from the end. */
const places: Row = (step) => {
  const op = make(step);
  const x = castTo(step, step.at("x"), "int64");
  const lengths = Array.from(step.tensor("lengths")!.data());
  const row = (values: readonly number[]) => longs(step, [1, values.length], values);
  const wrapped = op("Where", [op("Less", [x, long(step, 0)]), op("Add", [x, row(lengths)]), x]);
  const steps = lengths.map((_, i) => sizeOf(lengths.slice(i + 1)));
  return castTo(step, op("ReduceSum", [op("Mul", [wrapped, row(steps)]), step.emitter.ints([1])], { keepdims: 0 }), "int32");
};

export const indexRows: Readonly<Record<string, Row>> = {
  frames,
  patches,
  crop_to_ratio: cropToRatio,
  pad_to_ratio: padToRatio,
  diagonal,
  place_diagonal: placeDiagonal,
  embed,
  add_at: addAt,
  add_along_axis: addAlongAxis,
  put,
  places,
};
