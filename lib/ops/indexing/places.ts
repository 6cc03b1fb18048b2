// Rows of coordinates as places in C order.

import { constant } from "../../core/convert.js";
import { siteOf } from "../../core/indices.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";

interface Places {
  readonly site: number;
  readonly wraps: boolean;
  /** The number of the first axis, for the error. */
  readonly axis: number;
}

/** What rows of coordinates are in C order. Each is checked along its own axis, when the operation runs. */
export const placesOf = (where: string, x: Tensor, lengths: readonly number[], { wraps = true, axis = 0 } = {}): Tensor =>
  placesOp.apply({ x, lengths: constant(Int32Array.from(lengths)) }, { site: siteOf(where), wraps, axis });

const placesOp = primitive({
  name: "places",
  inputs: ["x", "lengths"],
  infer: ({ x }, _: Places): Spec => ({ shape: x.shape.slice(0, 1), dtype: "int32" }),
  lower: ({ x, lengths }, { y }, { site, wraps, axis }) =>
    kernels.places_i32({ x, lengths, y, depth: lengths.size, wraps: Number(wraps), site, axis }, y.size),
});
