// Elementwise functions that are compositions of others: hypot, sinc, isclose and the like.

import { operation } from "../../core/operation.js";
import { asTensor, checkedDtype, type TensorLike } from "../../core/convert.js";
import { DtypeError, ValueError } from "../../core/errors.js";
import { dtypes, isFloat, isHalf, type Dtype } from "../../core/dtype.js";
import { primitive } from "../../core/primitive.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { as, asFloat, commonDtype, operands, wholeOperands } from "../promotion.js";
import { all } from "../reduce/logical.js";
import { full, onesLike } from "../shaping/create.js";
import { add, divide, floorDivide, maximum, minimum, multiply, subtract } from "./arithmetic.js";
import { gcd } from "./bitwise.js";
import { cast } from "./cast.js";
import { clip } from "./clip.js";
import { equal, greater, less, lessEqual } from "./comparison.js";
import { exp, exp2 } from "./exponential.js";
import { isinf, isnan } from "./inspection.js";
import { logicalAnd, logicalNot, logicalOr } from "./logical.js";
import { abs, sqrt, square } from "./powers.js";
import { sin } from "./trigonometric.js";
import { where } from "./where.js";

/**
 * The larger of x1 and x2; where one is NaN, the other.
 *
 * ```ts
 * ops.fmax([NaN, 2], [1, 1]); // [1, 2]
 * ```
 */
export const fmax = operation("numpy.fmax(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = operands(x1, x2);
  return where(isnan(a), b, where(isnan(b), a, maximum(a, b)));
});

/**
 * The smaller of x1 and x2; where one is NaN, the other.
 *
 * ```ts
 * ops.fmin([NaN, 2], [1, 1]); // [1, 1]
 * ```
 */
export const fmin = operation("numpy.fmin(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = operands(x1, x2);
  return where(isnan(a), b, where(isnan(b), a, minimum(a, b)));
});

/**
 * |x| as float32.
 *
 * ```ts
 * ops.fabs([-1, 2]); // [1, 2]
 * ```
 */
export const fabs = operation("numpy.fabs(*x)", (x: TensorLike): Tensor => abs(asFloat(x)));

/**
 * 0 for negative x1, 1 for positive x1, x2 for 0.
 *
 * ```ts
 * ops.heaviside([-1, 0, 2], 0.5); // [0, 0.5, 1]
 * ```
 */
export const heaviside = operation("numpy.heaviside(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = [asFloat(x1), asFloat(x2)];
  return where(isnan(a), a, where(equal(a, 0), b, where(less(a, 0), 0, 1)));
});

/**
 * √(x1² + x2²) without overflow.
 *
 * ```ts
 * ops.hypot([3, 5], [4, 12]); // [5, 13]
 * ```
 */
export const hypot = operation("numpy.hypot(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = [abs(asFloat(x1)), abs(asFloat(x2))];
  const larger = maximum(a, b);
  const ratio = divide(minimum(a, b), where(equal(larger, 0), 1, larger));
  return where(logicalOr(isinf(a), isinf(b)), Infinity, multiply(larger, sqrt(add(square(ratio), 1))));
});

/**
 * Whether |x1 − x2| ≤ atol + rtol · |x2|, bool.
 *
 * ```ts
 * ops.isclose([1, 2], [1.000001, 2.1]); // [true, false]
 * ```
 *
 * @param options.equalNan  counts NaN as equal to NaN; default false
 */
export const isclose = operation(
  "numpy.isclose(*x1, *x2, *rtol=1e-05, *atol=1e-08, equalNan=false)",
  (x1: TensorLike, x2: TensorLike, rtol: number, atol: number, equalNan: boolean): Tensor => {
    const [a, b] = [asFloat(x1), asFloat(x2)];
    const near = lessEqual(abs(subtract(a, b)), add(multiply(abs(b), rtol), atol));
    const close = logicalOr(equal(a, b), logicalAnd(near, less(abs(b), Infinity)));
    return equalNan ? logicalOr(close, logicalAnd(isnan(a), isnan(b))) : close;
  },
);

