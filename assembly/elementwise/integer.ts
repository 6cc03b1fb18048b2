// Functions of int32 tensors, with broadcasting. Units are elements of the output. Overflow wraps; a division by zero gives 0, as in NumPy.
import { MapArgs, map } from "./map";
import { BinaryArgs, binary } from "./rows";

/** A function of its own for each operator: inlined into every copy of a loop's body it would be most of these kernels. */
function eachLane<Op>(a: v128, b: v128): v128 {
  const op = changetype<Op>(0);
  let y = i32x4.splat(op.one(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)));
  y = i32x4.replace_lane(y, 1, op.one(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)));
  y = i32x4.replace_lane(y, 2, op.one(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)));
  return i32x4.replace_lane(y, 3, op.one(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)));
}

/** a / b towards zero. −2³¹ / −1 wraps. */
function quotient(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  return b == -1 ? 0 - a : a / b;
}

function remainder(a: i32, b: i32): i32 {
  return a - quotient(a, b) * b;
}

function floorQuotient(a: i32, b: i32): i32 {
  const q = quotient(a, b);
  return q * b != a && a < 0 != b < 0 && b != 0 ? q - 1 : q;
}

function power(a: i32, b: i32): i32 {
  if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
  let y = 1;
  for (; b; b >>= 1) {
    if (b & 1) y *= a;
    a *= a;
  }
  return y;
}

function greatestDivisor(a: i32, b: i32): i32 {
  let x: u32 = abs(a);
  let y: u32 = abs(b);
  while (y) {
    const r = x % y;
    x = y;
    y = r;
  }
  return x;
}

class ScalarFloordiv {
  @inline
  one(a: i32, b: i32): i32 {
    return floorQuotient(a, b);
  }
}

class ScalarMod {
  @inline
  one(a: i32, b: i32): i32 {
    return b == 0 ? 0 : a - floorQuotient(a, b) * b;
  }
}

class ScalarFmod {
  @inline
  one(a: i32, b: i32): i32 {
    return b == 0 ? 0 : remainder(a, b);
  }
}

class ScalarPow {
  @inline
  one(a: i32, b: i32): i32 {
    return power(a, b);
  }
}

class ScalarGcd {
  @inline
  one(a: i32, b: i32): i32 {
    return greatestDivisor(a, b);
  }
}

class ScalarShiftLeft {
  @inline
  one(a: i32, b: i32): i32 {
    return <u32>b < 32 ? a << b : 0;
  }
}

class ScalarShiftRight {
  @inline
  one(a: i32, b: i32): i32 {
    return a >> (<u32>b < 32 ? b : 31);
  }
}

class Add {
  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }
}

/** y = a + b. */
export function add_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Add>(args, begin, end);
}

class Sub {
  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.sub(a, b);
  }
}

/** y = a − b. */
export function sub_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Sub>(args, begin, end);
}

class Mul {
  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }
}

/** y = a · b. */
export function mul_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Mul>(args, begin, end);
}

class Maximum {
  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b);
  }
}

/** y = the larger of a and b. */
export function maximum_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Maximum>(args, begin, end);
}

class Minimum {
  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b);
  }
}

/** y = the smaller of a and b. */
export function minimum_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Minimum>(args, begin, end);
}

class Floordiv {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarFloordiv>(a, b);
  }
}

/** y = ⌊a / b⌋. */
export function floordiv_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Floordiv>(args, begin, end);
}

class Mod {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarMod>(a, b);
  }
}

/** y = the remainder of a / b with the sign of b. */
export function mod_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Mod>(args, begin, end);
}

class Fmod {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarFmod>(a, b);
  }
}

/** y = the remainder of a / b with the sign of a. */
export function fmod_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Fmod>(args, begin, end);
}

class Pow {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarPow>(a, b);
  }
}

/** y = aᵇ; 0 for a negative b unless a is 1 or −1. */
export function pow_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Pow>(args, begin, end);
}

class Gcd {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarGcd>(a, b);
  }
}

/** y = the greatest common divisor of a and b. */
export function gcd_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Gcd>(args, begin, end);
}

class And {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.and(a, b);
  }
}

/** y = a & b. */
export function and_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<And>(args, begin, end);
}

class Or {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.or(a, b);
  }
}

/** y = a | b. */
export function or_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Or>(args, begin, end);
}

class Xor {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.xor(a, b);
  }
}

/** y = a ^ b. */
export function xor_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Xor>(args, begin, end);
}

class ShiftLeft {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarShiftLeft>(a, b);
  }
}

/** y = a · 2ᵇ. */
export function shift_left_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<ShiftLeft>(args, begin, end);
}

class ShiftRight {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarShiftRight>(a, b);
  }
}

/** y = ⌊a / 2ᵇ⌋. */
export function shift_right_i32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<ShiftRight>(args, begin, end);
}

class Neg {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return i32x4.neg(x);
  }
}

/** y = −x. */
export function neg_i32(args: MapArgs, begin: usize, end: usize): void {
  map<Neg>(args, begin, end);
}

class Abs {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return i32x4.abs(x);
  }
}

/** y = |x|. */
export function abs_i32(args: MapArgs, begin: usize, end: usize): void {
  map<Abs>(args, begin, end);
}

class Sign {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return v128.or(i32x4.shr_s(x, 31), i32x4.shr_u(i32x4.neg(x), 31));
  }
}

/** y = −1, 0 or 1. */
export function sign_i32(args: MapArgs, begin: usize, end: usize): void {
  map<Sign>(args, begin, end);
}

class Not {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return v128.not(x);
  }
}

/** y = ~x. */
export function not_i32(args: MapArgs, begin: usize, end: usize): void {
  map<Not>(args, begin, end);
}
