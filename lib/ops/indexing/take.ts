// Elements by index along an axis, and their gradient, which adds where indices repeat.

import { operation } from "../../core/operation.js";
import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { dtypes, type Dtype } from "../../core/dtype.js";
import { ShapeError } from "../../core/errors.js";
import { siteOf } from "../../core/indices.js";
import { checkFollows } from "../../core/interpreter.js";
import { primitive } from "../../core/primitive.js";
import { replica } from "../../core/replicas.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import { Tensor, type Spec } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as arraysKernels } from "../../generated/kernels/arrays.js";
import { cast } from "../elementwise/cast.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { ravel } from "../shaping/reshape.js";
import { fillCommand } from "../shaping/slice.js";
import { broadcastShapes } from "../broadcasting.js";

/** Elements per claim of a thread. */
const GRAIN = 1 << 15;
/**
 * Blocks of rows that sums of rows are cut into: such that one stays in the second cache, but no more than a few for each of a row's
 * vectors, since every block looks through all indices.
 */
const blocksOf = (length: number, inner: number): number => Math.max(1, Math.min(32, inner >> 2, Math.ceil((length * inner) / (1 << 17))));

/** NaN for floats, the least number for int32, 0 for the rest: what an index outside picks. */
const outside: Readonly<Partial<Record<Dtype, number>>> = { float32: 0x7fc00000, bfloat16: 0x7fc0, float16: 0x7e00, int32: 0x80000000 };

/** A kernel for each width: elements are moved, whatever they are. */
const takeOfWidth = { 1: kernels.take_8, 2: kernels.take_16, 4: kernels.take_32 } as const;

/** Indices as int32; fractions are cut off, as Keras does. */
export const asIndices = (indices: TensorLike): Tensor => cast(asTensor(indices), "int32");

/**
 * Elements of x along an axis, picked by indices; negative ones count from the end.
 *
 * ```ts
 * ops.take([10, 20, 30], [2, 0]); // [30, 10]
 * ```
 *
 * @param indices  whole numbers, any shape
 * @param axis     default: the flattened x
 * @returns        the shape of x with that of indices in place of the axis
 * @throws ValueError for an index outside, when the operation runs
 */
export const take = operation(
  "numpy.take(*x, *indices, axis:ints=null)",
  (x: TensorLike, indices: TensorLike, axis: number | null): Tensor => {
    const tensor = asTensor(x);
    const picked = asIndices(indices);
    const checked = { site: siteOf("take") };
    if (axis === null) return takeOp.apply({ x: ravel(tensor), indices: picked }, { axis: 0, ...checked });
    const at = checkAxis("take", axis, tensor.rank);
    const ofParts = at === 0 ? replica().group.products?.rows(tensor, picked) : null;
    return ofParts ?? takeOp.apply({ x: tensor, indices: picked }, { axis: at, ...checked });
  },
  { keepsWidth: true },
);

interface Along {
  readonly axis: number;
  /** What an index outside picks, where it is not the usual. */
  readonly fill?: number;
  /** Who refuses an index outside; absent: nobody does. */
  readonly site?: number;
  /** Whether indices below 0 count from the end. Default: true. */
  readonly wraps?: boolean;
}

/** The same without a check: an index outside picks NaN (of integers, the least number), or what `fill` says. */
export const takeAt = (x: Tensor, indices: Tensor, axis: number, fill?: number): Tensor => takeOp.apply({ x, indices }, { axis, fill });

/** `take` for who counts from the front alone: an index below 0 is outside. @param name  of the operation that refuses it */
export const takeFrom = (name: string, x: Tensor, indices: Tensor, axis: number): Tensor =>
  takeOp.apply({ x, indices }, { axis, site: siteOf(name), wraps: false });

const takeOp = primitive({
  name: "take",
  moves: true,
  keepsWidth: true,
  inputs: ["x", "indices"],
  infer: ({ x, indices }, { axis }: Along): Spec => ({
    shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
    dtype: x.dtype,
  }),
  lower: ({ x, indices }, { y }, { axis, fill = outside[x.dtype] ?? 0, site = 0, wraps = true }) => {
    const shape = known(x.shape);
    const inner = sizeOf(shape.slice(axis + 1));
    const count = indices.size;
    const length = shape[axis]!;
    const args = { x, indices, y, length, count, inner, fill, wrap: wraps ? length : 0, site, axis };
    const kernel = takeOfWidth[dtypes[x.dtype].bytes as 1 | 2 | 4];
    return kernel(args, inner === 0 ? 0 : sizeOf(shape.slice(0, axis)) * count, Math.ceil(GRAIN / (inner + 1)));
  },
  keeps: ["indices"],
  gradient: (dy, { indices }, { specs, attrs: { axis } }) => ({
    x: () => addAt(dy, indices, specs.x.shape, axis),
  }),
});

interface Placement extends Along {
  readonly shape: Shape;
}

/**
 * Zeros of the shape, with the rows of x added where the indices say: the reverse of `take`.
 *
 * @param shape  or a tensor that has it, where it is not known yet
 */
export function addAt(x: Tensor, indices: Tensor, shape: Shape | Tensor, axis = 0): Tensor {
  if (shape instanceof Tensor) return putOp.apply({ x, indices, like: shape }, { shape: shape.shape, axis });
  checkFollows("addAt", shape);
  return putOp.apply({ x, indices, like: undefined }, { shape, axis });
}

