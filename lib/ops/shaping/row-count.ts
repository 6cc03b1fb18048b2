// First axes whose length is known when the program runs: how long they are, and tensors cut or filled up to the length of another.

import { primitive } from "../../core/primitive.js";
import { known } from "../../core/shape.js";
import { bytesOf, type Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { Part } from "../../runtime/command.js";
import { fillCommand } from "./slice.js";

/** The length of the first axis as an int32 scalar. */
export const rowCount = (x: Tensor): Tensor => rowCountOp.apply({ x });

const rowCountOp = primitive({
  name: "row_count",
  inputs: ["x"],
  infer: () => ({ shape: [], dtype: "int32" as const }),
  lower: ({ x }, { y }) => fillCommand(y, known(x.shape)[0]!),
});

/** x with as many rows as `like` has: the first ones, and zeros where x has fewer. */
export const rowsLike = (x: Tensor, like: Tensor): Tensor => rowsLikeOp.apply({ x, like });

const COPY_GRAIN = 1 << 18;

const rowsLikeOp = primitive({
  name: "rows_like",
  inputs: ["x", "like"],
  infer: ({ x, like }) => ({ shape: [like.shape[0]!, ...x.shape.slice(1)], dtype: x.dtype }),
  lower: ({ x }, { y }) => {
    const bytes = Math.min(bytesOf(x)!, bytesOf(y)!);
    const copy = kernels.copy_bytes({ x, y: new Part(y, 0) }, bytes, COPY_GRAIN);
    return bytes < bytesOf(y)! ? [fillCommand(y, 0), copy] : [copy];
  },
  keeps: ["x"],
  gradient: (dy, { x }) => ({ x: () => rowsLike(dy, x) }),
});
