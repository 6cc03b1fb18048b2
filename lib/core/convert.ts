// What operations take where they want a tensor, and how it becomes one; tf.constant.

import { aliases, dtypes, isFloat, keptDtype, type Dtype, type TypedArray } from "./dtype.js";
import { ArgumentError, DtypeError, ShapeError, text, ValueError } from "./errors.js";
import { isRecording } from "./interpreter.js";
import { bytesIn, shapeText, sizeOf } from "./shape.js";
import { adoptTensor, Chainable, type NestedArray, type Tensor } from "./tensor.js";
import { firstLeaf, isRecord } from "./tree.js";

/** Axes that nested arrays may have: more are an array that holds itself. */
const DEEPEST = 64;

type AnyTypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

type NestedInput = number | boolean | bigint | Chainable | AnyTypedArray | readonly NestedInput[];

/** What operations take where they want a tensor: a tensor, a variable, a number, or nested arrays of numbers or tensors. */
export type TensorLike = NestedInput;

/** The dtype and the shape of a constant; by default those of its values. */
export interface ConstantOptions {
  dtype?: Dtype;
  shape?: readonly number[];
}

let stackTensors: ((parts: readonly Tensor[]) => Tensor) | undefined;

/** Says who puts tensors together along a new axis: the operations. */
export function setStacking(stack: (parts: readonly Tensor[]) => Tensor): void {
  stackTensors = stack;
}

const holdsTensor = (value: unknown, depth = 0): boolean =>
  value instanceof Chainable || (Array.isArray(value) && depth < DEEPEST && value.some((each) => holdsTensor(each, depth + 1)));

/** Arrays with tensors among their numbers, recorded: tensors without values have a place, and gradients flow. */
function stacked(stack: (parts: readonly Tensor[]) => Tensor, parts: readonly TensorLike[], dtype: Dtype | undefined): Tensor {
  const kept = dtype ?? firstTensor(parts)?.dtype ?? "float32";
  return stack(parts.map((each) => asTensor(each, each instanceof Chainable ? undefined : kept)));
}

function firstTensor(value: unknown): Tensor | undefined {
  if (value instanceof Chainable) return value.value();
  if (!Array.isArray(value)) return undefined;
  for (const each of value) {
    const found = firstTensor(each);
    if (found) return found;
  }
  return undefined;
}

/** Scalars that were made before, by dtype and value: `x.mul(2)` in a loop makes its 2 once. */
const scalars = new Map<Dtype, Map<number, Tensor>>();

/** The value as a tensor. Numbers and arrays of numbers are float32 unless `dtype` says otherwise, booleans are bool. */
export function asTensor(value: TensorLike, dtype?: Dtype): Tensor {
  if (value instanceof Chainable) {
    const tensor = value.value();
    return (tensor.dtype as string) === "string" ? refuseText(tensor) : tensor;
  }
  if (Array.isArray(value) && stackTensors && isRecording() && holdsTensor(value))
    return stacked(stackTensors, value as readonly TensorLike[], dtype);
  if (typeof value !== "number" && typeof value !== "boolean") return constant(value, dtype ? { dtype } : {});
  const kept = dtype ?? (typeof value === "boolean" ? "bool" : "float32");
  if (Object.is(value, -0)) return constant(value, { dtype: kept }); // a map takes it for 0
  let known = scalars.get(kept);
  if (!known) scalars.set(kept, (known = new Map()));
  let scalar = known.get(Number(value));
  if (!scalar) {
    if (known.size > 1000) known.clear();
    known.set(Number(value), (scalar = constant(value, { dtype: kept })));
  }
  return scalar;
}

function refuseText({ shape }: Tensor): never {
  throw new DtypeError("tensor", {
    given: `strings of shape ${shapeText(shape)}`,
    expected: "numbers",
    hint: "StringLookup, TextVectorization, Hashing and HashedCrossing make numbers of strings.",
  });
}

/**
 * A tensor with the given values.
 *
 * ```ts
 * tf.constant([[1, 2], [3, 4]], { dtype: "int32" }); // [[1, 2], [3, 4]]
 * ```
 *
 * @param values  a number, boolean, nested arrays of them, or a typed array
 * @param options.dtype  default: float32 for numbers, bool for booleans, the typed array's own kind (64-bit kinds become 32-bit ones)
 * @param options.shape  default: the nesting of the arrays, or what a typed array says itself; one value fills any shape. Both may also
 * stand by position, in this order
 * @throws DtypeError where a value does not fit the dtype; ShapeError for ragged arrays or a shape of another size
 */
