// tf.bitwise: whole numbers bit by bit.

import * as ops from "../../ops/index.js";
import { DtypeError } from "../../core/errors.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { binary, unary } from "./forms.js";

const whole = (name: string, x: TensorLike): void => {
  if (x instanceof Chainable && asTensor(x).dtype === "float32")
    throw new DtypeError(name, { given: "a tensor of dtype float32", expected: "whole numbers" });
};
const ofIntegers = (name: string, run: (x: TensorLike, y: TensorLike) => Tensor) => (x: TensorLike, y: TensorLike) => {
  whole(name, x);
  whole(name, y);
  return run(x, y);
};

export const bitwiseAnd = binary("bitwiseAnd", ofIntegers("bitwiseAnd", ops.bitwiseAnd));
export const bitwiseOr = binary("bitwiseOr", ofIntegers("bitwiseOr", ops.bitwiseOr));
export const bitwiseXor = binary("bitwiseXor", ofIntegers("bitwiseXor", ops.bitwiseXor));
export const leftShift = binary("leftShift", ofIntegers("leftShift", ops.leftShift));
export const rightShift = binary("rightShift", ofIntegers("rightShift", ops.rightShift));
/**
 * Each bit of integers the other way round. TensorFlow: tf.bitwise.invert
 *
 * ```ts
 * tf.bitwise.invert(tf.constant([0, 5], { dtype: "int32" })); // [-1, -6]
 * ```
 */
export const invert = unary("invert", ops.bitwiseNot, "numbers");
