// Identity matrices.

import { defaults } from "../../core/defaults.js";
import { declare } from "../../core/operation.js";
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
 * ```ts
 * ops.eye(2); // [[1, 0], [0, 1]]
 * ```
 *
 * @param M          columns; default as many as rows
 * @param options.k  the diagonal: 0 the main one, positive above it, negative below
 */
export const eye = declare(
  "numpy.eye(N:int, M:int=null, k:int=0, dtype:dtype=null)",
  (N: number, M: number | null, k: number, dtype: string | null): Tensor => {
    checkLengths([N, M ?? N], "eye");
    return cast(equal(expandDims(add(arange(N), k), 1), arange(M ?? N)), dtype ?? defaults.floatx);
  },
);

/**
 * The square matrix with ones on the main diagonal.
 *
 * ```ts
 * ops.identity(2); // [[1, 0], [0, 1]]
 * ```
 */
export const identity = declare("numpy.identity(n:int, dtype:dtype=null)", (n: number, dtype: string | null): Tensor =>
  eye(n, n, { dtype }),
);