export function constant(
  values: TensorLike,
  options?: ConstantOptions | string | null,
  shape?: readonly number[] | ConstantOptions | null,
): Tensor;
export function constant(values: TensorLike, options?: ConstantOptions | string | null): Tensor {
  // Tools that read parameters see that options come last: a shape by position is for calls that have it as Python has.
  const { dtype, shape } = constantOptions(options, arguments[2]);
  if (values instanceof Chainable) return values.value();
  const nested = shapeOf(values); // an array that holds itself ends here
  const leaf = firstLeaf(values);
  const asked = checkedDtype(dtype);
  const kept = asked ?? naturalDtype(leaf);
  if (shape) bytesIn({ shape, dtype: kept }, "constant");
  const elements = new dtypes[kept].array(sizeOf(shape ?? nested));
  const given = sizeOf(nested);
  if (given !== elements.length && given !== 1) {
    throw new ShapeError("constant", {
      given: `${given} values for the shape ${shapeText(shape!)}`,
      expected: `${elements.length} values`,
    });
  }
  const other = fill(elements, kept, values, nested, asked === undefined);
  if (other) return constant(values, { dtype: other, shape: shape ?? nested });
  if (given === 1 && elements.length > 1) elements.fill(elements[0]!);
  return adoptTensor(elements, shape ?? nested, kept);
}

/** The common form, which costs nothing. */
function isPlain(options: unknown): options is ConstantOptions {
  if (!isRecord(options)) return false;
  for (const name in options) if (name !== "dtype" && name !== "shape") return false;
  return options["shape"] === undefined || Array.isArray(options["shape"]);
}

/** Dtype and shape: in an object, by position, or the dtype by position and the shape in an object. */
function constantOptions(...given: [first: unknown, second: unknown]): ConstantOptions {
  const [first, second] = given;
  if (second === undefined && (first === undefined || isPlain(first))) return first ?? {};
  const isThere = (value: unknown): boolean => value !== null && value !== undefined;
  const place = given.findIndex(isRecord);
  const [before, behind] = place < 0 ? given : given.slice(0, place);
  const named = { ...(given[place] as object), ...(isThere(before) && { dtype: before }), ...(isThere(behind) && { shape: behind }) };
  const { dtype, shape, name: _, ...unknown }: Record<string, unknown> = named;
  const odd: unknown[] = Object.keys(unknown);
  if (place === 0 && isThere(second)) odd.push(first);
  if (isThere(dtype) && typeof dtype !== "string") odd.push(dtype);
  if (isThere(shape) && !Array.isArray(shape)) odd.push(shape);
  if (odd.length === 0) return { dtype: (dtype ?? undefined) as Dtype, shape: (shape ?? undefined) as readonly number[] };
  throw new ArgumentError("constant", {
    given: `the option ${text(odd[0])}`,
    expected: "dtype, shape and name, by position or in an object",
  });
}

/** The typed arrays that are no other dtype's, and their own. */
const natural: readonly (readonly [new (length: number) => object, Dtype])[] = [
  [Uint8Array, "uint8"], [Uint8ClampedArray, "uint8"], [Int8Array, "int8"], [Uint16Array, "uint16"], [Int16Array, "int16"],
  [Uint32Array, "uint32"], [BigUint64Array, "uint32"],
]; // prettier-ignore

/** Whether it was said that doubles become floats. */
let hasWarned = false;

/** The dtype that a user's name stands for, or undefined for undefined. @throws DtypeError for unknown names */
export function checkedDtype(dtype: string | undefined): Dtype | undefined {
  if (dtype === undefined) return undefined;
  const kept = keptDtype(dtype);
  if (kept) {
    if (!hasWarned && (dtype === "float64" || dtype === "double")) {
      hasWarned = true;
      console.warn(`kerasm: ${dtype} is kept as float32, as in Keras on JAX: 24 bits of a number. This is said once.`);
    }
    return kept;
  }
  throw new DtypeError("dtype", { given: text(dtype), expected: `one of ${Object.keys({ ...dtypes, ...aliases }).join(", ")}` });
}

function naturalDtype(leaf: unknown): Dtype {
  if (leaf instanceof Chainable) return leaf.value().dtype;
  if (typeof leaf === "boolean") return "bool";
  if (leaf === undefined || typeof leaf === "number" || leaf instanceof Float32Array || leaf instanceof Float64Array) return "float32";
  return natural.find(([array]) => leaf instanceof array)?.[1] ?? "int32";
}

/** Whether it is a picture, a canvas, a video or their pixels, by what these have in common. */
const hasPixels = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (("width" in value && "height" in value) || "displayWidth" in value);

function shapeOf(values: TensorLike): number[] {
  const shape: number[] = [];
  let at: unknown = values;
  while (Array.isArray(at)) {
    shape.push(at.length);
    if (shape.length > DEEPEST) {
      throw new ShapeError("constant", {
        given: `arrays nested more than ${DEEPEST} deep, or an array that holds itself`,
        expected: "nested arrays",
      });
    }
    at = at[0];
  }
  if (at instanceof Chainable) shape.push(...(at.value().shape as number[]));
  else if (ArrayBuffer.isView(at) && !(at instanceof DataView)) shape.push(...ownShape(at as Uint8Array));
  else if (at !== undefined && typeof at !== "number" && typeof at !== "boolean" && typeof at !== "bigint") {
    throw new DtypeError("constant", {
      given: text(at),
      expected: "numbers, booleans, nested arrays or typed arrays of them",
      ...(hasPixels(at) && { hint: "tf.browser.fromPixels takes pictures, canvases and videos." }),
    });
  }
  return shape;
}

