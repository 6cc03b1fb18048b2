// Rows whose number a value says.

import { primitive } from "../../core/primitive.js";
import type { Shape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { full } from "../shaping/create.js";

interface Rows {
  readonly shape: Shape;
  readonly dtype: "float32" | "int32";
  readonly value: number;
}

/**
 * As many equal rows as an int32 scalar says: what is put together by indices begins with it. Where the number is not known yet, neither is
 * the first axis of the result.
 *
 * @param shape  of one row
 */
export const filledRows = (count: Tensor, shape: Shape, value: number, dtype: "float32" | "int32"): Tensor =>
  filledRowsOp.apply({ count }, { shape, value, dtype });

const filledRowsOp = primitive({
  name: "filled_rows",
  inputs: ["count"],
  infer: (_, { shape, dtype }: Rows): Spec => ({ shape: [null, ...shape], dtype }),
  host: ({ count }, { shape, value, dtype }) => ({ y: full([count.item(), ...shape], value, { dtype }) }),
});
