// The common form of elementwise operations: what is left to say of each is its kernels and its gradient.

import { asTensor, type TensorLike } from "../../core/convert.js";
import type { Dtype } from "../../core/dtype.js";
import { DtypeError } from "../../core/errors.js";
import type { Declared } from "../../core/operation.js";
import { primitive } from "../../core/primitive.js";
import { known, sameShape } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import type { BinaryArgs, MapArgs } from "../../generated/arguments.js";
import type { Command } from "../../runtime/command.js";
import { broadcastShapes, walk } from "../broadcasting.js";
import { sumTo } from "../shaping/broadcast.js";
import { as, asFloat, isInferred, operands, wholeOperands } from "../promotion.js";
import { COSTLY_GRAIN, GRAIN, like } from "../rules.js";
import { cast, toArithmetic } from "./cast.js";

/** What `unary` and `binary` give: a function that only operations call. */
export type UnaryFunction = (x: TensorLike) => Tensor;
export type BinaryFunction = (x1: TensorLike, x2: TensorLike) => Tensor;
/** The same, declared for users. */
export type Unary = Declared<"(*x)", UnaryFunction>;
export type Binary = Declared<"(*x1, *x2)", BinaryFunction>;

type MapKernel = (args: MapArgs, size: number, grain?: number) => Command;
type BinaryKernel = (args: BinaryArgs, size: number, grain?: number) => Command;

/** An operation of one float32 tensor; integers and booleans are converted to float32. */
export function unary<const K extends "x" | "y" = never>(definition: {
  readonly name: string;
  readonly kernel: MapKernel;
  readonly keeps?: readonly K[];
  readonly gradient?: (dy: Tensor, kept: Readonly<Record<K, Tensor>>) => Tensor;
  readonly grain?: number;
  /** Whether it cuts at zero, which who makes x can do while storing it. */
  readonly isRelu?: boolean;
}): UnaryFunction {
  const { name, kernel, keeps, gradient, grain = COSTLY_GRAIN, isRelu = false } = definition;
  const op = primitive<"x", Spec, unknown, "x" | "y">({
    name,
    inputs: ["x"],
    infer: like,
    lower: ({ x }, { y }) => kernel({ x, y }, y.size, grain),
    fusible: "elementwise",
    follows: ({ x }) => (isRelu ? { kind: "relu", of: x } : null),
    keeps: keeps ?? [],
    gradient: gradient && ((dy, kept) => ({ x: () => gradient(dy, kept) })),
  });
  return (x) => op.apply({ x: asFloat(x) });
}

/** An operation that keeps the dtype: a kernel for float32 and one for int32; bytes go through int32, or stay as they are. */
export function unaryOfNumbers<const K extends "x" | "y" = never>(definition: {
  readonly name: string;
  readonly float32: MapKernel;
  readonly int32?: MapKernel;
  readonly keeps?: readonly K[];
  readonly gradient?: (dy: Tensor, kept: Readonly<Record<K, Tensor>>) => Tensor;
  readonly grain?: number;
  readonly refusesTruths?: boolean;
}): UnaryFunction {
  const { name, float32, int32, refusesTruths = false } = definition;
  const ofFloats = unary({ ...definition, kernel: float32, grain: definition.grain ?? GRAIN });
  if (!int32) return (x) => (asTensor(x).dtype === "float32" ? ofFloats(x) : asTensor(x));
  const ofIntegers = primitive({
    name: `${name}_int`,
    inputs: ["x"],
    infer: like,
    lower: ({ x }, { y }) => int32({ x, y }, y.size, GRAIN),
    fusible: "elementwise",
  });
  return (x) => {
    const { dtype } = asTensor(x);
    if (dtype === "float32") return ofFloats(x);
    if (refusesTruths && dtype === "bool") refuseTruths(name, "logicalNot turns them around");
    return cast(ofIntegers.apply({ x: as(x, "int32") }), dtype);
  };
}

/** @throws DtypeError: there is no such operation of truths. */
function refuseTruths(name: string, instead: string): never {
  throw new DtypeError(name, { given: "booleans", expected: "numbers", hint: `${instead}; cast(x, "int32") counts them.` });
}