/** The shape that a typed array says itself, as those of `model.getWeights()` do, or its length. */
function ownShape(values: Uint8Array & { readonly shape?: unknown }): readonly number[] {
  const { shape, length } = values;
  return Array.isArray(shape) && sizeOf(shape as number[]) === length ? (shape as number[]) : [length];
}

/** The dtype that all leaves have in common where the first one's is not theirs: [true, 0.5] is float32, [true, 2n] int32; else null. */
function commonDtype(value: unknown, dtype: Dtype): Dtype | null {
  if (typeof value === "bigint") return dtype === "bool" ? "int32" : null;
  return typeof value === "number" && (dtype === "bool" || !Number.isInteger(value)) ? "float32" : null;
}

/** @returns the dtype that the elements should have had where `isFree`; then they are not right. Null: this one */
function fill(elements: TypedArray, dtype: Dtype, values: TensorLike, shape: readonly number[], isFree: boolean): Dtype | null {
  let next = 0;
  let other: Dtype | null = null;
  const mayDiffer = isFree && !isFloat(dtype);
  const keep = (value: number | bigint): void => {
    const common = mayDiffer ? commonDtype(value, dtype) : null;
    if (common && other !== "float32") other = common;
    if (!other) elements[next++] = checked(value, dtype);
  };
  const ragged = (given: string, axis: number): never => {
    throw new ShapeError("constant", {
      given: `${given} along axis ${axis}`,
      expected: `${shape[axis] ?? "a number"} as in the first row`,
      hint: "Rows of an array must have equal lengths.",
    });
  };
  const visit = (value: unknown, axis: number): void => {
    if (Array.isArray(value)) {
      if (value.length !== shape[axis]) ragged(`${value.length} values`, axis);
      for (const each of value) visit(each, axis + 1);
    } else if (value instanceof Chainable || ArrayBuffer.isView(value)) {
      const flat = value instanceof Chainable ? value.value().view() : (value as unknown as ArrayLike<number | bigint>);
      const wanted = sizeOf(shape.slice(axis));
      if (flat.length !== wanted) ragged(`${flat.length} values`, axis);
      if (flat instanceof dtypes[dtype].array && dtype !== "bool" && !dtypes[dtype].encoding) {
        elements.set(flat as TypedArray, next);
        next += wanted;
      } else for (let i = 0; i < flat.length; i++) keep(flat[i]!);
    } else {
      if (axis !== shape.length) ragged(text(value), axis);
      keep(value as number);
    }
  };
  visit(values, 0);
  return other;
}

/** The value as an element of the dtype. */
function checked(value: number | bigint | boolean, dtype: Dtype): number {
  const number = Number(value);
  const misfit = (expected: string): never => {
    const hint = dtypes[dtype].bytes === 4 && "int64 is kept as int32, uint64 as uint32, float64 as float32, as in Keras on JAX.";
    throw new DtypeError("constant", { given: `${String(value)} for dtype ${dtype}`, expected, ...(hint && { hint }) });
  };
  if (typeof value !== "number" && typeof value !== "boolean" && typeof value !== "bigint") misfit("a number or a boolean");
  if (dtype === "bool") return number === 0 ? 0 : 1;
  const { encoding, range } = dtypes[dtype];
  if (dtype === "float32" || encoding) {
    const kept = encoding ? encoding.decode(encoding.encode(number)) : Math.fround(number);
    if (Number.isFinite(number) && !Number.isFinite(kept)) misfit(`a value within ±${encoding ? range[1] : "3.4028235e38"}`);
    return number;
  }
  const [least, most] = range;
  const whole = Math.trunc(number);
  if (!(whole >= least && whole <= most)) misfit(`a whole number from ${least} to ${most}`);
  return whole;
}

/** @throws DtypeError where the dtype, one of whole numbers, does not hold these */
export function checkHeld(where: string, dtype: Dtype, ...values: readonly number[]): void {
  const [least, most] = dtypes[dtype].range;
  for (const value of values)
    if (!(Math.trunc(value) >= least && Math.trunc(value) <= most))
      throw new DtypeError(where, { given: `${value} for dtype ${dtype}`, expected: `whole numbers from ${least} to ${most}` });
}

/** Nested arrays of plain numbers, for those who need the values on the host. */
export type { NestedArray };

/** An axis counted from the front. @throws ValueError where there is no such axis */
export function checkAxis(where: string, axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new ValueError(where, {
    given: `axis ${axis} for a tensor of rank ${rank}`,
    expected: rank === 0 ? "no axis: a scalar has none" : `an axis from ${-rank} to ${rank - 1}`,
  });
}
