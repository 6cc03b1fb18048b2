// Elements added around: a constant, or the tensor's own by reflection.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, stridesOf } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { take } from "../indexing/take.js";
import { fillCommand, stridedOf, type Range } from "./slice.js";
import { scatterView } from "./views.js";

/** How many elements to add before and after: of every axis, or of each axis. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number])[];
type Mode = "constant" | "reflect" | "symmetric" | "edge" | "wrap";

/** What stands before and after an axis of a length, as indices into the axis. */
const sources: Record<Exclude<Mode, "constant">, (i: number, length: number) => number> = {
  edge: (i, length) => Math.min(Math.max(i, 0), length - 1),
  wrap: (i, length) => modulo(i, length),
  symmetric: (i, length) => fold(modulo(i, 2 * length), 2 * length - 1, length),
  reflect: (i, length) => (length === 1 ? 0 : fold(modulo(i, 2 * length - 2), 2 * length - 2, length)),
};
const modulo = (i: number, n: number): number => ((i % n) + n) % n;
const fold = (i: number, last: number, length: number): number => (i < length ? i : last - i);

/**
 * x with elements added at its edges.
 *
 * ```ts
 * ops.pad([1, 2], [[1, 2]]); // [0, 1, 2, 0, 0]
 * ```
 *
 * @param padWidth  one number or pair for all axes, or a pair for each
 * @param mode      "constant" (default), "reflect" (mirrored without the edge), "symmetric" (with it), "edge", "wrap"
 * @param constantValues  what is added in constant mode; default 0
 */
export const pad = operation(
  'numpy.pad(*x, padWidth:ints|pairs, mode="constant", *constantValues=null)',
  (x: TensorLike, padWidth: PadWidth, mode: string, constantValues: number | null): Tensor => {
    const tensor = asTensor(x);
    const widths = widthsOf(padWidth, tensor.rank);
    if (mode === "constant") {
      return padOp.apply(
        { x: tensor },
        { before: widths.map(([before]) => before), after: widths.map(([, after]) => after), value: constantValues ?? 0 },
      );
    }
    if (!Object.hasOwn(sources, mode)) {
      throw new ValueError("pad", { given: `mode ${text(mode)}`, expected: `constant, ${Object.keys(sources).join(", ")}` });
    }
    const source = sources[mode as Exclude<Mode, "constant">];
    return widths.reduce((y, [before, after], axis) => {
      if (before === 0 && after === 0) return y;
      const length = known([y.shape[axis]!], "pad")[0]!;
      return take(
        y,
        Int32Array.from({ length: before + length + after }, (_, i) => source(i - before, length)),
        axis,
      );
    }, tensor);
  },
);

function widthsOf(padWidth: PadWidth, rank: number): (readonly [number, number])[] {
  const given = typeof padWidth === "number" ? [[padWidth, padWidth]] : typeof padWidth[0] === "number" ? [padWidth] : padWidth;
  const pairs = (given as readonly (readonly [number, number])[]).map(([before, after]) => [before, after ?? before] as const);
  const widths = pairs.length === 1 ? Array.from({ length: rank }, () => pairs[0]!) : pairs;
  if (widths.length !== rank)
    throw new ShapeError("pad", { given: `${widths.length} pairs for rank ${rank}`, expected: "one pair, or one for each axis" });
  if (widths.flat().every((width) => Number.isInteger(width) && width >= 0)) return widths;
  throw new ValueError("pad", { given: shapeText(widths.flat()), expected: "widths that are whole numbers and not negative" });
}

const padOp = primitive({
  name: "pad",
  inputs: ["x"],
  infer: ({ x }, { before, after }: { before: readonly number[]; after: readonly number[]; value: number }): Spec => ({
    shape: x.shape.map((length, axis) => (length === null ? null : before[axis]! + length + after[axis]!)),
    dtype: x.dtype,
  }),
  lower: ({ x }, { y }, { before, value }) => {
    const strides = stridesOf(known(y.shape));
    const offset = before.reduce((sum, width, axis) => sum + width * strides[axis]!, 0);
    return [fillCommand(y, value), scatterView(x, y, { shape: known(x.shape), strides, offset })];
  },
  again: (inputs, _, attrs) => ({ inputs, attrs }),
  gradient: (dy, _, { specs, attrs: { before } }) => ({
    x: () =>
      stridedOf(
        dy,
        before.map((begin, axis): Range => ({ begin, step: 1, count: specs.x.shape[axis]! })),
      ),
  }),
});
