// What a variable is after a branch or a loop, from what it was on each path.
//
//  (1) Equal values stay as they are: no tensor is made where none is needed.
//  (2) A number is weak: it takes the dtype of the tensor that it meets; numbers among themselves are int32 where all are whole, else
//      float32.
//  (3) Trees are gone through leaf by leaf. A variable without a value on one path has none afterwards (unset.ts), but for the value that a
//      function returns: a flag tells whether it counts, so zeros stand for it.

import { asTensor } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { StateError, text } from "../core/errors.js";
import { sameShape, shapeText } from "../core/shape.js";
import { Chainable, Tensor, type Spec } from "../core/tensor.js";
import { isBranch } from "../core/tree.js";
import { TensorArray } from "../graph/control/tensor-array.js";
import { cast } from "../ops/elementwise/cast.js";
import { zeros } from "../ops/shaping/create.js";
import { Unset } from "./unset.js";

/** Integers that came from numbers alone: they may still become float32. */
const weak = new WeakSet<Tensor>();
export const markWeak = (tensor: Tensor): Tensor => (weak.add(tensor), tensor);
export const isWeak = (tensor: Tensor): boolean => weak.has(tensor);

export const isMissing = (value: unknown): boolean => value === undefined || value === null || value instanceof Unset;

export const isNumeric = (value: unknown): value is number | boolean | Chainable =>
  typeof value === "number" || typeof value === "boolean" || (value instanceof Chainable && !(value instanceof Unset));

/** A value as messages show it: dtype and shape of what can be a tensor. */
export function described(value: unknown): string {
  if (isMissing(value)) return "no value";
  if (value instanceof Chainable) {
    const { dtype, shape } = value as unknown as Spec;
    return `${dtype}${shapeText(shape)}`;
  }
  if (typeof value === "number" || typeof value === "boolean") return `${weakDtype([value])}[]`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return text(value);
}

/** The dtype of numbers that meet no tensor. */
export function weakDtype(values: readonly (number | boolean)[]): Dtype {
  if (values.every((value) => typeof value === "boolean")) return "bool";
  const isInteger = (value: number | boolean) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
  return values.every(isInteger) ? "int32" : "float32";
}

/** Whether a number can be an element of the dtype without losing anything that matters. */
export const fits = (value: number | boolean, dtype: Dtype): boolean =>
  typeof value === "boolean" ? dtype === "bool" : dtype === "float32" || (dtype !== "bool" && weakDtype([value]) === "int32");

/** What a variable is on several paths, and how to make it of what the chosen path gives. */
export interface Merged {
  /** For each path the tensors that it gives. */
  readonly outputs: readonly (readonly Tensor[])[];
  rebuild(tensors: readonly Tensor[]): unknown;
}

export interface Paths {
  /** "if at line 24" */
  readonly where: string;
  /** Runs an action where the operations of a path are recorded. */
  within<T>(path: number, action: () => T): T;
}

/** @throws StateError where the paths give what can't be one value */
export function merge(name: string, values: readonly unknown[], paths: Paths, fill = name === "$ret"): Merged {
  const [first] = values;
  const constant = (value: unknown): Merged => ({ outputs: values.map(() => []), rebuild: () => value });
  if (values.every((value) => Object.is(value, first))) return constant(first);
  const present = values.filter((value) => !isMissing(value));
  if (present.length === 0) return constant(first);
  if (present.length < values.length) {
    if (!fill) return constant(new Unset(name, paths.where));
    const like = present[0];
    return merge(
      name,
      values.map((value) => (isMissing(value) ? zerosLike(like) : value)),
      paths,
      fill,
    );
  }
  if (values.every(isNumeric)) return mergeNumbers(name, values as (number | boolean | Chainable)[], paths);
  if (values.every((value) => value instanceof TensorArray)) return mergeLists(name, values as TensorArray[], paths);
  if (values.every((value) => isBranch(value) && sameKeys(value, first as object))) {
    const keys = Object.keys(first as object);
    const parts = keys.map((key) =>
      merge(
        Array.isArray(first) ? `${name}[${key}]` : `${name}.${key}`,
        values.map((value) => (value as Record<string, unknown>)[key]),
        paths,
        fill,
      ),
    );
    return joined(parts, values.length, (all) => (Array.isArray(first) ? all : Object.fromEntries(keys.map((key, i) => [key, all[i]]))));
  }
  throw differ(name, values, paths.where);
}

