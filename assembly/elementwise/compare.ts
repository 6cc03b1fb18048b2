// Comparisons of two float32 or two int32 tensors, to bool, with broadcasting. Units are elements of the output.
import { BinaryArgs, compare } from "./rows";

class Equal {
  @inline
  mask(a: v128, b: v128): v128 {
    return f32x4.eq(a, b);
  }
}

/** y = a = b. */
export function equal_f32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<Equal>(args, begin, end);
}

class NotEqual {
  @inline
  mask(a: v128, b: v128): v128 {
    return f32x4.ne(a, b);
  }
}

/** y = a ≠ b. */
export function not_equal_f32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<NotEqual>(args, begin, end);
}

class Less {
  @inline
  mask(a: v128, b: v128): v128 {
    return f32x4.lt(a, b);
  }
}

/** y = a < b. */
export function less_f32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<Less>(args, begin, end);
}

class LessEqual {
  @inline
  mask(a: v128, b: v128): v128 {
    return f32x4.le(a, b);
  }
}

/** y = a ≤ b. */
export function less_equal_f32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<LessEqual>(args, begin, end);
}

class EqualInteger {
  @inline
  mask(a: v128, b: v128): v128 {
    return i32x4.eq(a, b);
  }
}

/** y = a = b. */
export function equal_i32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<EqualInteger>(args, begin, end);
}

class NotEqualInteger {
  @inline
  mask(a: v128, b: v128): v128 {
    return i32x4.ne(a, b);
  }
}

/** y = a ≠ b. */
export function not_equal_i32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<NotEqualInteger>(args, begin, end);
}

class LessInteger {
  @inline
  mask(a: v128, b: v128): v128 {
    return i32x4.lt_s(a, b);
  }
}

/** y = a < b. */
export function less_i32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<LessInteger>(args, begin, end);
}

class LessEqualInteger {
  @inline
  mask(a: v128, b: v128): v128 {
    return i32x4.le_s(a, b);
  }
}

/** y = a ≤ b. */
export function less_equal_i32(args: BinaryArgs, begin: usize, end: usize): void {
  compare<LessEqualInteger>(args, begin, end);
}
