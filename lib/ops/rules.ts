// What definitions of operations share: grains, shape rules, the check for dense input.

import { ArgumentError } from "../core/errors.js";
// Small rules that families share. Imports nothing of this room, so that it is there before everything else of it.

import type { Spec, Tensor } from "../core/tensor.js";

/** Elements that one claim of a thread takes, some 30 µs of work: of operations that memory bounds, and of those that compute. */
export const GRAIN = 1 << 17;
export const COSTLY_GRAIN = 1 << 15;

/** Shape and dtype of x. */
export const like = ({ x }: { readonly x: Tensor }): Spec => ({ shape: x.shape, dtype: x.dtype });

/** @throws ArgumentError where a sparse or ragged tensor is asked for */
export function checkDense(where: string, sparse: boolean | null, ragged: boolean | null = false): void {
  if (!sparse && !ragged) return;
  const name = sparse ? "sparse" : "ragged";
  throw new ArgumentError(`${where}.${name}`, { given: "true", expected: "false", hint: "Tensors are dense here." });
}
