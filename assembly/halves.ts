// How two bytes hold a float: the storage type of loops that compute in float32.
//
// Products read eight at a time, the even ones and the odd ones, scaled by a power of two, which costs less than to bring them in order;
// what `plain` knows of all that were read says whether it was right.

import { LOWER_PARTS, SPECIAL_HALVES, UNSIGNED_HALVES, UPPER, UPPER_PARTS } from "./constants";

/** bfloat16: how four of them, one in the low half of each lane, become float32 and back. */
export class Bfloat {
  @inline
  widen(bits: v128): v128 {
    return i32x4.shl(bits, 16);
  }
  @inline
  narrow(x: v128): v128 {
    const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
    const rounded = i32x4.shr_u(i32x4.add(x, i32x4.add(odd, i32x4.splat(0x7fff))), 16);
    return v128.bitselect(i32x4.splat(0x7fc0), rounded, f32x4.ne(x, x));
  }
  /** The even and the odd ones of eight. */
  @inline
  even(bits: v128): v128 {
    return i32x4.shl(bits, 16);
  }
  @inline
  odd(bits: v128): v128 {
    return v128.and(bits, UPPER);
  }
  /** Half of what even and odd ones are scaled by, as it is undone in either operand of a product: none. */
  @inline
  scale(): f32 {
    return 1;
  }
  /** All of them can be read so. */
  @inline
  seen(before: v128, _bits: v128): v128 {
    return before;
  }
}

/** float16: rounded to the nearest, ties to even, by arithmetic on its bits. */
export class Half {
  /**
   * Exponent and fraction moved to float32's place and scaled by 2¹¹², which makes subnormals right; infinities and NaN get all exponent
   * bits.
   */
  @inline
  widen(bits: v128): v128 {
    const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
    const rest = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
    const scaled = f32x4.mul(rest, i32x4.splat(0x77800000));
    const isSpecial = i32x4.ge_s(rest, i32x4.splat(0x0f800000));
    return v128.or(sign, v128.bitselect(v128.or(rest, i32x4.splat(0x7f800000)), scaled, isSpecial));
  }
  /** 2⁻¹¹² of the even and the odd ones of eight, but for infinities and NaN. */
  @inline
  even(bits: v128): v128 {
    return v128.and(i32x4.shr_s(i32x4.shl(bits, 16), 3), LOWER_PARTS);
  }
  @inline
  odd(bits: v128): v128 {
    return v128.and(i32x4.shr_s(bits, 3), UPPER_PARTS);
  }
  /** 2⁵⁶: products of halves stay far from the ends of float32 by it. */
  @inline
  scale(): f32 {
    return 72057594037927936;
  }
  /** The largest without its sign. */
  @inline
  seen(before: v128, bits: v128): v128 {
    return i16x8.max_u(before, v128.and(bits, UNSIGNED_HALVES));
  }
  @inline
  plain(seen: v128): bool {
    return !v128.any_true(i16x8.ge_u(seen, SPECIAL_HALVES));
  }
  /** Small ones are rounded by adding ½ in float32, where the last place is 2⁻²⁴; others by carrying into the bits that go away. */
  @inline
  narrow(x: v128): v128 {
    const size = v128.and(x, i32x4.splat(0x7fffffff));
    const sign = v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000));
    const small = i32x4.sub(f32x4.add(size, f32x4.splat(0.5)), f32x4.splat(0.5));
    const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
    const large = i32x4.shr_u(i32x4.add(size, i32x4.add(odd, i32x4.splat(<i32>0xc8000fff))), 13);
    let bits = v128.bitselect(small, large, i32x4.lt_s(size, i32x4.splat(0x38800000)));
    bits = v128.bitselect(i32x4.splat(0x7c00), bits, i32x4.ge_s(size, i32x4.splat(0x477ff000)));
    bits = v128.bitselect(i32x4.splat(0x7e00), bits, i32x4.gt_s(size, i32x4.splat(0x7f800000)));
    return v128.or(sign, bits);
  }
}
