import { checkLengths } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { equal } from "../elementwise/comparison.js";
import { add } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { arange } from "./create.js";
import { expandDims } from "./reshape.js";

/**
 * A matrix with ones on a diagonal, zeros elsewhere.
 *
 * @param M          columns; default as many as rows
 * @param options.k  the diagonal: 0 the main one, positive above it, negative below
 */
export function eye(N: number, M: number | null = N, { k = 0, dtype = "float32" }: { k?: number; dtype?: string } = {}): Tensor {
  checkLengths([N, M ?? N], "eye");
  return cast(equal(expandDims(add(arange(N), k), 1), arange(M ?? N)), dtype);
}

/** The square matrix with ones on the main diagonal. */
export const identity = (n: number, { dtype = "float32" }: { dtype?: string } = {}): Tensor => eye(n, n, { dtype });
