// TensorFlow's names of what is done element by element, and of reductions: at the root and in tf.math. keras.ops has the same operations.

import type { TensorLike } from "../../core/convert.js";
import { asTensor, constant } from "../../core/convert.js";
import { ArgumentError, DtypeError, ShapeError, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { type Dtype, isFloat } from "../../core/dtype.js";
import { isStrings, type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { isComplex } from "../../ops/elementwise/complex.js";
import { broadcastShapes } from "../../ops/broadcasting.js";
import * as ops from "../../ops/index.js";
import { broadcastTo } from "../../ops/shaping/broadcast.js";
import { matrixProduct } from "../../ops/linalg/matmul.js";
import { binary, checkKind, elementwise, reduction, sameDtype, unary, type Axes } from "./forms.js";

/**
 * The absolute value; of a complex pair [real, imaginary], as tf.signal gives it, its length.
 *
 * ```ts
 * tf.abs([-1, 2]); // [1, 2]
 * ```
 */
export const abs = unary("abs", (x) => (isComplex(x) ? ops.hypot(x[0], x[1]) : ops.abs(x)), "numbers");
/**
 * The arc cosine of each element, in radians; NaN outside of [-1, 1].
 *
 * ```ts
 * tf.acos([1, 0]); // [0, 1.5708]
 * ```
 */
export const acos = unary("acos", ops.arccos);
/**
 * The inverse hyperbolic cosine of each element; NaN below 1.
 *
 * ```ts
 * tf.acosh([1, 2]); // [0, 1.3170]
 * ```
 */
export const acosh = unary("acosh", ops.arccosh);
/**
 * The arc sine of each element, in radians; NaN outside of [-1, 1].
 *
 * ```ts
 * tf.asin([0, 1]); // [0, 1.5708]
 * ```
 */
export const asin = unary("asin", ops.arcsin);
/**
 * The inverse hyperbolic sine of each element.
 *
 * ```ts
 * tf.asinh([0, 1]); // [0, 0.8814]
 * ```
 */
export const asinh = unary("asinh", ops.arcsinh);
/**
 * The arc tangent of each element, in radians.
 *
 * ```ts
 * tf.atan([0, 1]); // [0, 0.7854]
 * ```
 */
export const atan = unary("atan", ops.arctan);
/**
 * The inverse hyperbolic tangent of each element; NaN outside of [-1, 1].
 *
 * ```ts
 * tf.atanh([0, 0.5]); // [0, 0.5493]
 * ```
 */
export const atanh = unary("atanh", ops.arctanh);
export const ceil = unary("ceil", ops.ceil);
export const cos = unary("cos", ops.cos);
export const cosh = unary("cosh", ops.cosh);
export const erf = unary("erf", ops.erf);
export const exp = unary("exp", ops.exp);
export const expm1 = unary("expm1", ops.expm1);
export const floor = unary("floor", ops.floor);
/**
 * Whether each element is neither infinite nor NaN: bool of x's shape.
 *
 * ```ts
 * tf.math.isFinite([1, Infinity]); // [true, false]
 * ```
 */
export const isFinite = unary("isFinite", ops.isfinite);
/**
 * Whether each element is infinite: bool of x's shape.
 *
 * ```ts
 * tf.math.isInf([1, Infinity]); // [false, true]
 * ```
 */
export const isInf = unary("isInf", ops.isinf);
/**
 * Whether each element is NaN: bool of x's shape.
 *
 * ```ts
 * tf.math.isNan([1, NaN]); // [false, true]
 * ```
 */
export const isNan = unary("isNan", ops.isnan);
export { isNan as isNaN };
export const log = unary("log", ops.log);
export const log1p = unary("log1p", ops.log1p);
export const logicalNot = unary("logicalNot", ops.logicalNot, "booleans");
export const negative = unary("negative", ops.negative, "numbers");
export const reciprocal = unary("reciprocal", ops.reciprocal);
/**
 * The nearest whole number; halves go to the even one.
 *
 * ```ts
 * tf.round([1.5, 2.5, 2.7]); // [2, 2, 3]
 * ```
 */
export const round = unary("round", (x) => ops.round(x), "numbers");
export const rsqrt = unary("rsqrt", ops.rsqrt);
export const sigmoid = unary("sigmoid", ops.sigmoid);
export const sign = unary("sign", ops.sign, "numbers");
export const sin = unary("sin", ops.sin);
export const sinh = unary("sinh", ops.sinh);
export const sqrt = unary("sqrt", ops.sqrt);
export const square = unary("square", ops.square, "numbers");
export const tan = unary("tan", ops.tan);
export const tanh = unary("tanh", ops.tanh);
export const trunc = unary("trunc", ops.trunc, "numbers");
export const logSigmoid = unary("logSigmoid", ops.logSigmoid);

/**
 * log(1 + eˣ).
 *
 * ```ts
 * tf.math.softplus([0, 2]); // [0.6931, 2.1269]
 * ```
 */
export const softplus = elementwise(
  declare("tf.math.softplus(*features, name:string=null)", (features: TensorLike, _: string | null): Tensor => {
    checkKind("softplus", "floats", features);
    return ops.softplus(features);
  }),
);
/**
 * x / (1 + |x|).
 *
 * ```ts
 * tf.math.softsign([-1, 3]); // [-0.5, 0.75]
 * ```
 */
export const softsign = elementwise(
  declare("tf.math.softsign(*features, name:string=null)", (features: TensorLike, _: string | null): Tensor => {
    checkKind("softsign", "floats", features);
    return ops.softsign(features);
  }),
);

export const add = binary("add", ops.add);
export const subtract = binary("subtract", ops.subtract);
export const multiply = binary("multiply", ops.multiply);
/**
 * The larger of x and y, NaN where one is NaN. Where they are equal, the gradient goes to x.
 *
 * ```ts
 * tf.maximum([1, 5], [3, 2]); // [3, 5]
 * ```
 */
export const maximum = binary("maximum", (x, y) => either(ops.maximum, ops.greaterEqual, x, y));
/**
 * The smaller of x and y, NaN where one is NaN. Where they are equal, the gradient goes to x.
 *
 * ```ts
 * tf.minimum([1, 5], [3, 2]); // [1, 2]
 * ```
 */
export const minimum = binary("minimum", (x, y) => either(ops.minimum, ops.lessEqual, x, y));

/** keras.ops shares the gradient of equal elements; TensorFlow gives it to the first. Whole numbers have none. */
function either(extremum: typeof ops.maximum, wins: typeof ops.greaterEqual, x: TensorLike, y: TensorLike): Tensor {
  const isFloats = [x, y].every((each) => !(each instanceof Chainable) || isFloat(each.value().dtype));
  if (!isFloats) return extremum(x, y);
  const first = asTensor(x);
  return ops.where(ops.logicalOr(wins(first, y), ops.isnan(first)), first, y);
}

/**
 * x to the power of y, element by element; shapes broadcast.
 *
 * ```ts
 * tf.pow([2, 3], [3, 2]); // [8, 9]
 * ```
 */
export const pow = binary("pow", (x, y) => {
  const exponent = asTensor(y, x instanceof Chainable ? x.value().dtype : undefined);
  if (!isFloat(exponent.dtype))
    checkOnHost("pow", [exponent], ([values]) => {
      const odd = values!.view().find((each) => each < 0);
      if (odd !== undefined)
        throw new ValueError("pow", { given: `the exponent ${odd}`, expected: "whole numbers to exponents of at least 0" });
    });
  return ops.power(x, y);
});
export const squaredDifference = binary("squaredDifference", (x, y) => {
  const isWhole = [x, y].some((each) => each instanceof Chainable && !isFloat(each.value().dtype));
  return isWhole ? ops.square(ops.subtract(x, y)) : ops.squaredDifference(x, y);
});
/**
 * x / y; of whole numbers the quotient with its fraction, as in Python.
 *
 * ```ts
 * tf.divide([1, 6], [2, 4]); // [0.5, 1.5]
 * ```
 */
export const divide = binary("divide", ops.divide);
/**
 * x / y, element by element; integers are divided as floats.
 *
 * ```ts
 * tf.truediv([1, 6], [2, 4]); // [0.5, 1.5]
 * ```
 */
export const truediv = binary("truediv", ops.divide);
/**
 * x / y, and 0 where y is 0.
 *
 * ```ts
 * tf.math.divideNoNan([1, 6], [0, 4]); // [0, 1.5]
 * ```
 */
export const divideNoNan = binary("divideNoNan", ops.divideNoNan);
/**
 * Whether elements are equal, strings too; shapes broadcast.
 *
 * ```ts
 * tf.equal([1, 2, 3], 2).array(); // [false, true, false]
 * tf.equal(["a", "b"], "b").array(); // [false, true]
 * ```
 */
export const equal = ofStrings(binary("equal", ops.equal, "any"), (x, y) => x === y);
/**
 * Whether elements differ, strings too; shapes broadcast.
 *
 * ```ts
 * tf.notEqual([1, 2, 3], 2).array(); // [true, false, true]
 * ```
 */
export const notEqual = ofStrings(binary("notEqual", ops.notEqual, "any"), (x, y) => x !== y);

/** The same function, that compares strings where one of its two first arguments is one or has them. */
function ofStrings<F extends { readonly signature: { readonly where: string }; readonly name: string }>(
  fn: F,
  holds: (x: string, y: string) => boolean,
): F & ((x: NestedStrings, y: NestedStrings) => Tensor) {
  const plain = fn as unknown as (...args: unknown[]) => Tensor;
  const call = (...args: unknown[]): Tensor => {
    if (!isStrings(args[0]) && !isStrings(args[1])) return plain(...args);
    const { where } = fn.signature;
    const [x, y] = [args[0], args[1]].map((each) => (isStrings(each) ? Strings.of(each, where) : null));
    if (!x || !y) throw new DtypeError(where, { given: "strings and what are none", expected: "strings on both sides, or numbers" });
    const shape = broadcastShapes(where, x.shape, y.shape) as number[];
    // Numbers of the strings are broadcast, and the strings found by them.
    const numbered = ({ shape: own, values }: Strings) =>
      ops.broadcastTo(ops.reshape(asTensor(Int32Array.from(values, (_, i) => i)), own), shape).data();
    const [a, b] = [numbered(x), numbered(y)];
    return constant(Array.from(a, (at, i) => holds(x.values[at]!, y.values[b[i]!]!)) as never, { shape, dtype: "bool" });
  };
  return Object.defineProperties(call, { name: { value: fn.name }, signature: { value: fn.signature } }) as never;
}
export const greater = binary("greater", ops.greater);
export const greaterEqual = binary("greaterEqual", ops.greaterEqual);
export const less = binary("less", ops.less);
export const lessEqual = binary("lessEqual", ops.lessEqual);
export const logicalAnd = binary("logicalAnd", ops.logicalAnd, "booleans");
export const logicalOr = binary("logicalOr", ops.logicalOr, "booleans");
/**
 * Whether exactly one of x and y holds.
 *
 * ```ts
 * tf.math.logicalXor([true, true], [true, false]); // [false, true]
 * ```
 */
export const logicalXor = declare(
  'tf.math.logicalXor(*x, *y, name:string="LogicalXor")',
  (x: TensorLike, y: TensorLike, _: string | null): Tensor => {
    checkKind("logicalXor", "booleans", x, y);
    return ops.logicalXor(x, y);
  },
);
/**
 * The angle of the point (x, y).
 *
 * ```ts
 * tf.atan2([1], [1]); // [0.7854]
 * ```
 */
export const atan2 = elementwise(
  declare("tf.math.atan2(*y, *x, name:string=null)", (y: TensorLike, x: TensorLike, _: string | null): Tensor => {
    sameDtype("atan2", y, x);
    checkKind("atan2", "floats", y, x);
    return ops.arctan2(y, x);
  }),
);

/** Division of whole numbers by 0 has no result. */
function checkDivisor(where: string, x: TensorLike, y: TensorLike): void {
  const divisor = asTensor(y, x instanceof Chainable ? x.value().dtype : undefined);
  if (isFloat(divisor.dtype)) return;
  checkOnHost(where, [divisor], ([values]) => {
    const at = values!.view().indexOf(0);
    if (at >= 0) throw new ValueError(where, { given: `a divisor of 0 at element ${at}`, expected: "whole numbers other than 0" });
  });
}

/**
 * x / y, rounded down.
 *
 * ```ts
 * tf.math.floordiv([7, -7], [2, 2]); // [3, -4]
 * ```
 *
 * @throws ValueError for whole numbers divided by 0
 */
export const floordiv = binary("floordiv", (x, y) => {
  checkDivisor("floordiv", x, y);
  return ops.floorDivide(x, y);
});
/**
 * The rest of the division that rounds down: it has the sign of y.
 *
 * ```ts
 * tf.math.floormod([7, -7], [3, 3]); // [1, 2]
 * ```
 *
 * @throws ValueError for whole numbers divided by 0
 */
export const floormod = binary("floormod", (x, y) => {
  checkDivisor("floormod", x, y);
  return ops.mod(x, y);
});
export { floormod as mod };
/**
 * The rest of the division that rounds towards 0: it has the sign of x.
 *
 * ```ts
 * tf.truncatemod([7, -7], [3, 3]); // [1, -1]
 * ```
 */
export const truncatemod = binary("truncatemod", ops.fmod);

/**
 * x within [clipValueMin, clipValueMax].
 *
 * ```ts
 * tf.clipByValue([-3, 0.5, 9], 0, 1); // [0, 0.5, 1]
 * ```
 */
export const clipByValue = elementwise(
  declare(
    "tf.clipByValue(*t, *clipValueMin, *clipValueMax, name:string=null)",
    (t: TensorLike, clipValueMin: TensorLike, clipValueMax: TensorLike, _: string | null): Tensor => {
      const x = asTensor(t);
      sameDtype("clipByValue", x, clipValueMin, clipValueMax);
      const isNumber = typeof clipValueMin === "number" && typeof clipValueMax === "number" && clipValueMin <= clipValueMax;
      const y = isNumber ? ops.clip(x, clipValueMin, clipValueMax) : ops.maximum(ops.minimum(x, clipValueMax), clipValueMin);
      return y.shape.length > x.rank ? broadcastTo(y, y.shape) : y;
    },
  ),
);

/** A total of whole numbers has their dtype, and what goes over its end begins anew. */
const asGiven = (x: TensorLike, made: Tensor): Tensor =>
  x instanceof Chainable && x.value().dtype !== made.dtype ? ops.cast(ops.cast(made, "int32"), x.value().dtype) : made;

export const reduceSum = reduction("reduceSum", (x, { axis, keepdims }) => asGiven(x, ops.sum(x, axis, keepdims)), "sum");
/**
 * The mean; of whole numbers it is cut to a whole one.
 *
 * ```ts
 * tf.reduceMean([[1, 2], [3, 4]], { axis: 0 }); // [2, 3]
 * ```
 */
export const reduceMean = reduction(
  "reduceMean",
  (x, options) => {
    const tensor = asTensor(x);
    return isFloat(tensor.dtype) ? ops.mean(tensor, options) : ops.cast(ops.trunc(ops.mean(tensor, options)), tensor.dtype);
  },
  "mean",
);
export const reduceMax = reduction("reduceMax", (x, options) => extremum("max", x, options), "max");
export const reduceMin = reduction("reduceMin", (x, options) => extremum("min", x, options), "min");
export const reduceProd = reduction("reduceProd", (x, options) => asGiven(x, ops.prod(x, options)), "prod");
export const reduceLogsumexp = reduction("reduceLogsumexp", (x, options) => ops.logsumexp(x, options), "logsumexp", "floats");
export const reduceAll = reduction("reduceAll", (x, options) => ops.all(x, options), "all", "booleans");
export const reduceAny = reduction("reduceAny", (x, options) => ops.any(x, options), "any", "booleans");
export const reduceStd = reduction("reduceStd", (x, options) => ops.std(x, options), "std", "floats");
export const reduceVariance = reduction("reduceVariance", (x, options) => ops.variance(x, options), "variance", "floats");

/** The extremum; of nothing, what every element would replace. */
function extremum(name: "max" | "min", x: TensorLike, options: { axis: Axes; keepdims: boolean }): Tensor {
  const tensor = asTensor(x);
  const isEmpty = isFloat(tensor.dtype) && tensor.shape.includes(0);
  return ops[name](tensor, isEmpty ? { ...options, initial: name === "max" ? -Infinity : Infinity } : options);
}

const extremeArgument = <const N extends "argmax" | "argmin">(name: N) =>
  declare(
    `tf.${name}(*input, axis:int=null, outputType:dtype="int64", name:string=null)` as const,
    (input: TensorLike, axis: number | null, outputType: string, _: string | null): Tensor => {
      if (isFloat(outputType as Dtype) || outputType === "bool")
        throw new DtypeError(`${name}.outputType`, { given: outputType, expected: "a dtype of whole numbers" });
      const x = asTensor(input);
      // TensorFlow passes over NaN, where NumPy and keras.ops find it.
      const known = isFloat(x.dtype) ? ops.where(ops.isnan(x), ops.fullLike(x, name === "argmax" ? -Infinity : Infinity), x) : x;
      return ops.cast(ops[name](known, { axis: axis ?? 0 }), outputType);
    },
  );
/**
 * Where the largest element along an axis stands, NaN never. Default axis: 0.
 *
 * ```ts
 * tf.argmax([[1, 5, 2], [7, 0, 3]], { axis: 1 }); // [1, 0]
 * ```
 */
export const argmax = extremeArgument("argmax");
/**
 * Where the smallest element along an axis stands, NaN never. Default axis: 0.
 *
 * ```ts
 * tf.argmin([[1, 5, 2], [7, 0, 3]], { axis: 1 }); // [0, 1]
 * ```
 */
export const argmin = extremeArgument("argmin");
export { argmax as argMax, argmin as argMin };

const cumulative = <const N extends string>(name: N, run: (x: Tensor, axis: number) => Tensor, neutral: number) =>
  declare(
    `tf.${name}(*x, axis:int=0, exclusive=false, reverse=false, name:string=null)` as const,
    (x: TensorLike, axis: number, exclusive: boolean, reverse: boolean, _: string | null): Tensor => {
      const tensor = asTensor(x);
      if (tensor.rank === 0) throw new ShapeError(name, { given: "a scalar", expected: "a tensor with an axis" });
      const given = reverse ? ops.flip(tensor, axis) : tensor;
      let y = tensor.shape.includes(0) ? given : run(given, axis);
      if (exclusive) {
        const length = tensor.shape.at(axis)!;
        const along = axis < 0 ? axis + tensor.rank : axis;
        const widths = tensor.shape.map((_, i): [number, number] => (i === along ? [1, 0] : [0, 0]));
        const padded = ops.pad(y, widths, { constantValues: neutral });
        y = length === 0 ? y : ops.getItem(padded, [...widths.slice(0, along).map(() => ({})), { stop: -1 }]);
      }
      return reverse ? ops.flip(y, axis) : y;
    },
  );
/**
 * The sums of the elements so far along an axis.
 *
 * ```ts
 * tf.cumsum([1, 2, 3]); // [1, 3, 6]
 * ```
 *
 * @param exclusive  without the element itself
 * @param reverse  from the end
 */
export const cumsum = cumulative("cumsum", (x, axis) => ops.cumsum(x, { axis }), 0);
/**
 * The products of the elements so far along an axis.
 *
 * ```ts
 * tf.math.cumprod([1, 2, 3]); // [1, 2, 6]
 * ```
 *
 * @param exclusive  without the element itself
 * @param reverse  from the end
 */
export const cumprod = cumulative("math.cumprod", (x, axis) => ops.cumprod(x, { axis }), 1);

/**
 * The matrix product of the last two axes; the axes before them broadcast.
 *
 * ```ts
 * tf.matmul([[1, 2], [3, 4]], [[0, 1], [1, 0]]); // [[2, 1], [4, 3]]
 * ```
 *
 * @param transposeA, transposeB  take the operand with its last two axes exchanged; adjointA, adjointB do the same, of real numbers
 */
export const matmul = declare(
  "tf.matmul(*a, *b, transposeA=false, transposeB=false, adjointA=false, adjointB=false, aIsSparse=false, bIsSparse=false, outputType:dtype=null, gradA=false, gradB=false, name:string=null)",
  (
    a: TensorLike,
    b: TensorLike,
    transposeA: boolean,
    transposeB: boolean,
    adjointA: boolean,
    adjointB: boolean,
    _aIsSparse: boolean,
    _bIsSparse: boolean,
    outputType: string | null,
    _gradA: boolean,
    _gradB: boolean,
    _: string | null,
  ): Tensor => {
    const [x, y] = [asTensor(a), asTensor(b)];
    sameDtype("matmul", x, y);
    checkKind("matmul", "numbers", x, y);
    if ((transposeA && adjointA) || (transposeB && adjointB))
      throw new ArgumentError("matmul", { given: "transpose and adjoint of one operand", expected: "one of them" });
    for (const operand of [x, y]) {
      if (operand.rank < 2)
        throw new ShapeError("matmul", {
          given: `a tensor of rank ${operand.rank}`,
          expected: "matrices: a rank of at least 2",
          hint: "tf.linalg.matvec multiplies a matrix by a vector.",
        });
    }
    const product = matrixProduct(x, y, { transposeA: transposeA || adjointA, transposeB: transposeB || adjointB });
    return outputType === null ? product : ops.cast(product, outputType);
  },
);
