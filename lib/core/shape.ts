// Shapes with axes of unknown length, and the arithmetic of them: sizes, strides, broadcasting, checks.

import { dtypes, type Dtype } from "./dtype.js";
import { ArgumentError, MemoryError, ShapeError, StateError, text } from "./errors.js";

/** Lengths of the axes; null is an axis whose length is not known yet. */
export type Shape = readonly (number | null)[];

/** A shape as messages show it: `[2, null, 3]`. */
export const shapeText = (shape: Shape): string => `[${shape.map(String).join(", ")}]`;

export const isKnown = (shape: Shape): shape is readonly number[] => !shape.includes(null);

/** The shape with all axes known, as kernels need it. */
export function known(shape: Shape, where = "shape"): readonly number[] {
  if (isKnown(shape)) return shape;
  throw new StateError(where, {
    given: `the shape ${shapeText(shape)}`,
    expected: "all axes to be known here",
    hint: "A symbolic tensor has no values yet.",
  });
}

/** Number of elements of a known shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** What WebAssembly can address. */
const ADDRESSABLE = 2 ** 32;

/**
 * Bytes of the elements: what every memory of a tensor or a variable is measured by.
 *
 * @throws ShapeError where a length is no whole number from 0, MemoryError where all is more than can be addressed, StateError where a
 *   length is not known
 */
export function bytesIn({ shape, dtype }: { readonly shape: Shape; readonly dtype: Dtype }, where: string): number {
  let { bytes } = dtypes[dtype];
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    if (length >>> 0 !== length) checkLengths(known(shape, where), where);
    bytes *= length;
  }
  if (bytes >= ADDRESSABLE) tooLarge(shape, where);
  return bytes;
}

/**
 * Checks a shape, in which axes may be open.
 *
 * @throws ArgumentError for what is no array, ShapeError where a length is no whole number from 0, MemoryError
 */
export function checkLengths(shape: Shape, where: string): void {
  if (!Array.isArray(shape) && !ArrayBuffer.isView(shape))
    throw new ArgumentError(where, { given: `the shape ${text(shape)}`, expected: "an array of lengths" });
  let size = 1;
  shape.forEach((length, axis) => {
    if (length === null) return;
    if (!Number.isInteger(length) || length < 0)
      throw new ShapeError(where, {
        given: `the length ${text(length)} of axis ${axis} in the shape ${shapeText(shape)}`,
        expected: "whole numbers from 0",
      });
    size *= length;
  });
  if (size >= ADDRESSABLE) tooLarge(shape, where);
}

function tooLarge(shape: Shape, where: string): never {
  throw new MemoryError(where, { given: `the shape ${shapeText(shape)}`, expected: "a tensor of less than 2³² bytes" });
}

/** Number of elements, or null where an axis is unknown. */
export const sizeOrNull = (shape: Shape): number | null => (isKnown(shape) ? sizeOf(shape) : null);

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Elements between neighbours along each axis, C order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis--]!) strides[axis] = step;
  return strides;
}
