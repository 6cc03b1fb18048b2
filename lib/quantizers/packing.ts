// Several small whole numbers in one byte.

import { asTensor, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { DtypeError, text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import type { Tensor } from "../core/tensor.js";
import {
  add,
  arange,
  bitwiseAnd,
  cast,
  clip,
  divide,
  floor,
  moveaxis,
  multiply,
  pad,
  reshape,
  rightShift,
  less,
  round,
  stack,
  subtract,
  take,
  unstack,
  where,
} from "../ops/index.js";
import { mergeAxes } from "../ops/shaping/reshape.js";

/** An axis counted from the front. @throws ValueError for one that x does not have */
function placeOf(where: string, x: Tensor, axis: number): number {
  const place = axis < 0 ? axis + x.rank : axis;
  if (place >= 0 && place < x.rank) return place;
  throw new ValueError(`${where}.axis`, { given: text(axis), expected: `an axis of a tensor of rank ${x.rank}` });
}

/** The length that an axis had. @throws ValueError for one that the bytes do not hold */
function checkLength(where: string, packed: Tensor, place: number, length: number, perByte: number): void {
  const bytes = packed.shape[place];
  if (length < 0 || (bytes != null && Math.ceil(length / perByte) !== bytes))
    throw new ValueError(`${where}.origLen`, {
      given: text(length),
      expected: `a length that fills ${String(bytes)} bytes along the axis`,
    });
}

/** The packed tensor, its shape, and how many elements the axis had. */
export type Packed = [packed: Tensor, packedShape: number[], length: number];

/** Elements in groups along an axis, which stands first: `[groups, inGroup, …]`; what is missing is 0. */
function grouped(x: Tensor, axis: number, size: number): { groups: Tensor; length: number } {
  const first = moveaxis(x, axis, 0);
  const length = first.shape[0]!;
  const missing = (size - (length % size)) % size;
  const full = missing === 0 ? first : pad(first, [[0, missing], ...first.shape.slice(1).map(() => [0, 0] as [number, number])]);
  return { groups: reshape(full, [-1, size, ...(first.shape.slice(1) as number[])]), length };
}

function checkWidth(where: string, dtype: string): void {
  if (dtype !== "int8" && dtype !== "uint8")
    throw new ValueError(`${where}.dtype`, { given: text(dtype), expected: 'one of "int8", "uint8"' });
}

/** Fields of `bits` bits, the first one lowest. */
function pack(where: string, arr: TensorLike, axis: number, dtype: string, bits: number): Packed {
  checkWidth(where, dtype);
  const x = asTensor(arr);
  if (x.dtype !== dtype) throw new DtypeError(where, { given: `a tensor of ${x.dtype}`, expected: dtype });
  const { groups, length } = grouped(cast(x, "int32"), placeOf(where, x, axis), 8 / bits);
  const fields = unstack(bitwiseAnd(groups, 2 ** bits - 1), { axis: 1 });
  const bytes = fields.reduce((all, field, i) => add(all, multiply(field, 2 ** (bits * i))));
  const packed = moveaxis(cast(bytes, dtype as Dtype), 0, axis);
  return [packed, [...packed.shape] as number[], length];
}

function unpack(where: string, packed: TensorLike, length: number, axis: number, dtype: string, bits: number): Tensor {
  checkWidth(where, dtype);
  const x = asTensor(packed);
  if (x.dtype !== "int8" && x.dtype !== "uint8")
    throw new DtypeError(where, { given: `a tensor of ${x.dtype}`, expected: "int8 or uint8" });
  const place = placeOf(where, x, axis);
  checkLength(where, x, place, length, 8 / bits);
  const bytes = cast(x, "int32");
  const half = 2 ** (bits - 1);
  const field = (i: number): Tensor => {
    const bare = bitwiseAnd(rightShift(bytes, bits * i), 2 ** bits - 1);
    return dtype === "int8" ? signed(bare, half, 2 ** bits) : bare;
  };
  const fields = Array.from({ length: 8 / bits }, (_, i) => field(i));
  return cast(unstacked(fields, length, place), dtype as Dtype);
}

/** Values of half and more stand for negative ones. */
const signed = (x: Tensor, half: number, all: number): Tensor => where(less(x, half), x, subtract(x, all));

/** Fields one after the other along the axis, without those that fill the last byte. Other axes may be open. */
function unstacked(fields: readonly Tensor[], length: number, place: number): Tensor {
  const all = mergeAxes(stack(fields, place + 1), place, 2);
  return all.shape[place] === length ? all : take(all, arange(length, { dtype: "int32" }), place);
}

/**
 * Two whole numbers of 4 bits in one byte, neighbours along an axis: the first one in the lower bits.
 *
 * ```ts
 * keras.quantizers.packInt4(ops.array([1, 2], "int8"))[0]; // [33]
 * ```
 *
 * @param arr    int8 or uint8, as `dtype` says
 * @returns      `[packed, packedShape, length of the axis]`
 * @throws DtypeError for another dtype. Keras: keras.quantizers.pack_int4
 */
export const packInt4 = declare(
  'quantizers.packInt4(*arr, axis:int=0, dtype="int8")',
  (arr: TensorLike, axis: number, dtype: string): Packed => pack("packInt4", arr, axis, dtype, 4),
);

/**
 * What `packInt4` packed.
 *
 * ```ts
 * keras.quantizers.unpackInt4(ops.array([33], "int8"), 2); // [1, 2]
 * ```
 *
 * @param origLen  the length that the axis had
 * @param dtype    "int8" for numbers from -8 to 7, "uint8" for those from 0 to 15. Keras: keras.quantizers.unpack_int4
 */
export const unpackInt4 = declare(
  'quantizers.unpackInt4(*packed, origLen:int, axis:int=0, dtype="int8")',
  (packed: TensorLike, origLen: number, axis: number, dtype: string): Tensor => unpack("unpackInt4", packed, origLen, axis, dtype, 4),
);

/**
 * Four whole numbers of 2 bits in one byte, as `packInt4` does it with two of 4. Keras: keras.quantizers.pack_int2
 *
 * ```ts
 * keras.quantizers.packInt2(ops.array([1, 0, 1, 0], "int8"))[0]; // [17]
 * ```
 */
export const packInt2 = declare(
  'quantizers.packInt2(*arr, axis:int=0, dtype="int8")',
  (arr: TensorLike, axis: number, dtype: string): Packed => pack("packInt2", arr, axis, dtype, 2),
);

/**
 * What `packInt2` packed: numbers from -2 to 1, or as "uint8" from 0 to 3. Keras: keras.quantizers.unpack_int2
 *
 * ```ts
 * keras.quantizers.unpackInt2(ops.array([17], "int8"), 4); // [1, 0, 1, 0]
 * ```
 */
export const unpackInt2 = declare(
  'quantizers.unpackInt2(*packed, origLen:int, axis:int=0, dtype="int8")',
  (packed: TensorLike, origLen: number, axis: number, dtype: string): Tensor => unpack("unpackInt2", packed, origLen, axis, dtype, 2),
);

/**
 * Five numbers of −1, 0 and 1 in one byte, as digits to the base 3; others are rounded and cut. Keras: keras.quantizers.pack_ternary
 *
 * ```ts
 * keras.quantizers.packTernary([1, 0, -1, 1, 0])[0]; // [140]
 * ```
 */
export const packTernary = declare("quantizers.packTernary(*arr, axis:int=0)", (arr: TensorLike, axis: number): Packed => {
  const x = asTensor(arr);
  const { groups, length } = grouped(cast(clip(round(cast(x, "float32")), -1, 1), "int32"), placeOf("packTernary", x, axis), 5);
  const digits = unstack(add(groups, 1), { axis: 1 });
  const bytes = digits.reduceRight((all, digit) => add(multiply(all, 3), digit));
  const packed = moveaxis(cast(bytes, "uint8"), 0, axis);
  return [packed, [...packed.shape] as number[], length];
});

/**
 * What `packTernary` packed, as int8.
 *
 * ```ts
 * const [packed] = keras.quantizers.packTernary([1, 0, -1, 1, 0]);
 * keras.quantizers.unpackTernary(packed, 5); // [1, 0, -1, 1, 0]
 * ```
 *
 * @throws DtypeError for what is no bytes. Keras: keras.quantizers.unpack_ternary
 */
export const unpackTernary = declare(
  "quantizers.unpackTernary(*packed, origLen:int, axis:int=0)",
  (packed: TensorLike, origLen: number, axis: number): Tensor => {
    const x = asTensor(packed);
    if (x.dtype !== "int8" && x.dtype !== "uint8")
      throw new DtypeError("unpackTernary", { given: `a tensor of ${x.dtype}`, expected: "uint8 or int8" });
    const place = placeOf("unpackTernary", x, axis);
    checkLength("unpackTernary", x, place, origLen, 5);
    let rest: Tensor = cast(cast(x, "uint8"), "float32");
    const digits: Tensor[] = [];
    for (let i = 0; i < 5; i++) {
      const next = floor(divide(rest, 3));
      digits.push(subtract(subtract(rest, multiply(next, 3)), 1));
      rest = next;
    }
    return cast(unstacked(digits, origLen, place), "int8");
  },
);