const sameKeys = (a: object, b: object): boolean =>
  Array.isArray(a) === Array.isArray(b) && Object.keys(a).join("\n") === Object.keys(b).join("\n");

/** Several merged values as one. */
export function joined(parts: readonly Merged[], paths: number, rebuild: (values: unknown[]) => unknown): Merged {
  return {
    outputs: Array.from({ length: paths }, (_, path) => parts.flatMap(({ outputs }) => outputs[path]!)),
    rebuild(tensors) {
      let at = 0;
      return rebuild(parts.map((part) => part.rebuild(tensors.slice(at, (at += part.outputs[0]!.length)))));
    },
  };
}

/** Zeros in the structure of a value. */
function zerosLike(value: unknown): unknown {
  if (typeof value === "number") return 0;
  if (typeof value === "boolean") return false;
  if (value instanceof Tensor && isWeak(value)) return 0;
  if (value instanceof Chainable) {
    const { shape, dtype } = value as unknown as Spec;
    if (shape.includes(null)) return undefined;
    return zeros(shape as number[], { dtype });
  }
  if (Array.isArray(value)) return value.map(zerosLike);
  if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, zerosLike(each)]));
  return value;
}

function mergeNumbers(name: string, values: readonly (number | boolean | Chainable)[], paths: Paths): Merged {
  const tensors = values.map((value, i) => (value instanceof Chainable ? paths.within(i, () => value.value()) : null));
  const given = tensors.filter((tensor) => tensor !== null);
  const plain = values.filter((value) => !(value instanceof Chainable)) as (number | boolean)[];
  const strong = given.filter((tensor) => !isWeak(tensor));
  const [wanted] = strong.length > 0 ? strong : given;
  const dtype = strong.length > 0 ? wanted!.dtype : plain.length > 0 ? weakDtype(plain) : wanted!.dtype;
  const shape = wanted?.shape ?? [];
  const outputs = values.map((value, i) => {
    const tensor = tensors[i];
    if (tensor) {
      if (!sameShape(tensor.shape, shape)) throw differ(name, values, paths.where);
      if (tensor.dtype === dtype) return [tensor];
      if (isWeak(tensor) && dtype === "float32") return [paths.within(i, () => cast(tensor, dtype))];
      throw differ(name, values, paths.where);
    }
    if (shape.length > 0 || !fits(value as number, dtype)) throw differ(name, values, paths.where);
    return [asTensor(value as number, dtype)];
  });
  const stays = strong.length === 0 && dtype === "int32";
  return { outputs, rebuild: ([tensor]) => (stays ? markWeak(tensor!) : tensor) };
}

function mergeLists(name: string, values: readonly TensorArray[], paths: Paths): Merged {
  for (const value of values) for (const other of values) value.learn(other);
  const flows = values.map((value, i) => paths.within(i, () => value.flow()));
  const [first] = flows;
  for (const flow of flows)
    flow.forEach(({ dtype, shape }, i) => {
      if (dtype !== first![i]!.dtype || !sameShape(shape, first![i]!.shape))
        throw differ(
          name,
          flows.map(([rows]) => rows),
          paths.where,
        );
    });
  return { outputs: flows, rebuild: (tensors) => values[0]!.withFlow(tensors) };
}

function differ(name: string, [a, b]: readonly unknown[], where: string): StateError {
  return new StateError(name === "$ret" ? "return" : name.replace("$ret", "return"), {
    given: `${described(a)} in the first branch and ${described(b)} in the other of the ${where}`,
    expected: "the same dtype and shape in both",
  });
}
