// How two bytes hold a float: the storage type of loops that compute in float32.

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
