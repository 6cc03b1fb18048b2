// What recurrent operations share.

import { ShapeError } from "../../core/errors.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { scratch, type Command, type Operand } from "../../runtime/command.js";
import { multiply, subtract } from "../elementwise/arithmetic.js";
import { LONGEST_UNIT, matrixProduct, stretches } from "../linalg/matmul.js";
import { concatenate } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { expandDims, mergeAxes } from "../shaping/reshape.js";
import { slice } from "../shaping/slice.js";

/** Whether the shape may be the wanted one; null is an axis not known yet. */
export const fits = ({ shape }: Tensor, wanted: Shape): boolean =>
  shape.length === wanted.length && shape.every((length, axis) => length === null || wanted[axis] === null || length === wanted[axis]);

/** Batch, time and units of a recurrence with so many gates; a bias that it may not have fits no shape but [0]. @throws ShapeError where an input does not fit */
export function sizesOf(
  where: string,
  gates: number,
  inputs: Inputs,
  mayHaveBias = true,
): readonly [number | null, number | null, units: number] {
  const { projected, recurrentKernel, mask, bias, ...states } = inputs;
  const [batch, time, width] = projected.shape as [number | null, number | null, number | null];
  const [units, columns] = recurrentKernel.shape as [number, number];
  if (projected.rank !== 3 || columns !== gates * units || (width !== null && width !== columns)) {
    const across = gates > 1 ? `${gates} · units` : "units";
    throw new ShapeError(where, {
      given: `projected ${shapeText(projected.shape)} and recurrentKernel ${shapeText(recurrentKernel.shape)}`,
      expected: `[batch, time, ${across}] and [units, ${across}]`,
    });
  }
  const check = (name: string, given: Tensor | undefined, wanted: Shape): void => {
    if (given && !fits(given, wanted))
      throw new ShapeError(where, { given: `${name} ${shapeText(given.shape)}`, expected: shapeText(wanted) });
  };
  check("bias", bias, [mayHaveBias ? columns : 0]);
  for (const name in states) check(name, states[name as keyof typeof states], [batch, units]);
  check("mask", mask, [batch, time]);
  return [batch, time, units];
}

/** What recurrences take; states are those before the first step. */
interface Inputs {
  readonly projected: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias?: Tensor | undefined;
  readonly hidden0?: Tensor | undefined;
  readonly cell0?: Tensor | undefined;
  readonly mask?: Tensor | undefined;
}

/** Results that are made together, when the first of them is wanted. */
export function together<N extends string, T>(names: readonly N[], make: () => Readonly<Record<N, T>>): { readonly [name in N]: () => T } {
  let made: Readonly<Record<N, T>> | undefined;
  return Object.fromEntries(names.map((name) => [name, () => (made ??= make())[name]])) as { [name in N]: () => T };
}

/** Rows of the batch that go through all steps together: a unit of work. */
export const UNIT_ROWS = 8;

/** Which steps a command does. */
interface Steps {
  readonly fromStep: number;
  readonly toStep: number;
}

/**
 * A recurrence in commands one after the other, each of so many steps that its units are not too long (`LONGEST_UNIT`).
 *
 * @param work  multiply-adds of a row's step
 * @returns     from the first step to the last
 */
export function inStretches(time: number, work: number, command: (steps: Steps) => Command): Command[] {
  const most = Math.max(1, Math.floor(LONGEST_UNIT / Math.max(1, UNIT_ROWS * work)));
  const length = Math.ceil(time / Math.max(1, Math.ceil(time / most)));
  return stretches(time, length).map(([fromStep, toStep]) => command({ fromStep, toStep }));
}

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
  /** How many matrices there are, one behind the other in the panels (default 1), and how far apart in b. */
  readonly groups?: number;
  readonly strideGroup?: number;
}

/** A matrix in the panels of the kernels, and the command that packs it. */
export function pack(b: Operand, matrix: Matrix): [packing: Command, packed: Operand] {
  const { k, n, groups = 1, strideGroup = 0 } = matrix;
  const units = groups * Math.ceil(n / 16);
  const packed = scratch(Math.max(4, units * k * 16 * 4));
  const grain = Math.ceil((1 << 15) / Math.max(1, k * 16));
  return [kernels.pack_f32({ ...matrix, b, packed, groups, strideGroup, taps: 1, strideTap: 0 }, units, grain), packed];
}

/** A matrix in float32: itself, or where a command puts what its halves stand for. */
export function widened(b: Tensor): [widening: Command[], wide: Operand] {
  if (b.dtype === "float32") return [[], b];
  const count = sizeOf(known(b.shape));
  const y = scratch(4 * count);
  return [[(b.dtype === "bfloat16" ? kernels.cast_bf16_f32 : kernels.cast_f16_f32)({ x: b, y }, count, 1 << 16)], y];
}

/** 1 − x. */
export const complement = (x: Tensor): Tensor => subtract(1, x);

/** The slope of a sigmoid, by its value. */
export const slope = (s: Tensor): Tensor => multiply(s, complement(s));

/** How that slope changes with the value. */
export const curve = (s: Tensor): Tensor => subtract(1, multiply(s, 2));
