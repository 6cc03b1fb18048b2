import { operation } from "../../core/operation.js";
import { asTensor, checkedDtype, type TensorLike } from "../../core/convert.js";
import { isFloat, type Dtype } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels.js";

/** Elements that one claim of a thread converts. */
const GRAIN = 1 << 16;

/** A kernel for each pair of dtypes whose bytes differ. A bool is a uint8 already. */
const kernelOf = {
  float32: { int32: kernels.cast_f32_i32, uint8: kernels.cast_f32_u8, bool: kernels.cast_f32_bool },
  int32: { float32: kernels.cast_i32_f32, uint8: kernels.cast_i32_u8, bool: kernels.cast_i32_bool },
  uint8: { float32: kernels.cast_u8_f32, int32: kernels.cast_u8_i32, bool: kernels.cast_u8_bool },
  bool: { float32: kernels.cast_u8_f32, int32: kernels.cast_u8_i32, uint8: kernels.copy_bytes },
} as const;

/**
 * The same values in another dtype. Fractions are cut towards zero; what is not zero is true.
 *
 * @param x      any shape and dtype
 * @param dtype  "float32", "int32", "uint8", "bool", or a name that stands for one of them ("int64")
 */
export const cast = operation("core.cast(*x, dtype:dtype)", (x: TensorLike, dtype: string): Tensor => {
  const tensor = asTensor(x);
  const to = checkedDtype(dtype)!;
  return tensor.dtype === to ? tensor : castOp.apply({ x: tensor }, { to });
});

const castOp = primitive({
  name: "cast",
  inputs: ["x"],
  infer: ({ x }, { to }: { to: Dtype }) => ({ shape: x.shape, dtype: to }),
  lower: ({ x }, { y }, { to }) => (kernelOf[x.dtype] as Record<Dtype, typeof kernels.cast_u8_i32>)[to]({ x, y }, y.size, GRAIN),
  fusible: "elementwise",
  gradient: (dy, _, { specs, attrs }) => ({
    ...(isFloat(specs.x.dtype) && isFloat(attrs.to) && { x: () => cast(dy, specs.x.dtype) }),
  }),
});
