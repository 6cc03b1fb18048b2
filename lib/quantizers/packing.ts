// Whole numbers of few bits, several in a byte: keras.quantizers.pack_int4 and its kin.

import { asTensor, type TensorLike } from "../core/convert.js";
import { dtypes, type Dtype } from "../core/dtype.js";
import { DtypeError, text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { known, shapeText } from "../core/shape.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { cast, floorDivide, mod, reshape, slice, stack, subtract, transpose, where } from "../ops/index.js";

/** How many numbers a byte holds, what each counts for, and how the numbers are made digits. */
interface Packing {
  readonly base: number;
  readonly count: number;
}

const nibbles: Packing = { base: 16, count: 2 };
const quarters: Packing = { base: 4, count: 4 };
const trits: Packing = { base: 3, count: 5 };

function checkedDtype(where: string, dtype: string): Dtype {
  if (dtype === "int8" || dtype === "uint8") return dtype;
  throw new ValueError(`${where}.dtype`, { given: text(dtype), expected: '"int8" or "uint8"' });
}

function checkedAxis(where: string, { shape, rank }: Tensor, axis: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new ValueError(`${where}.axis`, { given: text(axis), expected: `an axis of ${shapeText(shape)}` });
}

/** The orders of axes that bring one to the front and back. */
function orders(rank: number, axis: number): { toFront: number[]; back: number[] } {
  const toFront = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
  return { toFront, back: toFront.map((_, i) => toFront.indexOf(i)) };
}

/** Digits along an axis as bytes: `d₀ + base · d₁ + base² · d₂ …`, with digits of 0 to fill the last one up. */
function packed(
  where: string,
  arr: Tensor,
  axis: number,
  { base, count }: Packing,
  digit: (value: number) => number,
  dtype: Dtype,
): [Tensor, number[], number] {
  const at = checkedAxis(where, arr, axis);
  const { toFront, back } = orders(arr.rank, at);
  const front = transpose(arr, toFront);
  const [length = 0, ...others] = known(front.shape, where) as number[];
  const inner = others.reduce((size, each) => size * each, 1);
  const rows = Math.ceil(length / count);
  const values = front.data();
  const bytes = new dtypes[dtype].array(rows * inner);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < inner; i++) {
      let byte = 0;
      for (let place = count - 1; place >= 0; place--) {
        const from = row * count + place;
        byte = byte * base + digit(from < length ? Number(values[from * inner + i]) : 0);
      }
      bytes[row * inner + i] = byte; // wraps around in int8
    }
  const result = transpose(adoptTensor(bytes, [rows, ...others], dtype), back);
  return [result, [...(result.shape as number[])], length];
}

/** The digits of bytes along an axis, as int32. */
function digitsOf(
  where: string,
  given: Tensor,
  origLen: number,
  axis: number,
  { base, count }: Packing,
  made: (digit: Tensor) => Tensor,
  dtype: Dtype,
): Tensor {
  if (given.dtype !== "int8" && given.dtype !== "uint8") throw new DtypeError(where, { given: given.dtype, expected: "int8 or uint8" });
  const { toFront, back } = orders(given.rank, checkedAxis(where, given, axis));
  const signed = cast(transpose(given, toFront), "int32");
  const bytes = unsigned(signed);
  const [rows, ...others] = known(signed.shape, where) as number[];
  if (!(Number.isInteger(origLen) && origLen >= 0 && origLen <= rows! * count))
    throw new ValueError(`${where}.origLen`, { given: text(origLen), expected: `a length up to ${rows! * count}` });
  const digits = Array.from({ length: count }, (_, place) => made(mod(floorDivide(bytes, base ** place), base)));
  const all = reshape(stack(digits, 1), [rows! * count, ...others]);
  const cut = slice(
    all,
    all.shape.map(() => 0),
    [origLen, ...others],
  );
  return cast(transpose(cut, back), dtype);
}

/** Bytes of int8 as numbers from 0 to 255. */
const unsigned = (x: Tensor): Tensor => where(x.less(0), x.add(256), x);

/** A number of a few bits from its digit: the upper half stands for negative ones. */
const signedBy =
  (base: number) =>
  (digit: Tensor): Tensor =>
    where(digit.less(base / 2), digit, subtract(digit, base));

