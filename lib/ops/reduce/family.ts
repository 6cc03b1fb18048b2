// The common form of reductions: which axes, which shape, and the kernel calls that get there.

import { checkAxis } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import { primitive, type PrimitiveDefinition } from "../../core/primitive.js";
import { known, shapeText, sizeOf, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import type { Dtype } from "../../core/dtype.js";
import type { ReduceArgs } from "../../generated/arguments.js";
import { scratch, type Command, type Operand } from "../../runtime/command.js";

export type Axis = number | readonly number[] | null;

export interface ReductionOptions {
  /** The axis or axes to reduce, negative ones from the end. Default: all. */
  axis?: Axis;
  /** Keeps the reduced axes with length 1. Default false. */
  keepdims?: boolean;
}

export interface ReductionAttrs {
  readonly axes: readonly number[];
  readonly keepdims: boolean;
}

/** Axes counted from the front, ascending. @throws ValueError for an axis that does not exist or is named twice */
export function checkAxes(where: string, axis: Axis | undefined, rank: number): number[] {
  if (axis === undefined || axis === null) return allAxes(rank);
  if (typeof axis === "number") return [checkAxis(where, axis, rank)];
  const axes = axis.map((each) => checkAxis(where, each, rank)).sort((a, b) => a - b);
  if (new Set(axes).size === axes.length) return axes;
  throw new ValueError(where, { given: `axis ${shapeText(axis)}`, expected: "each axis once" });
}

function allAxes(rank: number): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < rank; axis++) axes.push(axis);
  return axes;
}

export const reductionAttrs = (where: string, x: Tensor, { axis, keepdims = false }: ReductionOptions): ReductionAttrs => ({
  axes: checkAxes(where, axis, x.rank),
  keepdims,
});

export function reducedShape(shape: Shape, { axes, keepdims }: ReductionAttrs): Shape {
  if (axes.length === shape.length && !keepdims) return [];
  if (keepdims) return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Elements per claim of a thread. */
const GRAIN = 1 << 17;
/** Columns that a unit of the kernels reduces (TILE in assembly/reduce/reduce.ts). */
const TILE = 64;
/** Longest run that is reduced in one go, along a row and down a column, and the length of the blocks that longer ones are cut into. */
const ROW = { whole: 1 << 15, block: 1 << 13 };
const COLUMN = { whole: 512, block: 256 };

type Kernel = (args: ReduceArgs, size: number, grain?: number) => Command;

export interface ReductionKernels {
  /** From elements to partial results. */
  readonly first: Kernel;
  /** From partial results to partial results; default: `first`. */
  readonly next?: Kernel;
  /** To the result; default: `next`, or `first` where it is the only one. */
  readonly last?: Kernel;
}

interface Group {
  readonly outer: number;
  readonly reduced: number;
  readonly inner: number;
}

/** The reduction as successive ones of [outer, reduced, inner], the innermost group of axes first. */
function groupsOf(shape: readonly number[], axes: readonly number[]): Group[] {
  if (axes.length === shape.length) return [{ outer: 1, reduced: sizeOf(shape), inner: 1 }];
  const groups: Group[] = [];
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!axes.includes(axis)) {
      inner *= shape[axis]!;
      continue;
    }
    let reduced = shape[axis]!;
    while (axes.includes(axis - 1)) reduced *= shape[--axis]!;
    if (reduced !== 1) groups.push({ outer: sizeOf(shape.slice(0, axis)), reduced, inner });
  }
  return groups.length > 0 ? groups : [{ outer: 1, reduced: 1, inner }];
}

/** The commands that reduce x along the axes to y. */
export function reductionCommands(x: Tensor, y: Tensor, axes: readonly number[], kernelsOf: ReductionKernels): Command[] {
  const { first, next = first, last } = kernelsOf;
  const shape = known(x.shape);
  let count = 1;
  for (const axis of axes) count *= shape[axis]!;
  const groups = groupsOf(shape, axes);
  const commands: Command[] = [];
  let from: Operand = x;
  for (const group of groups) {
    const { outer, reduced, inner } = group;
    const { whole, block } = inner === 1 ? ROW : COLUMN;
    for (let length = reduced, isCut = true; isCut;) {
      isCut = length > whole;
      const step = isCut ? block : Math.max(1, length);
      const blocks = isCut ? Math.ceil(length / block) : 1;
      const isLast = !isCut && group === groups.at(-1);
      const to = isLast ? y : scratch(outer * blocks * inner * 4);
      const kernel = isLast && last ? last : from === x ? first : next;
      const units = outer * blocks * Math.ceil(inner / TILE);
      commands.push(
        kernel({ x: from, y: to, reduced: length, inner, block: step, count }, units, Math.ceil(GRAIN / (step * Math.min(inner, TILE)))),
      );
      from = to;
      length = blocks;
    }
  }
  return commands;
}

/** Defines a reduction; `last` must be able to work alone where there is no `first` stage before it. */
export function reduction<K extends "x" | "y" = never>(definition: {
  readonly name: string;
  readonly kernels: (dtype: Dtype) => ReductionKernels;
  readonly result?: (dtype: Dtype) => Dtype;
  /** Writes the result of reducing no elements, where the kernels are not made for that. */
  readonly ofNothing?: (y: Tensor) => Command;
  /** Whether it adds elements. */
  readonly isSum?: boolean;
  readonly keeps?: readonly K[];
  readonly gradient?: PrimitiveDefinition<"x", ReductionAttrs, Spec, K>["gradient"];
}) {
  const { name, kernels, result = (dtype: Dtype) => dtype, ofNothing, isSum = false, keeps, gradient } = definition;
  return primitive<"x", Spec, ReductionAttrs, K>({
    name,
    inputs: ["x"],
    infer: ({ x }, attrs): Spec => ({ shape: reducedShape(x.shape, attrs), dtype: result(x.dtype) }),
    lower: ({ x }, { y }, { axes }) => (ofNothing && x.size === 0 ? ofNothing(y) : reductionCommands(x, y, axes, kernels(x.dtype))),
    rows: ["x"],
    ofRows: ({ axes }) => (axes.includes(0) ? (isSum ? "sum" : "all") : "each"),
    keeps: keeps ?? [],
    gradient,
  });
}
