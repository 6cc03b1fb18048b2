// Ranges whose bounds are tensors: how long they are is known when the program runs.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { dtypes } from "../../core/dtype.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { shapeText } from "../../core/shape.js";
import { adoptTensor, Tensor } from "../../core/tensor.js";
import { as, commonDtype } from "../promotion.js";

export interface Bounds {
  readonly start: Tensor;
  readonly limit: Tensor;
  readonly delta: Tensor;
}

const bounds = new WeakMap<Tensor, Bounds>();

/** From where to where a range goes that `openRange` made: a loop over it needs no more than that. */
export const boundsOf = (range: Tensor): Bounds | undefined => bounds.get(range);

/** How many numbers there are from start up to limit by delta. */
const lengthOf = (start: number, limit: number, delta: number): number => Math.max(0, Math.ceil((limit - start) / delta));

/**
 * The numbers from start up to limit, which is left out, by delta.
 *
 * @param start, limit, delta  scalars, at least one of them a tensor
 * @returns [n]; of unknown length where a bound is not known yet
 */
export function openRange(start: TensorLike, limit: TensorLike, delta: TensorLike): Tensor {
  const dtype = commonDtype(commonDtypeOf(start, limit), commonDtypeOf(start, delta)) === "float32" ? "float32" : "int32";
  const given = { start: as(start, dtype), limit: as(limit, dtype), delta: as(delta, dtype) };
  for (const [name, { shape }] of Object.entries(given))
    if (shape.length > 0) throw new ShapeError(`range.${name}`, { given: `a tensor of shape ${shapeText(shape)}`, expected: "a scalar" });
  const y = openRangeOp.apply(given);
  if (y.isSymbolic) bounds.set(y, given);
  return y;
}

/** A tensor of the dtype of both. */
const commonDtypeOf = (a: TensorLike, b: TensorLike): Tensor =>
  asTensor(0, [a, b].every((each) => Number.isInteger(each)) ? "int32" : commonDtype(a, b));

const openRangeOp = primitive({
  name: "range",
  inputs: ["start", "limit", "delta"],
  infer: ({ start, limit, delta }) => {
    const isKnown = !start.isSymbolic && !limit.isSymbolic && !delta.isSymbolic;
    return { shape: [isKnown && delta.item() !== 0 ? lengthOf(start.item(), limit.item(), delta.item()) : null], dtype: start.dtype };
  },
  host({ start, limit, delta }) {
    const [first, last, step] = [start.item(), limit.item(), delta.item()];
    if (step === 0 || ![first, last, step].every(Number.isFinite))
      throw new ValueError("range", { given: `from ${first} to ${last} by ${step}`, expected: "finite numbers and a step that is not 0" });
    const values = new dtypes[start.dtype].array(lengthOf(first, last, step));
    for (let i = 0; i < values.length; i++) values[i] = first + i * step;
    return { y: adoptTensor(values, [values.length], start.dtype) };
  },
});
