// Blocks with strides, views where possible, and their gradients; reversal.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { bytesOfElements, dtypes } from "../../core/dtype.js";
import { ShapeError } from "../../core/errors.js";
import { primitive, type Block } from "../../core/primitive.js";
import { known, shapeText, stridesOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { checkAxes, type Axis } from "../reduce/family.js";
import { gatherView, scatterView, type View } from "./views.js";

/**
 * A block of x.
 *
 * @param begin  the first index along each axis
 * @param size   how many along each axis; −1: all that follow
 * @throws ShapeError where the block reaches beyond x
 */
export const slice = operation(
  "core.slice(*inputs, *startIndices, shape:shape)",
  (x: TensorLike, begin: readonly number[], size: readonly number[]): Tensor => {
    const tensor = asTensor(x);
    if (begin.length !== tensor.rank || size.length !== tensor.rank) {
      throw new ShapeError("slice", {
        given: `begin ${shapeText(begin)} and size ${shapeText(size)}`,
        expected: `${tensor.rank} entries in both`,
      });
    }
    const ranges = begin.map((first, axis): Range => {
      const length = tensor.shape[axis]!;
      const count = size[axis] === -1 ? (length === null ? null : length - first) : size[axis]!;
      if (first < 0 || (length !== null && (count! < 0 || first + count! > length))) {
        throw new ShapeError("slice", {
          given: `elements ${first} to ${first + (count ?? 0)} along axis ${axis} of ${shapeText(tensor.shape)}`,
          expected: `a range within 0 to ${length}`,
        });
      }
      return { begin: first, step: 1, count };
    });
    return stridedOf(tensor, ranges);
  },
);

/**
 * Elements begin, begin + step, …, so many, along an axis. A null count is for an axis whose length is not known yet: then begin and stop
 * are those of Python's slice, counted from the end where they are negative, null for the whole axis in the direction of the step.
 */
export interface Range {
  readonly begin: number | null;
  readonly step: number;
  readonly count: number | null;
  readonly stop?: number | null;
}

/** All of an axis, in order. */
export const everything = (length: number | null): Range => ({ begin: 0, step: 1, count: length });

interface Resolved {
  readonly begin: number;
  readonly step: number;
  readonly count: number;
}

/** What a range is of an axis of known length. @throws ShapeError where elements lie beyond the axis */
export function resolved({ begin, step, count, stop = null }: Range, length: number): Resolved {
  if (count !== null) {
    const [first, last] = [begin ?? 0, (begin ?? 0) + (count - 1) * step];
    if (count === 0 || (Math.min(first, last) >= 0 && Math.max(first, last) < length)) return { begin: first, step, count };
    throw new ShapeError("slice", { given: `elements ${first} to ${last} of an axis of length ${length}`, expected: `0 to ${length - 1}` });
  }
  const clamp = (at: number, low: number, high: number): number => Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const first = step > 0 ? clamp(begin ?? 0, 0, length) : begin === null ? length - 1 : clamp(begin, -1, length - 1);
  const last = step > 0 ? clamp(stop ?? length, 0, length) : stop === null ? -1 : clamp(stop, -1, length - 1);
  const found = Math.max(0, Math.ceil((last - first) / step));
  return { begin: found === 0 ? 0 : first, step, count: found };
}

/** A view of x by a range along each axis, all within x. */
export function stridedOf(x: Tensor, ranges: readonly Range[]): Tensor {
  const whole = ranges.every(
    ({ begin, step, count, stop = null }, axis) => begin === 0 && step === 1 && stop === null && count === x.shape[axis],
  );
  return whole ? x : stridedOp.apply({ x }, { ranges });
}

/** What ranges of a tensor of known shape are as a view. */
export function viewOf(shape: readonly number[], ranges: readonly Range[]): View {
  const strides = stridesOf(shape);
  const parts = ranges.map((range, axis) => resolved(range, shape[axis]!));
  return {
    shape: parts.map(({ count }) => count),
    strides: parts.map(({ step }, axis) => step * strides[axis]!),
    offset: parts.reduce((offset, { begin }, axis) => offset + begin * strides[axis]!, 0),
  };
}

const stridedOp = primitive({
  name: "slice",
  moves: true,
  inputs: ["x"],
  infer: ({ x }, { ranges }: { ranges: readonly Range[] }): Spec => ({
    shape: ranges.map((range, axis) => (x.shape[axis] === null ? range.count : resolved(range, x.shape[axis]!).count)),
    dtype: x.dtype,
  }),
  lower: ({ x }, { y }, { ranges }) => gatherView(x, y, viewOf(known(x.shape), ranges)),
  gradient: (dy, _, { specs, attrs }) => ({ x: () => embedded(dy, specs.x.shape, attrs.ranges) }),
});

/** The gradient of a view: a block where it is all but a stretch of one axis, else a tensor of zeros around it. */
export function embedded(dy: Tensor, shape: Shape, ranges: readonly Range[]): Tensor | Block {
  const lengths = known(shape, "slice");
  const cut = ranges
    .map((range, axis) => ({ ...resolved(range, lengths[axis]!), axis }))
    .filter(({ step, count, axis }) => step !== 1 || count !== lengths[axis]);
  const [first] = cut;
  if (!first || cut.length > 1 || first.step !== 1) return embed(dy, shape, ranges);
  return { block: dy, shape: lengths, axis: first.axis, begin: first.begin };
}

/** A tensor of zeros (or another value) of the shape, with x at the ranges. */
export function embed(x: Tensor, shape: Shape, ranges: readonly Range[], value = 0): Tensor {
  return embedOp.apply({ x }, { shape, ranges, value });
}

const embedOp = primitive({
  name: "embed",
  inputs: ["x"],
  infer: ({ x }, { shape }: { shape: Shape; ranges: readonly Range[]; value: number }): Spec => ({ shape, dtype: x.dtype }),
  lower: ({ x }, { y }, { ranges, value }) => [fillCommand(y, value), scatterView(x, y, viewOf(known(y.shape), ranges))],
  gradient: (dy, _, { attrs }) => ({ x: () => stridedOf(dy, attrs.ranges) }),
});

const GRAIN = 1 << 17;

/** The bits of a value as an element of the dtype. */
function bitsOf(value: number, dtype: Tensor["dtype"]): number {
  const word = new dtypes[dtype].array(4);
  word[0] = value;
  return new Uint32Array(bytesOfElements(dtype, word).slice().buffer)[0]!;
}

const fillOfWidth = { 1: kernels.fill_8, 2: kernels.fill_16, 4: kernels.fill_32 } as const;

/** y = the value everywhere. */
export function fillCommand(y: Tensor, value: number) {
  return fillOfWidth[dtypes[y.dtype].bytes as 1 | 2 | 4]({ y, bits: bitsOf(value, y.dtype) }, y.size, GRAIN);
}

/**
 * x in reverse along axes.
 *
 * ```ts
 * ops.flip([[1, 2], [3, 4]], 1); // [[2, 1], [4, 3]]
 * ```
 *
 * @param axis  default: all
 */
export const flip = operation("numpy.flip(*x, axis:ints=null)", (x: TensorLike, axis: Axis): Tensor => {
  const tensor = asTensor(x);
  const axes = checkAxes("flip", axis, tensor.rank);
  const reversed = (length: number | null): Range => ({ begin: length === null ? null : Math.max(0, length - 1), step: -1, count: length });
  return stridedOf(
    tensor,
    tensor.shape.map((length, i) => (axes.includes(i) ? reversed(length) : everything(length))),
  );
});

/**
 * x in reverse along its second axis.
 *
 * ```ts
 * ops.fliplr([[1, 2], [3, 4]]); // [[2, 1], [4, 3]]
 * ```
 */
export const fliplr = operation("numpy.fliplr(*x)", (x: TensorLike): Tensor => flip(x, 1));

/**
 * x in reverse along its first axis.
 *
 * ```ts
 * ops.flipud([[1, 2], [3, 4]]); // [[3, 4], [1, 2]]
 * ```
 */
export const flipud = operation("numpy.flipud(*x)", (x: TensorLike): Tensor => flip(x, 0));
