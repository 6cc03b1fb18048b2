// What recurrent operations share.

import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { scratch, type Command, type Operand } from "../../runtime/command.js";
import { multiply, subtract } from "../elementwise/arithmetic.js";
import { matrixProduct } from "../linalg/matmul.js";
import { concatenate } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { expandDims, mergeAxes } from "../shaping/reshape.js";
import { slice } from "../shaping/slice.js";

/** Whether the shape may be the wanted one; null is an axis not known yet. */
export const fits = ({ shape }: Tensor, wanted: Shape): boolean =>
  shape.length === wanted.length && shape.every((length, axis) => length === null || wanted[axis] === null || length === wanted[axis]);

/** Rows of the batch that go through all steps together: a unit of work. */
export const UNIT_ROWS = 8;

/** The states before each step, from those after it. */
export function before(states: Tensor, first: Tensor | undefined): Tensor {
  const [, time] = states.shape as [number | null, number];
  const begin = first ? expandDims(first, 1) : zerosLike(slice(states, [0, 0, 0], [-1, 1, -1]));
  return time === 1 ? begin : concatenate([begin, slice(states, [0, 0, 0], [-1, time - 1, -1])], 1);
}

/** aᵀ · b over rows and steps. */
export const productOverSteps = (a: Tensor, b: Tensor): Tensor =>
  matrixProduct(mergeAxes(a, 0, 2), mergeAxes(b, 0, 2), { transposeA: true });

interface Matrix {
  readonly k: number;
  readonly n: number;
  readonly strideK: number;
  readonly strideN: number;
}

/** A matrix in the panels of the kernels, and the command that packs it. */
export function pack(b: Tensor, matrix: Matrix): [packing: Command, packed: Operand] {
  const { k, n } = matrix;
  const units = Math.ceil(n / 16);
  const packed = scratch(Math.max(4, units * k * 16 * 4));
  const grain = Math.ceil((1 << 15) / Math.max(1, k * 16));
  return [kernels.pack_f32({ ...matrix, b, packed, groups: 1, strideGroup: 0, taps: 1, strideTap: 0 }, units, grain), packed];
}

/** 1 − x. */
export const complement = (x: Tensor): Tensor => subtract(1, x);

/** The slope of a sigmoid, by its value. */
export const slope = (s: Tensor): Tensor => multiply(s, complement(s));

/** How that slope changes with the value. */
export const curve = (s: Tensor): Tensor => subtract(1, multiply(s, 2));
