// The same elements in another shape: views, which cost nothing.

import { operation } from "../../core/operation.js";
// Operations that change the shape and nothing else: they compute nothing, the result shares the elements.

import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { checkFollows } from "../../core/interpreter.js";
import { primitive } from "../../core/primitive.js";
import { isKnown, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { checkAxes, type Axis } from "../reduce/family.js";

/**
 * The same elements, in the same order, in another shape.
 *
 * ```ts
 * ops.reshape([1, 2, 3, 4], [2, -1]); // [[1, 2], [3, 4]]
 * ```
 *
 * @param shape  lengths of the new axes; one may be −1: what is left over
 * @throws ShapeError where the number of elements differs
 */
export const reshape = operation(
  "numpy.reshape(*x, newshape:shape)",
  (x: TensorLike, shape: readonly (number | null)[] | number): Tensor => {
    const tensor = asTensor(x);
    if (typeof shape === "object") {
      // Two open axes, or one beside an axis of length 0, do not follow from the number of elements.
      const open = shape.filter((length) => length === null || length === -1).length;
      if (open > 1 || (shape.includes(null) && shape.includes(0))) checkFollows("reshape", shape);
    }
    return reshapeOp.apply({ x: tensor }, { shape: resolve(tensor.shape, typeof shape === "number" ? [shape] : shape, tensor.isSymbolic) });
  },
);

/** Fills in the −1 (or the one null) of a wanted shape. */
function resolve(from: Shape, shape: Shape, mayBeOpen = true): Shape {
  if (isWhole(from, shape)) return shape;
  const free = shape.flatMap((length, axis) => (length === -1 || length === null ? [axis] : []));
  const fail = (expected: string): never => {
    throw new ShapeError("reshape", { given: `${shapeText(from)} to ${shapeText(shape)}`, expected });
  };
  if (shape.some((length) => length !== null && (!Number.isInteger(length) || length < -1))) fail("lengths that are whole numbers, or −1");
  if (free.length > 1 && isKnown(from)) {
    if (shape.includes(-1) || !mayBeOpen) fail("at most one −1");
    return shape;
  }
  const rest = sizeOf(shape.filter((_, axis) => !free.includes(axis)) as number[]);
  if (isKnown(from)) {
    const size = sizeOf(from);
    if (free.length === 0 && rest !== size) fail(`a shape of ${size} elements`);
    if (free.length === 0) return shape;
    if (rest === 0 ? size !== 0 : size % rest !== 0) fail(`a length of axis ${free[0]} that gives ${size} elements in all`);
    return shape.map((length, axis) => (axis === free[0] ? (rest === 0 ? 0 : size / rest) : length));
  }
  return shape.map((length) => (length === -1 ? null : length));
}

/** Whether a shape has as many elements as another one, and nothing is to be filled in. */
function isWhole(from: Shape, shape: Shape): boolean {
  let size = 1;
  for (const length of shape) {
    if (length === null || !Number.isInteger(length) || length < 0) return false;
    size *= length;
  }
  return isKnown(from) && size === sizeOf(from);
}

const reshapeOp = primitive({
  name: "reshape",
  inputs: ["x"],
  infer: ({ x }, { shape }: { shape: Shape }) => ({ shape: resolve(x.shape, shape), dtype: x.dtype }),
  alias: "x",
  gradient: (dy, _, { specs }) => ({ x: () => reshape(dy, specs.x.shape) }),
});

/**
 * Inserts axes of length 1 at these places of the result: [3] with axis 0 is [1, 3].
 *
 * ```ts
 * ops.expandDims([1, 2], 0); // [[1, 2]]
 * ```
 */
export const expandDims = operation("numpy.expandDims(*x, axis:ints)", (x: TensorLike, axis: number | readonly number[]): Tensor => {
  const tensor = asTensor(x);
  const added = typeof axis === "number" ? [axis] : axis;
  const axes = checkAxes("expandDims", added, tensor.rank + added.length);
  return axes.length === 0 ? tensor : expandDimsOp.apply({ x: tensor }, { axes });
});

interface Axes {
  /** Ascending. */
  readonly axes: readonly number[];
}

const expandDimsOp = primitive({
  name: "expand_dims",
  inputs: ["x"],
  infer: ({ x }, { axes }: Axes): Spec => {
    const shape = [...x.shape];
    for (const axis of axes) shape.splice(axis, 0, 1);
    return { shape, dtype: x.dtype };
  },
  alias: "x",
  gradient: (dy, _, { attrs }) => ({ x: () => squeeze(dy, attrs.axes) }),
});

/**
 * Removes axes of length 1: those named, or all of them.
 *
 * ```ts
 * ops.squeeze([[[1, 2]]]); // [1, 2]
 * ```
 *
 * @throws ShapeError where a named axis is longer
 */
export const squeeze = operation("numpy.squeeze(*x, axis:ints=null)", (x: TensorLike, axis: Axis): Tensor => {
  const tensor = asTensor(x);
  const axes =
    axis === undefined || axis === null
      ? tensor.shape.flatMap((length, i) => (length === 1 ? [i] : []))
      : checkAxes("squeeze", axis, tensor.rank);
  return axes.length === 0 ? tensor : squeezeOp.apply({ x: tensor }, { axes });
});

const squeezeOp = primitive({
  name: "squeeze",
  inputs: ["x"],
  infer: ({ x }, { axes }: Axes): Spec => {
    for (const axis of axes) {
      if (x.shape[axis] === 1 || x.shape[axis] === null) continue;
      throw new ShapeError("squeeze", { given: `axis ${axis} of ${shapeText(x.shape)}`, expected: "an axis of length 1" });
    }
    return { shape: x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype };
  },
  alias: "x",
  gradient: (dy, _, { attrs }) => ({ x: () => expandDims(dy, attrs.axes) }),
});

/**
 * All elements along one axis.
 *
 * ```ts
 * ops.ravel([[1, 2], [3, 4]]); // [1, 2, 3, 4]
 * ```
 */
export const ravel = operation("numpy.ravel(*x)", (x: TensorLike): Tensor => reshape(x, [-1]));

/** Merges the axes from one on into a single axis. */
export function flattenFrom(x: TensorLike, axis: number): Tensor {
  const tensor = asTensor(x);
  return flattenOp.apply({ x: tensor }, { from: tensor.rank === 0 ? 0 : checkAxis("flatten", axis, tensor.rank) });
}

const flattenOp = primitive({
  name: "flatten",
  inputs: ["x"],
  infer: ({ x }, { from }: { from: number }): Spec => {
    const rest = x.shape.slice(from);
    return { shape: [...x.shape.slice(0, from), isKnown(rest) ? sizeOf(rest) : null], dtype: x.dtype };
  },
  alias: "x",
  gradient: (dy, _, { specs }) => ({ x: () => reshape(dy, specs.x.shape) }),
});

/** Makes one axis of so many neighbouring ones. */
export const mergeAxes = (x: Tensor, axis: number, count: number): Tensor => (count === 1 ? x : mergeOp.apply({ x }, { axis, count }));

const mergeOp = primitive({
  name: "merge_axes",
  inputs: ["x"],
  infer: ({ x }, { axis, count }: { axis: number; count: number }): Spec => {
    const merged = x.shape.slice(axis, axis + count);
    return { shape: [...x.shape.slice(0, axis), isKnown(merged) ? sizeOf(merged) : null, ...x.shape.slice(axis + count)], dtype: x.dtype };
  },
  alias: "x",
  gradient: (dy, _, { specs, attrs: { axis, count } }) => ({ x: () => splitAxis(dy, axis, specs.x.shape.slice(axis, axis + count)) }),
});

/** Makes several axes of one; one of their lengths may be null: what is left over. @throws ShapeError where they do not fit */
export const splitAxis = (x: Tensor, axis: number, lengths: Shape): Tensor =>
  lengths.length === 1 ? x : splitAxisOp.apply({ x }, { axis, lengths });

const splitAxisOp = primitive({
  name: "split_axis",
  inputs: ["x"],
  infer: ({ x }, { axis, lengths }: { axis: number; lengths: Shape }): Spec => ({
    shape: [...x.shape.slice(0, axis), ...resolve([x.shape[axis]!], lengths), ...x.shape.slice(axis + 1)],
    dtype: x.dtype,
  }),
  alias: "x",
  gradient: (dy, _, { attrs: { axis, lengths } }) => ({ x: () => mergeAxes(dy, axis, lengths.length) }),
});
