// Changing the dtype.

import { operation } from "../../core/operation.js";
import { asTensor, checkedDtype, type TensorLike } from "../../core/convert.js";
import { dtypes, isFloat, type Dtype } from "../../core/dtype.js";
import { bitsToFloat } from "../../core/halves.js";
import { primitive, type Primitive, type Step } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { siteOf } from "../../core/indices.js";
import { setConversions } from "../../core/width.js";
import { assign, read } from "../state/assign.js";
import { kernels } from "../../generated/kernels/core.js";

/** Elements that one claim of a thread converts. */
const GRAIN = 1 << 16;

/** A kernel for each pair of dtypes whose bytes differ. A bool is a uint8 already; other pairs go through float32 or int32. */
const kernelOf: Readonly<Record<Dtype, Partial<Record<Dtype, typeof kernels.cast_u8_i32>>>> = {
  float32: {
    int32: kernels.cast_f32_i32, uint8: kernels.cast_f32_u8, bool: kernels.cast_f32_bool,
    float16: kernels.cast_f32_f16, bfloat16: kernels.cast_f32_bf16,
    int8: kernels.cast_f32_i8, int16: kernels.cast_f32_i16, uint16: kernels.cast_f32_i16, uint32: kernels.cast_f32_u32,
  },
  int32: {
    float32: kernels.cast_i32_f32, uint8: kernels.cast_i32_u8, bool: kernels.cast_i32_bool,
    int8: kernels.cast_i32_i8, int16: kernels.cast_i32_i16, uint16: kernels.cast_i32_i16, uint32: kernels.cast_i32_u32,
  },
  uint8: { float32: kernels.cast_u8_f32, int32: kernels.cast_u8_i32, bool: kernels.cast_u8_bool },
  bool: { float32: kernels.cast_u8_f32, int32: kernels.cast_u8_i32, uint8: kernels.copy_bytes },
  int8: { float32: kernels.cast_i8_f32, int32: kernels.cast_i8_i32 },
  int16: { float32: kernels.cast_i16_f32, int32: kernels.cast_i16_i32 },
  uint16: { float32: kernels.cast_u16_f32, int32: kernels.cast_u16_i32 },
  uint32: { float32: kernels.cast_u32_f32, int32: kernels.cast_i32_u32 },
  float16: { float32: kernels.cast_f16_f32 },
  bfloat16: { float32: kernels.cast_bf16_f32 },
}; // prettier-ignore

/**
 * The same values in another dtype, as NumPy and Keras convert: fractions are cut towards zero, integers wrap (300 is 44 as int8; −1 is the
 * largest uint32), halves are rounded to the nearest, what is not zero is true. float32 to int32 or uint8 saturates at int32's ends.
 *
 * ```ts
 * ops.cast([1.7, -1.7], "int32"); // [1, -1]
 * ```
 *
 * @param x      any shape and dtype
 * @param dtype  a dtype, or a name that stands for one: "float64" is float32, "int64" int32, "uint64" uint32 (docs/dtypes.md)
 * @throws ValueError when it runs, for a value that the name of a 64-bit integer has and the dtype that it stands for has not
 */
export const cast = operation(
  "core.cast(*x, dtype:dtype)",
  (x: TensorLike, dtype: string): Tensor =>
    Object.hasOwn(wide, dtype) ? ofWide(asTensor(x), dtype) : convert(asTensor(x), checkedDtype(dtype)!),
  {
    keepsWidth: true,
  },
);

/** The same values in a dtype: what `cast` does once it knows which. */
export function convert(x: Tensor, to: Dtype): Tensor {
  if (x.dtype === to) return x;
  if (kernelOf[x.dtype][to]) return castOp.apply({ x }, { to });
  return convert(convert(x, isFloat(x.dtype) || isFloat(to) ? "float32" : "int32"), to);
}