function checkPacked(where: string, arr: Tensor, dtype: Dtype): void {
  if (arr.dtype !== dtype) throw new DtypeError(where, { given: arr.dtype, expected: dtype, hint: "Cast it first." });
}

/**
 * Numbers from −8 to 7 (uint8: 0 to 15), two in a byte: the first in the lower four bits.
 *
 * ```ts
 * const values = tf.constant([[-3, 7], [2, -8], [1, 0]], { dtype: "int8" });
 * const [packed, shape, length] = keras.quantizers.packInt4(values);
 * packed.array(); // [[45, -121], [1, 0]]
 * ```
 *
 * @returns  `[packed, its shape, the length of the axis before]`, which `unpackInt4` wants
 * @throws DtypeError, ValueError. Keras: keras.quantizers.pack_int4
 */
export const packInt4 = declare(
  'quantizers.packInt4(arr, axis:int=0, dtype:string="int8")',
  (arr: TensorLike, axis: number, dtype: string): [Tensor, number[], number] => {
    const where = "quantizers.packInt4";
    const given = asTensor(arr);
    checkPacked(where, given, checkedDtype(where, dtype));
    return packed(where, given, axis, nibbles, (value) => value & 15, given.dtype);
  },
);

/** The numbers that `packInt4` put into bytes. Keras: keras.quantizers.unpack_int4 */
export const unpackInt4 = declare(
  'quantizers.unpackInt4(packed, origLen:int, axis:int=0, dtype:string="int8")',
  (bytes: TensorLike, origLen: number, axis: number, dtype: string): Tensor => {
    const where = "quantizers.unpackInt4";
    const kept = checkedDtype(where, dtype);
    return digitsOf(where, asTensor(bytes), origLen, axis, nibbles, kept === "int8" ? signedBy(16) : (digit) => digit, kept);
  },
);

/** Numbers from −2 to 1 (uint8: 0 to 3), four in a byte. @returns  as `packInt4`. Keras: keras.quantizers.pack_int2 */
export const packInt2 = declare(
  'quantizers.packInt2(arr, axis:int=0, dtype:string="int8")',
  (arr: TensorLike, axis: number, dtype: string): [Tensor, number[], number] => {
    const where = "quantizers.packInt2";
    const given = asTensor(arr);
    checkPacked(where, given, checkedDtype(where, dtype));
    return packed(where, given, axis, quarters, (value) => value & 3, given.dtype);
  },
);

/** The numbers that `packInt2` put into bytes. Keras: keras.quantizers.unpack_int2 */
export const unpackInt2 = declare(
  'quantizers.unpackInt2(packed, origLen:int, axis:int=0, dtype:string="int8")',
  (bytes: TensorLike, origLen: number, axis: number, dtype: string): Tensor => {
    const where = "quantizers.unpackInt2";
    const kept = checkedDtype(where, dtype);
    return digitsOf(where, asTensor(bytes), origLen, axis, quarters, kept === "int8" ? signedBy(4) : (digit) => digit, kept);
  },
);

/** Half to even, as NumPy rounds. */
const rounded = (value: number): number => {
  const near = Math.round(value);
  return Math.abs(value % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
};

/**
 * Numbers −1, 0 and 1, five in a byte: digits 0, 1 and 2 to the base 3. Others are rounded and cut to them.
 *
 * ```ts
 * const [packed, , length] = keras.quantizers.packTernary([1, -1, 0, 1, 1, -1]);
 * keras.quantizers.unpackTernary(packed, length).array(); // [1, -1, 0, 1, 1, -1]
 * ```
 *
 * @returns  as `packInt4`, uint8. Keras: keras.quantizers.pack_ternary
 */
export const packTernary = declare("quantizers.packTernary(arr, axis:int=0)", (arr: TensorLike, axis: number): [Tensor, number[], number] =>
  packed("quantizers.packTernary", asTensor(arr), axis, trits, (value) => Math.max(-1, Math.min(1, rounded(value))) + 1, "uint8"),
);

/** The numbers that `packTernary` put into bytes, int8. Keras: keras.quantizers.unpack_ternary */
export const unpackTernary = declare(
  "quantizers.unpackTernary(packed, origLen:int, axis:int=0)",
  (bytes: TensorLike, origLen: number, axis: number): Tensor =>
    digitsOf("quantizers.unpackTernary", asTensor(bytes), origLen, axis, trits, (digit) => subtract(digit, 1), "int8"),
);
