// Tensors with some elements replaced: by block, by index.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { dtypes } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as arraysKernels } from "../../generated/kernels/arrays.js";
import type { Command } from "../../runtime/command.js";
import { add, divideNoNan, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { clip } from "../elementwise/clip.js";
import { equal, greaterEqual, less } from "../elementwise/comparison.js";
import { logicalAnd } from "../elementwise/logical.js";
import { where } from "../elementwise/where.js";
import { as } from "../promotion.js";
import { integers, isStatic, type Integers } from "../static.js";
import { full, progression, zerosLike } from "../shaping/create.js";
import { expandDims, reshape } from "../shaping/reshape.js";
import { placesOf } from "./places.js";
import { addAt, asIndices, take, takeAt } from "./take.js";

/**
 * x with a block replaced by others.
 *
 * ```ts
 * ops.sliceUpdate([1, 2, 3, 4], [1], [8, 9]); // [1, 8, 9, 4]
 * ```
 *
 * @param startIndices  where the block begins, numbers or a tensor
 */
export const sliceUpdate = operation(
  "core.sliceUpdate(*inputs, *startIndices, *updates)",
  (inputs: TensorLike, startIndices: Integers, updates: TensorLike): Tensor => {
    const tensor = asTensor(inputs);
    const block = as(updates, tensor.dtype);
    if (block.rank !== tensor.rank) {
      throw new ShapeError("sliceUpdate", {
        given: `inputs ${shapeText(tensor.shape)} and updates ${shapeText(block.shape)}`,
        expected: "equal ranks",
      });
    }
    const starts = isStatic(startIndices) ? integers(startIndices) : asIndices(startIndices);
    let spread = block;
    let inside: Tensor | undefined;
    tensor.shape.forEach((_, axis) => {
      const [length, count] = known([tensor.shape[axis]!, block.shape[axis]!], "sliceUpdate") as [number, number];
      if (count > length || (Array.isArray(starts) && !(starts[axis]! >= 0 && starts[axis]! + count <= length))) {
        throw new ShapeError("sliceUpdate", {
          given: `${count} elements${Array.isArray(starts) ? ` from ${starts[axis]} on` : ""} along axis ${axis} of ${shapeText(tensor.shape)}`,
          expected: `a block within 0 to ${length}`,
        });
      }
      const first = Array.isArray(starts)
        ? starts[axis]!
        : placesOf("sliceUpdate", reshape(take(starts as Tensor, axis, 0), [1, 1]), [length - count + 1], { wraps: false, axis });
      const places = subtract(progression(0, 1, length, "int32"), first);
      const others = tensor.shape.map((_, i) => i).filter((i) => i !== axis);
      const here = expandDims(logicalAnd(greaterEqual(places, 0), less(places, count)), others);
      inside = inside ? logicalAnd(inside, here) : here;
      spread = take(spread, clip(places, 0, count - 1), axis);
    });
    return inside ? where(inside, spread, tensor) : block;
  },
);

/** Places in the flattened first axes of a shape, from rows of coordinates; the rest of the shape is one row. */
function flatPlaces(where: string, indices: Tensor, shape: Shape): { places: Tensor; lengths: readonly number[]; rest: Shape } {
  const depth = indices.shape.at(-1);
  if (typeof depth !== "number" || depth > shape.length) {
    throw new ShapeError(where, {
      given: `indices ${shapeText(indices.shape)} for ${shapeText(shape)}`,
      expected: "a last axis of coordinates, at most one for each axis",
    });
  }
  const lengths = known(shape.slice(0, depth), where);
  return { places: placesOf(where, reshape(indices, [-1, depth]), lengths), lengths, rest: shape.slice(depth) };
}

/**
 * Zeros of the shape, with values added where the indices say; those that meet are summed.
 *
 * ```ts
 * ops.scatter([[0], [2]], [5, 7], [4]); // [5, 0, 7, 0]
 * ```
 *
 * @param indices  [..., depth]: coordinates along the first axes
 * @param values   [..., ...rest of the shape]
 */
export const scatter = operation(
  "core.scatter(*indices, *values, shape:list)",
  (indices: TensorLike, values: TensorLike, shape: Shape): Tensor => {
    const { places, lengths, rest } = flatPlaces("scatter", asIndices(indices), shape);
    const given = asTensor(values);
    const rows = reshape(given.dtype === "float32" ? given : cast(given, "int32"), [-1, ...rest]);
    return cast(reshape(addAt(rows, places, [sizeOf(lengths), ...rest]), shape), given.dtype);
  },
);

type Reduction = "add" | "max" | "min" | "mul";

/**
 * x with updates at the places that the indices name.
 *
 * ```ts
 * ops.scatterUpdate([1, 2, 3], [[0], [2]], [5, 7]); // [5, 2, 7]
 * ```
 *
 * @param indices    [..., depth]: coordinates along the first axes
 * @param reduction  null replaces (the last of several wins); "add", "max", "min", "mul" combine with what is there
 */
export const scatterUpdate = operation(
  "core.scatterUpdate(*inputs, *indices, *updates, reduction:string=null)",
  (inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction: string | null): Tensor => {
    const tensor = asTensor(inputs);
    const { places, lengths, rest } = flatPlaces("scatterUpdate", asIndices(indices), tensor.shape);
    const shape = tensor.shape;
    const rows = reshape(as(updates, tensor.dtype), [-1, ...rest]);
    const base = reshape(tensor, [sizeOf(lengths), ...rest]);
    if (reduction === "add") return add(tensor, reshape(addAt(rows, places, base.shape), shape));
    if (reduction !== null && !["max", "min", "mul"].includes(reduction))
      throw new ValueError("scatterUpdate", { given: `reduction ${text(reduction)}`, expected: "add, max, min, mul or null" });
    return reshape(putOp.apply({ x: base, indices: places, updates: rows }, { reduction: reduction as Reduction | null }), shape);
  },
);

const combine: Record<Exclude<Reduction, "add">, Partial<Record<Tensor["dtype"], typeof arraysKernels.put_32>>> = {
  max: { float32: kernels.put_max_f32, int32: kernels.put_max_i32 },
  min: { float32: kernels.put_min_f32, int32: kernels.put_min_i32 },
  mul: { float32: kernels.put_mul_f32, int32: kernels.put_mul_i32 },
};

/** Columns of a unit of the kernels that write rows (TILE in assembly/indexing/take.ts). */
const TILE = 32;
const COPY_GRAIN = 1 << 18;

const putOp = primitive({
  name: "put",
  inputs: ["x", "indices", "updates"],
  infer: ({ x }, _: { reduction: Reduction | null }): Spec => ({ shape: x.shape, dtype: x.dtype }),
  lower: ({ x, indices, updates }, { y }, { reduction }): Command[] => {
    const [length, ...rest] = known(y.shape);
    const inner = sizeOf(rest);
    const bytes = dtypes[x.dtype].bytes;
    const replace = bytes === 4 ? arraysKernels.put_32 : arraysKernels.put_8;
    const kernel = reduction === null || reduction === "add" ? replace : combine[reduction][x.dtype]!;
    const args = { x: updates, indices, y, length: length!, count: indices.size, inner };
    return [kernels.copy_bytes({ x, y }, y.size * bytes, COPY_GRAIN), kernel(args, Math.ceil(inner / TILE))];
  },
  keeps: ["x", "indices", "updates", "y"],
  gradient: (dy, { x, indices, updates, y }, { attrs: { reduction } }) => {
    // Who made it into the result: of those that replace the last, of extrema those that equal it.
    if (reduction === "max" || reduction === "min") {
      return {
        x: () => multiply(dy, cast(equal(x, y), "float32")),
        updates: () => multiply(takeAt(dy, indices, 0, 0), cast(equal(updates, takeAt(y, indices, 0)), "float32")),
      };
    }
    if (reduction === "mul") {
      return {
        x: () => multiply(dy, scatterUpdateRows(full(x.shape, 1), indices, updates, "mul")),
        updates: () => divideNoNan(takeAt(multiply(dy, y), indices, 0, 0), updates),
      };
    }
    const count = indices.size;
    const last = scatterUpdateRows(full([x.shape[0]!], -1, { dtype: "int32" }), indices, progression(0, 1, count, "int32"), null);
    const others = x.shape.slice(1).map((_, i) => i + 1);
    return {
      x: () => where(expandDims(less(last, 0), others), dy, zerosLike(dy)),
      updates: () => {
        const wins = expandDims(equal(takeAt(last, indices, 0), progression(0, 1, count, "int32")), others);
        return where(wins, takeAt(dy, indices, 0, 0), 0);
      },
    };
  },
});

/** x with rows put, or combined with what is there, where the indices along the first axis say. */
export const scatterUpdateRows = (x: Tensor, indices: Tensor, updates: Tensor, reduction: Reduction | null): Tensor =>
  putOp.apply({ x, indices, updates }, { reduction });
