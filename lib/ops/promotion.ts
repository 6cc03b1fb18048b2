// Which dtype a result has: Keras's promotion lattice (keras.backend.result_type), with weakly typed numbers.

import { asTensor, constant, type TensorLike } from "../core/convert.js";
import { isFloat, keptDtype, type Dtype } from "../core/dtype.js";
import { DtypeError, text } from "../core/errors.js";
import { Chainable, type Tensor } from "../core/tensor.js";
import { MAX_DEPTH } from "../core/tree.js";
import { cast, toArithmetic } from "./elementwise/cast.js";

/** What stands directly above each dtype; "int" and "float" are the weak types of plain numbers. */
const above: Readonly<Record<string, readonly string[]>> = {
  bool: ["int"],
  uint8: ["int16", "uint16"],
  uint16: ["int32", "uint32"],
  uint32: ["int64", "uint64"],
  uint64: ["float"],
  int: ["uint8", "int8"],
  int8: ["int16"],
  int16: ["int32"],
  int32: ["int64"],
  int64: ["float"],
  float: ["bfloat16", "float16"],
  bfloat16: ["float32"],
  float16: ["float32"],
  float32: ["float64"],
  float64: [],
};

const reachable = new Map<string, ReadonlySet<string>>();

function refuse(dtype: unknown): never {
  throw new DtypeError("resultType", { given: text(dtype), expected: `one of ${Object.keys(above).join(", ")}` });
}

/** A dtype and all that stand above it. */
function upperBounds(dtype: string): ReadonlySet<string> {
  let bounds = reachable.get(dtype);
  if (bounds) return bounds;
  const next = Object.hasOwn(above, dtype) ? above[dtype] : undefined;
  if (!next) refuse(dtype);
  bounds = new Set([dtype, ...next.flatMap((each) => [...upperBounds(each)])]);
  reachable.set(dtype, bounds);
  return bounds;
}

const strong: Readonly<Record<string, string>> = { int: "int32", float: "float32", int64: "int32", uint64: "uint32", float64: "float32" };
const known = new Map<string, string>();

/**
 * The dtype that an operation on these dtypes has: the lowest that stands above all of them, 64-bit ones as 32-bit ones.
 *
 * ```ts
 * keras.backend.resultType("int32", "float32"); // "float32"
 * ```
 */
export function resultType(...given: readonly string[]): string {
  if (given.length === 0) return "float32";
  for (const dtype of given) if (typeof dtype !== "string") refuse(dtype);
  const key = `${given.length} ${given.join()}`;
  let result = known.get(key);
  if (result !== undefined) return result;
  const bounds = given.map(upperBounds);
  const common = [...bounds[0]!].filter((dtype) => bounds.every((set) => set.has(dtype)));
  const lowest = common.find((dtype) => common.every((other) => upperBounds(dtype).has(other)))!;
  result = strong[lowest] ?? lowest;
  known.set(key, result);
  return result;
}

/** The dtype of an argument as promotion sees it: weak for plain numbers and arrays of them. */
function promotedAs(value: TensorLike, depth = 0): string {
  if (value instanceof Chainable) return value.value().dtype;
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (!Array.isArray(value)) return constant(value).dtype;
  if (value.length === 0) return "float";
  if (depth > MAX_DEPTH) return constant(value).dtype; // an array that holds itself, which is refused
  return value.map((each: TensorLike) => promotedAs(each, depth + 1)).reduce((a, b) => (a === b ? a : upperBounds(a).has(b) ? b : a));
}

/** The dtype in which these arguments meet; numbers alone meet in float32. */
export function commonDtype(...values: readonly TensorLike[]): Dtype {
  const [a, b] = values;
  if (values.length === 2 && a instanceof Chainable) {
    const { dtype } = a.value();
    // What loops do all the time: tensors of one dtype, and a number that the tensor's dtype has room for.
    if (
      b instanceof Chainable
        ? b.value().dtype === dtype
        : typeof b === "number" && (isFloat(dtype) || (Number.isInteger(b) && dtype !== "bool"))
    )
      return dtype;
  }
  const given = values.map((value) => promotedAs(value));
  if (given.every((dtype) => dtype === "int" || dtype === "float")) return "float32";
  return keptDtype(resultType(...given))!;
}

/** The argument as a tensor of the dtype. @throws DtypeError for a number that it cannot hold */
export function as(value: TensorLike, dtype: Dtype): Tensor {
  return value instanceof Chainable ? toArithmetic(value.value(), dtype) : asTensor(value, dtype);
}

/** Both arguments as tensors of the dtype in which they meet. */
export function operands(a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const dtype = commonDtype(a, b);
  return [as(a, dtype), as(b, dtype)];
}

/**
 * Both arguments as whole numbers of the dtype in which they meet; plain numbers alone are int32. Where shapes and dtypes alone are
 * inferred, floats pass, as in Keras.
 *
 * @throws DtypeError for floats
 */
export function wholeOperands(where: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const dtype = keptDtype(resultType(promotedAs(a), promotedAs(b)))!;
  if (isFloat(dtype) && !isInferred(a) && !isInferred(b))
    throw new DtypeError(where, { given: dtype, expected: "integers", hint: 'cast(x, "int32") cuts fractions.' });
  return [as(a, dtype), as(b, dtype)];
}

/** Whether it stands for no value of a run: a Keras tensor, which belongs to no trace. */
export function isInferred(x: TensorLike): boolean {
  if (!(x instanceof Chainable)) return false;
  const { isSymbolic, owner } = x.value();
  return isSymbolic && owner === undefined;
}

/** The argument as a tensor of floats: integers and booleans become float32. */
export function asFloat(x: TensorLike): Tensor {
  if (!(x instanceof Chainable)) return asTensor(x, "float32");
  const tensor = x.value();
  return isFloat(tensor.dtype) ? tensor : cast(tensor, "float32");
}
