import { asTensor, type TensorLike } from "../../core/convert.js";
import { dtypes } from "../../core/dtype.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, stridesOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { gatherView, scatterView, type View } from "./views.js";

/**
 * A block of x.
 *
 * @param begin  the first index along each axis
 * @param size   how many along each axis; −1: all that follow
 * @throws ShapeError where the block reaches beyond x
 */
export function slice(x: TensorLike, begin: readonly number[], size: readonly number[]): Tensor {
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
}

/** Elements begin, begin + step, …, so many, along an axis. A null count is an axis not known yet. */
export interface Range {
  readonly begin: number;
  readonly step: number;
  readonly count: number | null;
}

/** A view of x by a range along each axis, all within x. */
export function stridedOf(x: Tensor, ranges: readonly Range[]): Tensor {
  const whole = ranges.every(({ begin, step, count }, axis) => begin === 0 && step === 1 && count === x.shape[axis]);
  return whole ? x : stridedOp.apply({ x }, { ranges });
}

function viewOf(shape: readonly number[], ranges: readonly Range[]): View {
  const strides = stridesOf(shape);
  return {
    shape: ranges.map(({ count, begin }, axis) => count ?? shape[axis]! - begin),
    strides: ranges.map(({ step }, axis) => step * strides[axis]!),
    offset: ranges.reduce((offset, { begin }, axis) => offset + begin * strides[axis]!, 0),
  };
}

const stridedOp = primitive({
  name: "slice",
  inputs: ["x"],
  infer: ({ x }, { ranges }: { ranges: readonly Range[] }): Spec => ({
    shape: ranges.map(({ begin, count }, axis) => (count === null && x.shape[axis] !== null ? x.shape[axis]! - begin : count)),
    dtype: x.dtype,
  }),
  lower: ({ x }, { y }, { ranges }) => gatherView(x, y, viewOf(known(x.shape), ranges)),
  gradient: (dy, _, { specs, attrs }) => ({ x: () => embed(dy, specs.x.shape, attrs.ranges) }),
});

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
  return new Uint32Array(word.buffer)[0]!;
}

/** y = the value everywhere. */
export function fillCommand(y: Tensor, value: number) {
  const kernel = dtypes[y.dtype].bytes === 4 ? kernels.fill_32 : kernels.fill_8;
  return kernel({ y, bits: bitsOf(value, y.dtype) }, y.size, GRAIN);
}

/** x in reverse along axes. @param axis  default: all */
export function flip(x: TensorLike, axis?: number | readonly number[] | null): Tensor {
  const tensor = asTensor(x);
  const shape = known(tensor.shape, "flip");
  const axes =
    axis === undefined || axis === null ? shape.map((_, i) => i) : [axis].flat().map((each) => (each < 0 ? each + tensor.rank : each));
  if (axes.some((each) => each < 0 || each >= tensor.rank)) {
    throw new ValueError("flip", { given: `axis ${shapeText(axes)} for rank ${tensor.rank}`, expected: "axes of x" });
  }
  return stridedOf(
    tensor,
    shape.map((count, i) => (axes.includes(i) ? { begin: Math.max(0, count - 1), step: -1, count } : { begin: 0, step: 1, count })),
  );
}
