// Rows of a tensor, gathered when they are needed: a batch goes from the data right to where a program reads it.

import { dtypes } from "./dtype.js";
import { known, sizeOf } from "./shape.js";
import { Storage } from "./storage.js";
import { Tensor } from "./tensor.js";

/** The rows of `x`, an eager tensor, with the given indices, which must not change later. */
export function pickRows(x: Tensor, indices: ArrayLike<number>): Tensor {
  const shape = known(x.shape.slice(1));
  const size = sizeOf(shape) * dtypes[x.dtype].bytes;
  const storage = Storage.later(indices.length * size, (target) => {
    const { buffer, byteOffset, byteLength } = x.view();
    const from = new Uint8Array(buffer, byteOffset, byteLength);
    copyRows(from, target, indices, size);
  });
  return new Tensor({ shape: [indices.length, ...shape], dtype: x.dtype }, storage);
}

/** Neighbouring rows that stay neighbours are copied at once. */
function copyRows(from: Uint8Array, to: Uint8Array, indices: ArrayLike<number>, size: number): void {
  for (let begin = 0, end = 1; begin < indices.length; begin = end++) {
    const first = indices[begin]!;
    while (end < indices.length && indices[end] === first + end - begin) end++;
    to.set(from.subarray(first * size, (first + end - begin) * size), begin * size);
  }
}
