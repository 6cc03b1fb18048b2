// Complex numbers: a complex tensor is the pair [real, imaginary] of float32 tensors of one shape, as the Fourier transforms take and give
// it.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { operation } from "../../core/operation.js";
import { sameShape, shapeText } from "../../core/shape.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { asFloat } from "../promotion.js";
import { stack } from "../shaping/concatenate.js";
import { onesLike, zerosLike } from "../shaping/create.js";
import { unstack } from "../shaping/split.js";
import { multiply } from "./arithmetic.js";
import { equal } from "./comparison.js";
import { isnan } from "./inspection.js";
import { negative } from "./negative.js";
import { signbit } from "./special.js";
import { arctan2, cos, sin } from "./trigonometric.js";
import { where } from "./where.js";

/** A complex tensor: real and imaginary part. */
export type Complex = readonly [real: TensorLike, imaginary: TensorLike];
/** The same, as operations give it. */
export type ComplexTensor = [real: Tensor, imaginary: Tensor];

/** Whether a value is a complex tensor: exactly two tensors in an array. Nested arrays of numbers are real. */
export const isComplex = (x: unknown): x is readonly [Chainable, Chainable] =>
  Array.isArray(x) && x.length === 2 && x.every((part) => part instanceof Chainable);

/** Both parts as float32. @throws ShapeError where their shapes differ */
export function complexParts(where: string, x: Complex): readonly [Tensor, Tensor] {
  const [re, im] = [asFloat(x[0]), asFloat(x[1])];
  if (sameShape(re.shape, im.shape)) return [re, im];
  throw new ShapeError(where, {
    given: `real part ${shapeText(re.shape)}, imaginary part ${shapeText(im.shape)}`,
    expected: "equal shapes",
  });
}

/**
 * The real part: of a complex pair its first tensor, of a real tensor itself.
 *
 * ```ts
 * ops.real(ops.viewAsComplex([[1, 2], [3, 4]])).array(); // [1, 3]
 * ```
 */
export const real = operation("numpy.real(*x)", (x: TensorLike | Complex): Tensor =>
  isComplex(x) ? complexParts("real", x)[0] : asTensor(x as TensorLike),
);

/**
 * The imaginary part: of a complex pair its second tensor, of a real tensor zeros.
 *
 * ```ts
 * ops.imag(ops.viewAsComplex([[1, 2], [3, 4]])); // [2, 4]
 * ```
 */
export const imag = operation("numpy.imag(*x)", (x: TensorLike | Complex): Tensor =>
  isComplex(x) ? complexParts("imag", x)[1] : zerosLike(asTensor(x as TensorLike)),
);

/**
 * The complex conjugate re − i · im: of a complex pair a pair, of a real tensor itself.
 *
 * ```ts
 * ops.imag(ops.conj(ops.viewAsComplex([[1, 2]]))); // [-2]
 * ```
 */
export const conj = operation(
  "numpy.conj(*x)",
  <X extends TensorLike | Complex>(x: X): X extends readonly [Chainable, Chainable] ? ComplexTensor : Tensor => {
    const conjugate = (): ComplexTensor => {
      const [re, im] = complexParts("conj", x as unknown as Complex);
      return [re, negative(im)];
    };
    return (isComplex(x) ? conjugate() : asTensor(x as TensorLike)) as never;
  },
  { className: "Conjugate" },
);

/**
 * The angle in the complex plane, atan2(im, re): of a real number 0, or π where it is negative, −0 included.
 *
 * ```ts
 * ops.angle([1, -1]); // [0, 3.1416]
 * ```
 */
export const angle = operation("numpy.angle(*x)", (x: TensorLike | Complex): Tensor => {
  if (isComplex(x)) {
    const [re, im] = complexParts("angle", x);
    return arctan2(im, re);
  }
  const tensor = asFloat(x as TensorLike);
  return where(isnan(tensor), tensor, where(signbit(tensor), Math.PI, 0));
});

/**
 * Whether the imaginary part is 0, bool.
 *
 * ```ts
 * ops.isreal([1, 2]); // [true, true]
 * ```
 */
export const isreal = operation("numpy.isreal(*x)", (x: TensorLike | Complex): Tensor =>
  isComplex(x) ? equal(complexParts("isreal", x)[1], 0) : onesLike(asTensor(x as TensorLike), { dtype: "bool" }),
);

/**
 * The complex tensor abs · (cos angle + i · sin angle) as a pair.
 *
 * ```ts
 * const [re, im] = ops.polar([1, 2], [0, Math.PI / 2]); // re = [1, 0], im = [0, 2]
 * ```
 *
 * @param abs    magnitudes
 * @param angle  in radians
 */
export const polar = operation("nn.polar(*abs, *angle)", (abs: TensorLike, angle: TensorLike): ComplexTensor => {
  const [size, turn] = [asFloat(abs), asFloat(angle)];
  return [multiply(size, cos(turn)), multiply(size, sin(turn))];
});

/**
 * The last axis, of length 2, read as real and imaginary part.
 *
 * ```ts
 * ops.real(ops.viewAsComplex([[1, 2], [3, 4]])); // [1, 3]
 * ```
 *
 * @throws ShapeError for another length
 */
export const viewAsComplex = operation("core.viewAsComplex(*x)", (x: TensorLike): ComplexTensor => {
  const tensor = asFloat(x);
  if (tensor.shape.at(-1) !== 2) {
    throw new ShapeError("viewAsComplex", { given: shapeText(tensor.shape), expected: "a last axis of length 2: real and imaginary part" });
  }
  return unstack(tensor, 2, -1) as ComplexTensor;
});

/**
 * Real and imaginary part along a new last axis of length 2; of a real tensor the imaginary part is 0.
 *
 * ```ts
 * ops.viewAsReal(ops.viewAsComplex([[1, 2], [3, 4]])); // [[1, 2], [3, 4]]
 * ```
 */
export const viewAsReal = operation("core.viewAsReal(*x)", (x: TensorLike | Complex): Tensor => {
  if (isComplex(x)) return stack([...complexParts("viewAsReal", x)], -1);
  const re = asFloat(x as TensorLike);
  return stack([re, zerosLike(re)], -1);
});
