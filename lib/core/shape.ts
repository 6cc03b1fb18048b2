import { StateError } from "./errors.js";

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

/** Number of elements, or null where an axis is unknown. */
export const sizeOrNull = (shape: Shape): number | null => (isKnown(shape) ? sizeOf(shape) : null);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((length, i) => length === b[i]);

/** Elements between neighbours along each axis, C order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis--]!) strides[axis] = step;
  return strides;
}