/**
 * Whether all elements are close, a bool scalar.
 *
 * ```ts
 * ops.allclose([1, 2], [1, 2.000001]); // true
 * ```
 *
 * @see isclose
 */
export const allclose = operation(
  "numpy.allclose(*x1, *x2, rtol=1e-05, atol=1e-08, equalNan=false)",
  (x1: TensorLike, x2: TensorLike, rtol: number, atol: number, equalNan: boolean): Tensor => all(isclose(x1, x2, { rtol, atol, equalNan })),
  { className: "AllClose" },
);

/**
 * NaN as 0 (or another number), infinities as the largest numbers (or others).
 *
 * ```ts
 * ops.nanToNum([NaN, 1]); // [0, 1]
 * ```
 */
export const nanToNum = operation(
  "numpy.nanToNum(*x, nan=0.0, posinf:number=null, neginf:number=null)",
  (x: TensorLike, nan: number, posinf: number | null, neginf: number | null): Tensor => {
    const tensor = asTensor(x);
    if (tensor.dtype !== "float32") return tensor;
    const high = where(equal(tensor, Infinity), posinf ?? 3.4028234663852886e38, tensor);
    const low = where(equal(tensor, -Infinity), neginf ?? -3.4028234663852886e38, high);
    return where(isnan(tensor), nan, low);
  },
);

/**
 * Whether the sign is negative, of −0 too; bool.
 *
 * ```ts
 * ops.signbit([-3, 5]); // [true, false]
 * ```
 */
export const signbit = operation("numpy.signbit(*x)", (x: TensorLike): Tensor => {
  const tensor = asTensor(x);
  if (tensor.dtype === "uint8" || tensor.dtype === "bool") return full(tensor.shape, false);
  return less(tensor.dtype === "float32" ? view(tensor, "int32") : tensor, 0);
});

/**
 * sin(πx) / πx, 1 at 0.
 *
 * ```ts
 * ops.sinc([0, 0.5]); // [1, 0.6366]
 * ```
 */
export const sinc = operation("numpy.sinc(*x)", (x: TensorLike): Tensor => {
  const angle = multiply(asFloat(x), Math.PI);
  const isZero = equal(angle, 0);
  const safe = where(isZero, 1, angle);
  return where(isZero, 1, divide(sin(safe), safe));
});

/** A polynomial by Horner's rule, the highest coefficient first. */
const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.slice(1).reduce((y, c) => add(multiply(y, x), c), asTensor(coefficients[0]!));

/**
 * The modified Bessel function of order 0 (Abramowitz and Stegun 9.8.1 and 9.8.2).
 *
 * ```ts
 * ops.i0([0, 1]); // [1, 1.2661]
 * ```
 */
export const i0 = operation("numpy.i0(*x)", (x: TensorLike): Tensor => {
  const a = abs(asFloat(x));
  const t = square(divide(a, 3.75));
  const near = polynomial(minimum(t, 1), [0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1]);
  const far = maximum(a, 3.75);
  const u = divide(3.75, far);
  const tail = polynomial(
    u,
    [0.00392377, -0.01647633, 0.02635537, -0.02057706, 0.00916281, -0.00157565, 0.00225319, 0.01328592, 0.39894228],
  );
  return where(less(a, 3.75), near, multiply(divide(exp(far), sqrt(far)), tail));
});

/**
 * The least common multiple.
 *
 * ```ts
 * ops.lcm([4, 6], [6, 9]); // [12, 18]
 * ```
 */
export const lcm = operation("numpy.lcm(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = wholeOperands("lcm", x1, x2);
  const divisor = gcd(a, b);
  return abs(multiply(floorDivide(a, where(equal(divisor, 0), onesLike(divisor), divisor)), b));
});

/**
 * x1 · 2^x2.
 *
 * ```ts
 * ops.ldexp([1, 3], [2, 1]); // [4, 6]
 * ```
 */
export const ldexp = operation("numpy.ldexp(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor =>
  multiply(asFloat(x1), exp2(asFloat(wholeOperands("ldexp", x2, x2)[0]))),
);

