// Broadcasting: the shape of a result, and how kernels walk operands of other shapes.

import { ShapeError } from "../core/errors.js";
import { sameShape, shapeText, sizeOf, type Shape } from "../core/shape.js";

/** The shape that all shapes broadcast to; an unknown axis meets anything. @throws ShapeError where they do not fit */
export function broadcastShapes(where: string, ...shapes: readonly Shape[]): Shape {
  if (shapes.length === 2 && sameShape(shapes[0]!, shapes[1]!)) return shapes[0]!;
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result = new Array<number | null>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 1; i <= shape.length; i++) {
      const length = shape[shape.length - i]!;
      const met = result[rank - i]!;
      if (length === 1 || length === met) continue;
      if (met === 1 || met === null) result[rank - i] = length;
      else if (length !== null) {
        throw new ShapeError(where, {
          given: shapes.map(shapeText).join(" and "),
          expected: "shapes that broadcast: from the last axis on, lengths equal or 1",
          ...(rank > 1 && { hint: "Reshape or transpose one of them; expandDims adds an axis of length 1." }),
        });
      }
    }
  }
  return result;
}

/** What the broadcasting kernels take: lengths and strides, innermost first, neighbouring axes merged. */
export interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

const MAXIMUM_RANK = 6;

/** How to walk operands of these shapes through an output of that shape. */
export function walk(where: string, output: readonly number[], operands: readonly (readonly number[])[]): Walk {
  const total = sizeOf(output);
  if (operands.every((shape) => shape.length === 0 || sizeOf(shape) === total))
    return { sizes: [total], strides: operands.map((shape) => [sizeOf(shape) === total ? 1 : 0]) };
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  const steps = operands.map(() => 1);
  for (let i = 1; i <= output.length; i++) {
    const size = output[output.length - i]!;
    const here = operands.map((shape, k) => {
      const length = shape[shape.length - i] ?? 1;
      const stride = length === 1 ? 0 : steps[k]!;
      steps[k]! *= length;
      return stride;
    });
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && here.every((stride, k) => stride === strides[k]![last]! * sizes[last]!)) sizes[last]! *= size;
    else {
      sizes.push(size);
      here.forEach((stride, k) => strides[k]!.push(stride));
    }
  }
  if (sizes.length > MAXIMUM_RANK) {
    throw new ShapeError(where, {
      given: operands.map(shapeText).join(" and "),
      expected: `at most ${MAXIMUM_RANK} alternations of broadcast axes`,
      hint: "broadcastTo one of them beforehand.",
    });
  }
  return { sizes, strides };
}
