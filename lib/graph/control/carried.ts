// What loops and branches carry: tensors, and lists that loops write, in trees.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { TensorArray } from "./tensor-array.js";

export type Carried = Tensor | TensorArray;

export const asCarried = (value: unknown): Carried => (value instanceof TensorArray ? value : asTensor(value as TensorLike));

/** The tensors of what is carried: a list is carried by its buffer. */
export const flowsOf = (all: readonly Carried[]): Tensor[] => all.flatMap((each) => (each instanceof TensorArray ? each.flow() : [each]));

/** The same with other tensors. */
export function withFlows(like: readonly Carried[], tensors: readonly Tensor[]): Carried[] {
  let at = 0;
  return like.map((each) => {
    if (!(each instanceof TensorArray)) return tensors[at++]!;
    const list = each.withFlow(tensors.slice(at, at + 3));
    at += 3;
    return list;
  });
}

/** Shapes and dtypes of the tensors as the body of a loop sees them: the length of a list that grows is open. */
export const flowSpecs = (all: readonly Carried[]): Spec[] =>
  all.flatMap((each) => {
    if (!(each instanceof TensorArray)) return [{ shape: each.shape, dtype: each.dtype }];
    return each.flow().map(({ shape, dtype }, i) => ({ shape: i === 0 && each.dynamicSize ? [null, ...shape.slice(1)] : shape, dtype }));
  });

const text = ({ shape, dtype }: Spec) => `${dtype}${shapeText(shape)}`;

/** Whether a shape is one that an open axis (null) allows. */
export const fitsShape = (shape: Shape, wanted: Shape): boolean =>
  shape.length === wanted.length && wanted.every((length, i) => length === null || length === shape[i]);

/** What a loop carries keeps its shape and dtype. @throws ArgumentError that says which value did not */
export function checkCarried(loop: string, before: readonly Spec[], after: readonly Spec[]): void {
  if (before.length !== after.length) {
    throw new ArgumentError(`${loop} body`, {
      given: `${after.length} values`,
      expected: `${before.length}, one for each loop variable`,
    });
  }
  before.forEach((spec, i) => {
    if (spec.dtype === after[i]!.dtype && fitsShape(after[i]!.shape, spec.shape)) return;
    throw new ArgumentError(`${loop} variable ${i}`, {
      given: `${text(after[i]!)} after an iteration`,
      expected: `${text(spec)} as before it`,
      hint: "Loop variables keep their shape and dtype.",
    });
  });
}
