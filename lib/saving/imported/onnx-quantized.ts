// Operators of ONNX between floats and whole numbers of eight bits. int8 stands in int32 here, uint8 in itself.

import { known } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import * as ops from "../../ops/index.js";
import { type Given, type Operator, T } from "./onnx-given.js";

/** Scales or zero points as they meet x: one for all, or one for each place along an axis. */
function along(given: Given, x: Tensor, value: Tensor): Tensor {
  if (given.int("block_size", 0) !== 0) given.refuse("block_size", "a scale for all, or along an axis");
  if (value.rank === 0 || (value.rank === 1 && value.shape[0] === 1)) return ops.reshape(value, []);
  const axis = (given.int("axis", 1) + x.rank) % x.rank;
  return ops.reshape(value, x.shape.map((_, i) => (i === axis ? value.shape[0]! : 1))); // prettier-ignore
}

const floats = (x: Tensor): Tensor => ops.cast(x, "float32");

export const quantizeLinear: Operator =
  (given) =>
  ([x, scale, zero]) => {
    const isUnsigned = zero === undefined || zero.dtype === "uint8";
    const [least, most] = isUnsigned ? [0, 255] : [-128, 127];
    const steps = ops.round(ops.divide(T(x), along(given, T(x), T(scale))));
    const moved = zero ? ops.add(steps, floats(along(given, T(x), zero))) : steps;
    return ops.cast(ops.clip(moved, least, most), isUnsigned ? "uint8" : "int32");
  };

export const dequantizeLinear: Operator =
  (given) =>
  ([x, scale, zero]) => {
    const steps = zero ? ops.subtract(floats(T(x)), floats(along(given, T(x), zero))) : floats(T(x));
    return ops.multiply(steps, along(given, T(x), T(scale)));
  };

export const dynamicQuantizeLinear: Operator =
  () =>
  ([x]) => {
    const [least, most] = [ops.minimum(ops.min(T(x)), 0), ops.maximum(ops.max(T(x)), 0)];
    const scale = ops.divide(ops.subtract(most, least), 255);
    const zero = ops.round(ops.clip(ops.divide(ops.negative(least), scale), 0, 255));
    const y = ops.clip(ops.add(ops.round(ops.divide(T(x), scale)), zero), 0, 255);
    return [ops.cast(y, "uint8"), scale, ops.cast(zero, "uint8")];
  };

export const matMulInteger: Operator =
  () =>
  ([a, b, zeroOfA, zeroOfB]) => {
    const whole = (x: Tensor, zero: Tensor | undefined, axis: number): Tensor => {
      const wide = ops.cast(x, "int32");
      if (!zero) return wide;
      const { rank } = x;
      const isEach = zero.rank === 1 && known(zero.shape, "MatMulInteger")[0] !== 1;
      const place = ops.reshape(
        ops.cast(zero, "int32"),
        isEach ? Array.from({ length: rank }, (_, i) => (i === rank + axis ? zero.shape[0]! : 1)) : [],
      );
      return ops.subtract(wide, place);
    };
    return ops.matmul(whole(T(a), zeroOfA, -2), whole(T(b), zeroOfB, -1));
  };
