// JavaScript's operators on bits: of tensors they take the whole part of a number, as JavaScript does, and give int32.

import { asTensor, type TensorLike } from "../core/convert.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor, leftShift, rightShift } from "../ops/elementwise/bitwise.js";
import { cast } from "../ops/elementwise/cast.js";
import { isWeak, markWeak } from "./reconcile.js";

// eslint-disable-next-line -- operands of any kind
type Any = any;

const isTensor = (value: unknown): value is Chainable => value instanceof Chainable;

/** An operand as whole numbers: those of floats are cut off. */
function whole(value: Any): TensorLike {
  if (!isTensor(value)) return value | 0;
  const tensor = value.value();
  return tensor.dtype === "bool" || tensor.dtype.startsWith("float") ? cast(tensor, "int32") : tensor;
}

const isBoolean = (value: unknown): boolean => typeof value === "boolean" || (isTensor(value) && value.value().dtype === "bool");

/** Whole numbers that a loop carries stay weak: they may still meet a float32. */
function kept(y: Tensor, ...operands: readonly unknown[]): Tensor {
  const isLoose = (value: unknown) => !isTensor(value) || (value instanceof Tensor && isWeak(value));
  return y.isSymbolic && y.dtype === "int32" && operands.every(isLoose) ? markWeak(y) : y;
}

type Operation = (x: TensorLike, y: TensorLike) => Tensor;

/** Between booleans the result is a boolean: it holds where JavaScript's 1 does. */
const bitwise = (operation: Operation, own: (a: Any, b: Any) => unknown) => (a: Any, b: Any): unknown => {
  if (!isTensor(a) && !isTensor(b)) return own(a, b);
  if (isBoolean(a) && isBoolean(b)) return operation(asTensor(a as TensorLike, "bool"), asTensor(b as TensorLike, "bool"));
  return kept(operation(whole(a), whole(b)), a, b);
}; // prettier-ignore

/** JavaScript looks at the last five bits of a distance. */
const shift =
  (operation: Operation, own: (a: Any, b: Any) => unknown) =>
  (a: Any, b: Any): unknown =>
    isTensor(a) || isTensor(b) ? kept(operation(whole(a), isTensor(b) ? bitwiseAnd(whole(b), 31) : b & 31), a, b) : own(a, b);

export const bitAnd = bitwise(bitwiseAnd, (a, b) => a & b);
export const bitOr = bitwise(bitwiseOr, (a, b) => a | b);
export const bitXor = bitwise(bitwiseXor, (a, b) => a ^ b);
export const bitNot = (a: Any): unknown => (isTensor(a) ? kept(bitwiseNot(whole(a)), a) : ~a);
export const shiftLeft = shift(leftShift, (a, b) => a << b);
export const shiftRight = shift(rightShift, (a, b) => a >> b);
