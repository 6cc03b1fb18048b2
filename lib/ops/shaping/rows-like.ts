// Tensors cut or filled up to as many rows as another has, where that is known when the program runs.

import { primitive } from "../../core/primitive.js";
import { bytesOf, type Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { Part } from "../../runtime/command.js";
import { fillCommand } from "./slice.js";

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