const UNIT: readonly number[] = [1];

/** How a kernel is called with operands that broadcast. */
export function broadcastCommand(name: string, kernel: BinaryKernel, a: Tensor, b: Tensor, y: Tensor, grain: number): Command {
  const { size } = y;
  if (sameShape(a.shape, y.shape) && sameShape(b.shape, y.shape))
    return kernel({ a, b, y, sizes: [size], aStrides: UNIT, bStrides: UNIT }, size, grain);
  const { sizes, strides } = walk(name, known(y.shape), [known(a.shape), known(b.shape)]);
  return kernel({ a, b, y, sizes, aStrides: strides[0]!, bStrides: strides[1]! }, size, grain);
}

type BinaryKernels = Partial<Readonly<Record<Dtype, BinaryKernel>>>;

/** An operation of two tensors that broadcast, in the dtype in which they meet. Dtypes without a kernel go through int32. */
export function binary<const K extends "a" | "b" | "y" = never>(definition: {
  readonly name: string;
  readonly kernels: BinaryKernels;
  /** Dtype of the result, where it is not that of the operands. */
  readonly result?: Dtype;
  readonly keeps?: readonly K[];
  readonly gradient?: {
    readonly a?: (dy: Tensor, kept: Readonly<Record<K, Tensor>>) => Tensor;
    readonly b?: (dy: Tensor, kept: Readonly<Record<K, Tensor>>) => Tensor;
  };
  readonly grain?: number;
  /** Whether truths are counted as int32 numbers, since there is no such operation of truths. */
  readonly isOfNumbers?: boolean;
  /** Whether there is no such operation of truths at all. */
  readonly refusesTruths?: boolean;
  /** Whether adding a vector along the last axis may be done by who makes the other operand. */
  readonly isBias?: boolean;
  /** Whether it keeps a where b is positive, which who makes a may do while storing it. */
  readonly isMask?: boolean;
}): BinaryFunction {
  const {
    name,
    kernels,
    result,
    keeps,
    gradient,
    grain = GRAIN,
    isBias = false,
    isMask = false,
    isOfNumbers = false,
    refusesTruths = false,
  } = definition;
  const op = primitive<"a" | "b", Spec, unknown, "a" | "b" | "y">({
    name,
    inputs: ["a", "b"],
    infer: ({ a, b }): Spec => ({
      shape: sameShape(a.shape, b.shape) ? a.shape : broadcastShapes(name, a.shape, b.shape),
      dtype: result ?? a.dtype,
    }),
    lower: ({ a, b }, { y }) => broadcastCommand(name, kernels[a.dtype]!, a, b, y, grain),
    fusible: "elementwise",
    follows: ({ a, b }, { y }) => {
      if (!sameShape(a.shape, y.shape)) return null;
      if (isMask && sameShape(a.shape, b.shape)) return { kind: "positive", of: a, by: b };
      return isBias && b.rank === 1 && a.rank > 1 && b.shape[0] === a.shape.at(-1) ? { kind: "bias", of: a, bias: b } : null;
    },
    keeps: keeps ?? [],
    gradient:
      gradient &&
      ((dy, kept, { specs }) => ({
        a: gradient.a && (() => sumTo(gradient.a!(dy, kept), specs.a.shape)),
        b: gradient.b && (() => sumTo(gradient.b!(dy, kept), specs.b.shape)),
      })),
  });
  return (x1, x2) => {
    const [a, b] = kernels.float32 ? operands(x1, x2) : wholeOperands(name, x1, x2);
    if (kernels[a.dtype]) return op.apply({ a, b });
    if (refusesTruths && a.dtype === "bool") refuseTruths(name, "logicalXor tells where they differ");
    if (isInferred(a) || isInferred(b)) return op.apply({ a, b });
    if (!kernels.int32 || (a.dtype === "bool" && !kernels.float32))
      throw new DtypeError(name, { given: `${a.dtype}`, expected: Object.keys(kernels).join(" or ") });
    const y = op.apply({ a: toArithmetic(a, "int32"), b: toArithmetic(b, "int32") });
    return result || (isOfNumbers && a.dtype === "bool") ? y : cast(y, a.dtype);
  };
}
