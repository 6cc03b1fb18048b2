import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";
import { cast } from "../elementwise/cast.js";
import { reduction, reductionAttrs, type ReductionOptions } from "./family.js";

/** Whether any element along the axes is not zero, bool. */
export function any(x: TensorLike, options: ReductionOptions = {}): Tensor {
  const tensor = cast(x, "bool");
  return anyOp.apply({ x: tensor }, reductionAttrs("any", tensor, options));
}

/** Whether all elements along the axes are not zero, bool. */
export function all(x: TensorLike, options: ReductionOptions = {}): Tensor {
  const tensor = cast(x, "bool");
  return allOp.apply({ x: tensor }, reductionAttrs("all", tensor, options));
}

const anyOp = reduction({ name: "any", kernels: () => ({ first: kernels.max_u8 }) });
const allOp = reduction({ name: "all", kernels: () => ({ first: kernels.min_u8 }) });