/**
 * The float32 next to x1 in the direction of x2.
 *
 * ```ts
 * ops.nextafter([1], [2]).sub(1); // [1.192e-7]
 * ```
 */
export const nextafter = operation("numpy.nextafter(*x1, *x2)", (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = [asFloat(x1), asFloat(x2)];
  const bits = view(a, "int32");
  const away = equal(greater(b, a), greater(a, 0));
  const stepped = view(add(bits, subtract(multiply(cast(away, "int32"), 2), 1)), "float32");
  const fromZero = where(greater(b, 0), 2 ** -149, -(2 ** -149));
  return where(logicalOr(isnan(a), isnan(b)), NaN, where(equal(a, b), b, where(equal(a, 0), fromZero, stepped)));
});

const viewOp = primitive({
  name: "view",
  inputs: ["x"],
  infer: ({ x }, { dtype }: { dtype: Dtype }): Spec => {
    const ratio = dtypes[x.dtype].bytes / dtypes[dtype].bytes;
    if (ratio === 1) return { shape: x.shape, dtype };
    const last = x.shape.at(-1);
    if (last === undefined || (last !== null && (last * ratio) % 1 !== 0)) {
      throw new ValueError("view", {
        given: `a last axis of ${last ?? "no length"} as ${dtype}`,
        expected: "a length that gives whole elements",
      });
    }
    return { shape: [...x.shape.slice(0, -1), last === null ? null : last * ratio], dtype };
  },
  alias: "x",
});

/**
 * The same bytes read as another dtype; the last axis is longer or shorter where their widths differ.
 *
 * ```ts
 * ops.view(tf.constant([1], { dtype: "float32" }), "int32"); // [1065353216]
 * ```
 */
export const view = operation("numpy.view(*x, dtype:dtype=null)", (x: TensorLike, dtype: string | null): Tensor => {
  const tensor = asTensor(x);
  const to = checkedDtype(dtype ?? "float32")!;
  if (to === tensor.dtype) return tensor;
  if (to === "bool") throw new DtypeError("view", { given: "bool", expected: "a dtype of numbers" });
  return viewOp.apply({ x: tensor }, { dtype: to });
});

/**
 * x in another dtype, limited to its range instead of wrapped.
 *
 * ```ts
 * ops.saturateCast([300, -7.5, 12], "uint8"); // [255, 0, 12]
 * ```
 */
export const saturateCast = operation("core.saturateCast(*x, dtype:dtype)", (x: TensorLike, dtype: string): Tensor => {
  const tensor = asTensor(x);
  const to = checkedDtype(dtype)!;
  if (isHalf(to)) return cast(clip(cast(tensor, "float32"), ...dtypes[to].range), to);
  if (isFloat(to)) return cast(tensor, to);
  if (to === "bool") return logicalNot(lessEqual(tensor, 0)); // what is below false is false
  const [least, most] = dtypes[to].range;
  // The largest float32 that the range holds, where its end is none.
  const range = [
    least,
    tensor.dtype === "float32" && most > 2 ** 24 ? (most >= 2 ** 31 ? 4294967040 : 2147483520) : Math.min(most, 2 ** 31 - 1),
  ] as const;
  const from = as(tensor, tensor.dtype === "float32" ? "float32" : "int32");
  return cast(clip(from, ...range), dtype);
});

/**
 * The first choice whose condition is true, the default where none is.
 *
 * ```ts
 * ops.select([[true, false], [true, true]], [[1, 2], [3, 4]]); // [1, 4]
 * ```
 */
export const select = operation(
  "numpy.select(*condlist:tensors, *choicelist:tensors, *default=0)",
  (condlist: readonly TensorLike[], choicelist: readonly TensorLike[], defaultValue: TensorLike): Tensor => {
    if (condlist.length !== choicelist.length) {
      throw new ValueError("select", {
        given: `${condlist.length} conditions and ${choicelist.length} choices`,
        expected: "as many of both",
      });
    }
    const dtype = commonDtype(...choicelist, defaultValue);
    return condlist.reduceRight<Tensor>((rest, condition, i) => where(condition, as(choicelist[i]!, dtype), rest), as(defaultValue, dtype));
  },
);
