// The places of elements that are not zero: how many there are, values decide.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { primitive } from "../../core/primitive.js";
import { known, stridesOf } from "../../core/shape.js";
import { adoptTensor, type Spec, type Tensor } from "../../core/tensor.js";

/**
 * The coordinates of the elements that are not zero: one int32 vector for each axis. How many there are depends on the values.
 *
 * ```ts
 * ops.nonzero([0, 3, 0, 5]); // [[1, 3]]
 * ```
 */
export const nonzero = operation("numpy.nonzero(*x)", (x: TensorLike): Tensor[] => {
  const tensor = asTensor(x);
  const vectors = nonzeroOp.apply({ x: tensor });
  return tensor.shape.map((_, axis) => vectors[`axis${axis}`]!);
});

const nonzeroOp = primitive({
  name: "nonzero",
  inputs: ["x"],
  infer: ({ x }) => Object.fromEntries(x.shape.map((_, axis): [string, Spec] => [`axis${axis}`, { shape: [null], dtype: "int32" }])),
  host: ({ x }) => {
    const places: number[] = [];
    x.view("nonzero").forEach((value, i) => {
      if (value !== 0) places.push(i);
    });
    const shape = known(x.shape, "nonzero");
    const strides = stridesOf(shape);
    const along = (length: number, axis: number) => Int32Array.from(places, (i) => Math.floor(i / strides[axis]!) % length);
    return Object.fromEntries(shape.map((length, axis) => [`axis${axis}`, adoptTensor(along(length, axis), [places.length], "int32")]));
  },
});