const castOp = primitive({
  name: "cast",
  inputs: ["x"],
  infer: ({ x }, { to }: { to: Dtype }) => ({ shape: x.shape, dtype: to }),
  lower: ({ x }, { y }, { to }) => kernelOf[x.dtype][to]!({ x, y }, y.size, GRAIN),
  fusible: "elementwise",
  keepsWidth: true,
  gradient: (dy, _, { specs, attrs }) => ({
    ...(isFloat(specs.x.dtype) && isFloat(attrs.to) && { x: () => cast(dy, specs.x.dtype) }),
  }),
});

/** Whether a step of a graph is a conversion from one dtype into another. */
export const isCast = ({ op }: Step): boolean => op === (castOp as Primitive);

/** A conversion as a step of a graph. */
export const castStep = (x: Tensor, y: Tensor): Step => ({
  op: castOp as Primitive,
  inputs: { x },
  attrs: { to: y.dtype },
  outputs: { y },
});

interface WideInteger {
  readonly kept: Dtype;
  /** The floats just outside of what is kept. */
  readonly below: number;
  readonly above: number;
  /** The dtype of 32 bits that has values which are not kept. */
  readonly other: Dtype;
}

/** Integers of 64 bits, and what is kept of them. */
const wide: Readonly<Record<string, WideInteger>> = {
  int64: { kept: "int32", below: -2147483904, above: 2 ** 31, other: "uint32" },
  uint64: { kept: "uint32", below: -1, above: 2 ** 32, other: "int32" },
};

/** As integers of 64 bits, of which those are kept that 32 bits hold. */
function ofWide(x: Tensor, name: string): Tensor {
  const { kept, other } = wide[name]!;
  if (isFloat(x.dtype)) return boundedOp.apply({ x: convert(x, "float32") }, { name });
  const integers = convert(x, dtypes[x.dtype].range[0] < 0 ? "int32" : kept);
  return x.dtype === other || integers.dtype === other
    ? convert(narrowOp.apply({ x: convert(integers, other) }, { name }), kept)
    : integers;
}

const boundedOp = primitive({
  name: "narrow_float",
  inputs: ["x"],
  infer: ({ x }, { name }: { name: string }): Spec => ({ shape: x.shape, dtype: wide[name]!.kept }),
  lower: ({ x }, { y }, { name }) => {
    const { below, above } = wide[name]!;
    return kernels.narrow_f32_i32({ x, y, site: floatSites[name]!, below, above }, y.size, GRAIN);
  },
  keepsWidth: true,
});

const misfit = (name: string, given: number) => ({
  given: `the value ${given}`,
  expected: `a value within ${wide[name]!.kept}, as which ${name} is kept`,
});

const floatSites: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(wide).map((name) => [name, siteOf(`cast of floats to ${name}`, (bits) => misfit(name, bitsToFloat(bits)))]),
);

/**
 * The same values in a dtype that something is computed in: as `cast`, but a uint32 that int32 cannot hold is an error.
 *
 * @throws ValueError when it runs
 */
export const toArithmetic = (x: Tensor, to: Dtype): Tensor =>
  x.dtype === "uint32" && to === "int32" ? narrowOp.apply({ x }, { name: "" }) : convert(x, to);

const narrowOp = primitive({
  name: "narrow_uint32",
  inputs: ["x"],
  infer: ({ x }, _: { name: string }): Spec => ({ shape: x.shape, dtype: "int32" }),
  lower: ({ x }, { y }, { name }) => kernels.narrow_u32_i32({ x, y, site: sites[name] ?? UNSIGNED }, y.size, GRAIN),
  keepsWidth: true,
});

/** A negative number of one is a large one of the other. */
const sites: Readonly<Record<string, number>> = {
  int64: siteOf("cast to int64", (value) => misfit("int64", value >>> 0)),
  uint64: siteOf("cast to uint64", (value) => misfit("uint64", value)),
};

const UNSIGNED = siteOf("arithmetic on uint32", (value) => ({
  given: `the value ${value >>> 0}`,
  expected: "values below 2 ** 31: arithmetic on uint32 runs in int32",
  hint: 'cast(x, "float32") computes with larger ones, rounded to 24 bits.',
}));

setConversions({ convert, widen: toArithmetic, read, assign });