const putOp = primitive({
  name: "add_at",
  inputs: ["x", "indices", "like?"],
  infer: ({ x, like }, { shape }: Placement): Spec => ({ shape: like?.shape ?? shape, dtype: x.dtype }),
  lower: ({ x, indices }, { y }, { axis }) => {
    const shape = known(y.shape);
    const inner = sizeOf(shape.slice(axis + 1));
    const count = indices.size;
    const length = shape[axis]!;
    const block = Math.ceil(length / blocksOf(length, inner));
    const args = { x, indices, y, length, count, inner, block: Math.max(1, block) };
    const units = length === 0 ? 0 : sizeOf(shape.slice(0, axis)) * Math.ceil(length / block);
    const kernel = x.dtype === "float32" ? kernels.add_at_f32 : kernels.add_at_i32;
    return kernel(args, units, Math.ceil(GRAIN / ((block + count) * inner + 1)));
  },
  keeps: ["indices"],
  gradient: (dy, { indices }, { attrs: { axis } }) => ({ x: () => takeAt(dy, indices, axis, 0) }),
});

/**
 * Elements of x along an axis, each picked by an index of its own.
 *
 * ```ts
 * ops.takeAlongAxis([[10, 20], [30, 40]], [[1], [0]], 1); // [[20], [30]]
 * ```
 *
 * @param indices  whole numbers, of the shape of x but for the axis (other axes broadcast); negative ones count from the end
 * @param axis     default: both flattened
 * @throws ValueError for an index outside, when the operation runs
 */
export const takeAlongAxis = operation(
  "numpy.takeAlongAxis(*x, *indices, axis:ints=null)",
  (x: TensorLike, indices: TensorLike, axis: number | null): Tensor => {
    return pickAlong(x, indices, axis, { site: siteOf("takeAlongAxis") });
  },
);

/** The same with other checks: without a `site`, an index outside picks NaN (of integers, the least number). */
export function pickAlong(x: TensorLike, indices: TensorLike, axis: number | null, checks: Pick<Along, "site" | "wraps"> = {}): Tensor {
  const tensor = asTensor(x);
  const picked = asIndices(indices);
  if (axis === null) return takeAlongOp.apply({ x: ravel(tensor), indices: ravel(picked) }, { axis: 0, ...checks });
  const along = checkAxis("takeAlongAxis", axis, tensor.rank);
  if (picked.rank !== tensor.rank) {
    throw new ShapeError("takeAlongAxis", {
      given: `x ${shapeText(tensor.shape)} and indices ${shapeText(picked.shape)}`,
      expected: "equal ranks",
    });
  }
  const without = (shape: Shape): Shape => shape.map((length, i) => (i === along ? 1 : length));
  const common = broadcastShapes("takeAlongAxis", without(tensor.shape), without(picked.shape));
  const filled = (t: Tensor): Tensor =>
    broadcastTo(
      t,
      common.map((length, i) => (i === along ? t.shape[i]! : length)),
    );
  return takeAlongOp.apply({ x: filled(tensor), indices: filled(picked) }, { axis: along, ...checks });
}

const takeAlong = (x: Tensor, indices: Tensor, axis: number, fill?: number): Tensor => takeAlongOp.apply({ x, indices }, { axis, fill });

const takeAlongOp = primitive({
  name: "take_along_axis",
  moves: true,
  inputs: ["x", "indices"],
  infer: ({ x, indices }): Spec => ({ shape: indices.shape, dtype: x.dtype }),
  lower: ({ x, indices }, { y }, { axis, fill = outside[x.dtype] ?? 0, site = 0, wraps = true }: Along) => {
    const shape = known(x.shape);
    const count = known(y.shape)[axis]!;
    const length = shape[axis]!;
    const args = { x, indices, y, length, count, inner: sizeOf(shape.slice(axis + 1)), fill, wrap: wraps ? length : 0, site, axis };
    const kernel = dtypes[x.dtype].bytes === 4 ? arraysKernels.take_along_32 : arraysKernels.take_along_8;
    return kernel(args, y.size, GRAIN);
  },
  keeps: ["indices"],
  gradient: (dy, { indices }, { specs, attrs: { axis } }) => ({
    x: () => addAlong(dy, indices, specs.x.shape, axis),
  }),
});

/** Zeros of the shape, with each element of x added where its index says: the reverse of `takeAlongAxis`. */
const addAlong = (x: Tensor, indices: Tensor, shape: Shape, axis: number): Tensor => putAlongOp.apply({ x, indices }, { shape, axis });

const putAlongOp = primitive({
  name: "add_along_axis",
  inputs: ["x", "indices"],
  infer: ({ x }, { shape }: Placement): Spec => ({ shape, dtype: x.dtype }),
  lower: ({ x, indices }, { y }, { axis }) => {
    const shape = known(y.shape);
    const inner = sizeOf(shape.slice(axis + 1));
    const count = known(x.shape)[axis]!;
    const args = { x, indices, y, length: shape[axis]!, count, inner };
    const kernel = arraysKernels.put_along_add_f32(args, sizeOf(shape.slice(0, axis)) * inner, Math.ceil(GRAIN / (count + 1)));
    return [fillCommand(y, 0), kernel];
  },
  keeps: ["indices"],
  gradient: (dy, { indices }, { attrs: { axis } }) => ({ x: () => takeAlong(dy, indices, axis, 0) }),
});
