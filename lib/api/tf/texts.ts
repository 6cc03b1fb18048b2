// Strings where TensorFlow takes a tensor of any dtype: functions that only choose and arrange elements arrange their places, and the
// strings are found by them. tf.constant of strings.

import { constant as constantOf, type ConstantOptions, type TensorLike } from "../../core/convert.js";
import { DtypeError, ShapeError, text } from "../../core/errors.js";
import { type AnyFunction, bind, isOptions, type Signature } from "../../core/signature.js";
import { type Shape, shapeText, sizeOf } from "../../core/shape.js";
import { type NestedStrings, Strings } from "../../core/strings.js";
import { adoptTensor, Chainable, type Tensor } from "../../core/tensor.js";
import { firstLeaf } from "../../core/tree.js";

/** Calls with strings. */
export type OfStrings<R, First = NestedStrings | readonly NestedStrings[]> = (x: First, ...others: readonly unknown[]) => R;

/** Whether a value is strings, as its first leaf says. */
export function isTextual(value: unknown): value is NestedStrings | Strings {
  if (value instanceof Chainable) return false;
  const first = firstLeaf(value);
  return typeof first === "string" || first instanceof Strings;
}

export const stringsOf = (value: unknown, where: string): Strings =>
  value instanceof Strings ? value : Strings.of(value as NestedStrings, where);

interface Function {
  readonly signature: Signature;
  readonly name: string;
}

/** Where strings may stand among the parameters, and whether they stand in a list there. */
interface Places {
  readonly at?: readonly number[];
  readonly isList?: boolean;
}

/** A declared function, of strings too. @param finish  what becomes of its answer about places */
function ofPlaces<F extends Function>(
  fn: F,
  { at = [0], isList = false }: Places,
  finish: (made: unknown, values: string[]) => unknown,
): F {
  const plain = fn as unknown as AnyFunction;
  const { where, parameters } = fn.signature;
  const call = (...given: unknown[]): unknown => {
    const named = given.length === 1 && isOptions(given[0]) ? given[0] : null;
    if (!at.some((i) => isTextual(named ? named[parameters[i]!.name] : given[i]))) return plain(...given);
    const args = bind(fn.signature, given);
    const values: string[] = [];
    const placesOf = (value: unknown): Tensor => {
      if (!isTextual(value)) throw new DtypeError(where, { given: `${text(value)} beside strings`, expected: "strings" });
      const { shape, values: own } = stringsOf(value, where);
      const places = adoptTensor(
        Int32Array.from(own, (_, i) => values.length + i),
        shape,
        "int32",
      );
      values.push(...own);
      return places;
    };
    for (const i of at) args[i] = isList && Array.isArray(args[i]) ? args[i].map(placesOf) : placesOf(args[i]);
    return finish(plain(...args), values);
  };
  return Object.defineProperties(call, { name: { value: fn.name }, signature: { value: fn.signature } }) as unknown as F;
}

/** A function that chooses and arranges elements, of strings too: it gives strings then. */
export const arranging = <F extends Function, First = NestedStrings | readonly NestedStrings[]>(
  fn: F,
  places: Places = {},
): F & OfStrings<NestedStrings, First> => {
  const found = (made: unknown, values: readonly string[]): NestedStrings => {
    if (Array.isArray(made)) return made.map((each) => found(each, values));
    const { shape, data } = { shape: (made as Tensor).shape as readonly number[], data: (made as Tensor).data() };
    return new Strings(
      shape,
      Array.from(data, (place) => values[place]!),
    ).nested();
  };
  return ofPlaces(fn, places, found) as F & OfStrings<NestedStrings, First>;
};

/** A function that says something of how many elements there are, of strings too. */
export const counting = <F extends Function>(fn: F): F & OfStrings<Tensor> => ofPlaces(fn, {}, (made) => made) as F & OfStrings<Tensor>;

/** The dtype and the shape of strings. */
export interface StringOptions {
  readonly dtype?: "string" | null;
  readonly shape?: readonly number[] | null;
  readonly name?: string | null;
}

/**
 * A tensor with the given values. Of strings it gives these, plain, once they are checked to be rows of equal lengths.
 *
 * ```ts
 * tf.constant([[1, 2], [3, 4]], { dtype: "int32" }); // [[1, 2], [3, 4]]
 * tf.constant(["a", "b"]); // ["a", "b"]
 * ```
 *
 * @param values  a number, boolean, string, nested arrays of them, or a typed array
 * @param options.dtype  default: float32 for numbers, bool for booleans, the typed array's own kind (64-bit kinds become 32-bit ones)
 * @param options.shape  default: the nesting of the arrays; one value fills any shape. Both may also stand by position, in this order
 * @throws DtypeError where a value does not fit the dtype; ShapeError for ragged arrays or a shape of another size
 */
export function constant(
  values: TensorLike,
  options?: ConstantOptions | string | null,
  shape?: readonly number[] | ConstantOptions | null,
): Tensor;
export function constant(values: NestedStrings, options?: StringOptions | "string" | null, shape?: readonly number[] | null): NestedStrings;
export function constant(
  values: TensorLike | NestedStrings,
  options?: ConstantOptions | StringOptions | string | null,
): Tensor | NestedStrings {
  // Tools that read parameters see that options come last: a shape by position is for calls that have it as Python has.
  const last: unknown = arguments[2];
  if (!isTextual(values)) {
    const made = constantOf(values as TensorLike, options as ConstantOptions, last as ConstantOptions);
    checkFractions(values, isOptions(options) ? options["dtype"] : options);
    return made;
  }
  const named = [options, last].find(isOptions) as StringOptions | undefined;
  const dtype = named?.dtype ?? (typeof options === "string" ? options : "string");
  if (dtype !== "string") throw new DtypeError("constant", { given: `strings, and the dtype ${text(dtype)}`, expected: "string" });
  // What else is among the options, numbers say too.
  const like = constantOf(0, { ...named, dtype: "int32", shape: (named?.shape ?? (Array.isArray(last) ? last : [])) as number[] });
  const made = stringsOf(values, "constant");
  const wanted: Shape = named?.shape || Array.isArray(last) ? like.shape : made.shape;
  const size = sizeOf(wanted as number[]);
  if (made.values.length !== size && made.values.length !== 1)
    throw new ShapeError("constant", { given: `${made.values.length} strings for the shape ${shapeText(wanted)}`, expected: `${size}` });
  return new Strings(
    wanted as number[],
    made.values.length === size ? made.values : new Array<string>(size).fill(made.values[0]!),
  ).nested();
}

/** A dtype of whole numbers has no place for fractions. */
function checkFractions(values: unknown, dtype: unknown): void {
  if (typeof dtype !== "string" || !/int/.test(dtype)) return;
  const odd = [values].flat(Infinity).find((value) => typeof value === "number" && !Number.isInteger(value));
  if (odd !== undefined)
    throw new DtypeError("constant", {
      given: `${String(odd)} for dtype ${dtype}`,
      expected: "whole numbers",
      hint: "tf.cast cuts fractions off.",
    });
}
