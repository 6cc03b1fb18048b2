// Arguments that shape a result (lengths, axes, places to cut at) must be known when the operation is made: numbers, lists of numbers,
// or tensors that have values.

import { asTensor, type TensorLike } from "../core/convert.js";
import { text, ValueError } from "../core/errors.js";
import { Chainable } from "../core/tensor.js";

/** Whole numbers, or a tensor of them that has values. */
export type Integers = number | readonly number[] | TensorLike;

const hasElements = (value: Integers): value is TensorLike => value instanceof Chainable || ArrayBuffer.isView(value);

/** The numbers of an argument. @throws StateError for a tensor without values, ValueError for what is no whole number */
export function integers(value: Integers, where = "argument"): number[] {
  const numbers = hasElements(value)
    ? Array.from(asTensor(value).view())
    : ([value].flat() as (number | Chainable)[]).map((each) => (each instanceof Chainable ? each.value().item() : each));
  for (const number of numbers)
    if (!Number.isInteger(number)) throw new ValueError(where, { given: text(numbers), expected: "whole numbers" });
  return numbers;
}

/** The same where some may be open: null. */
export function openIntegers(value: Integers | readonly (number | null)[], where: string): (number | null)[] {
  if (value === null || !Array.isArray(value) || !value.includes(null)) return value === null ? [null] : integers(value as Integers, where);
  return (value as readonly (number | null)[]).map((each) => (each === null ? null : integers(each, where)[0]!));
}

/** One number, or a list of numbers: what it was given as. */
export function integerOrList(value: Integers): number | number[] {
  if (typeof value === "number") return value;
  const isScalar = value instanceof Chainable && value.value().shape.length === 0;
  return isScalar ? integers(value)[0]! : integers(value);
}

/** Whether an argument is numbers, and not a tensor. */
export const isStatic = (value: Integers): value is number | readonly number[] => !hasElements(value);
