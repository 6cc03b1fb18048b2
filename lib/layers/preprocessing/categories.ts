// What layers of categories are called on: strings, whole numbers of any size, tensors.

import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { isStrings, Strings, type NestedStrings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";

/** Whole numbers that int32 does not hold. */
export class Integers {
  constructor(
    readonly shape: readonly number[],
    readonly values: readonly bigint[],
  ) {}
}

/** Categories in one of three forms: on the host as strings or large numbers, or as a tensor. */
export type Categories = Strings | Integers | Tensor;

/** What users give as categories. */
export type CategoriesLike = TensorLike | NestedStrings | Strings | BigInt64Array | readonly CategoriesLike[];

/** A user's categories: strings stay strings, whole numbers keep all their digits. */
export function categoriesOf(where: string, value: unknown): Categories {
  if (value instanceof Strings || value instanceof Integers) return value;
  if (value instanceof Chainable) return value.value();
  if (isStrings(value)) return Strings.of(value, where);
  if (!Array.isArray(value) && !ArrayBuffer.isView(value) && !["number", "bigint", "boolean"].includes(typeof value)) {
    throw new DtypeError(where, { given: text(value), expected: "strings, whole numbers, or a tensor" });
  }
  const numbers = flatNumbers(where, value);
  if (numbers === null) return asTensor(value as TensorLike);
  const { shape, values } = numbers;
  if (values.every((each) => Number(each) === (Number(each) | 0))) return constant(values.map(Number), { dtype: "int32", shape });
  if (values.every((each) => typeof each === "bigint" || Number.isSafeInteger(each))) return new Integers(shape, values.map(BigInt));
  return asTensor(value as TensorLike);
}

/** The whole part of a number. @throws ValueError for NaN and infinity, which are no category */
export function wholeOf(where: string, value: number): number {
  if (Number.isFinite(value)) return Math.trunc(value);
  throw new ValueError(where, { given: String(value), expected: "whole numbers" });
}

/** Nested arrays of numbers, flat and with their shape; null where there are tensors among them. */
function flatNumbers(where: string, value: unknown): { shape: number[]; values: (number | bigint)[] } | null {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at) || ArrayBuffer.isView(at); at = (at as unknown as readonly unknown[])[0]) {
    shape.push((at as unknown as readonly unknown[]).length);
  }
  const values: (number | bigint)[] = [];
  let holdsTensors = false;
  const visit = (each: unknown, axis: number): void => {
    if (Array.isArray(each) || ArrayBuffer.isView(each)) {
      const items = each as unknown as readonly unknown[];
      if (items.length !== shape[axis]) {
        throw new ShapeError(where, { given: `${items.length} values along axis ${axis}`, expected: `${shape[axis]} as in the first row` });
      }
      for (let i = 0; i < items.length; i++) visit(items[i], axis + 1);
    } else if (each instanceof Chainable) holdsTensors = true;
    else if (typeof each === "number" || typeof each === "bigint") values.push(each);
    else if (typeof each === "boolean") values.push(Number(each));
    else throw new DtypeError(where, { given: text(each), expected: "strings alone or numbers alone" });
  };
  visit(value, 0);
  return holdsTensors ? null : { shape, values };
}
