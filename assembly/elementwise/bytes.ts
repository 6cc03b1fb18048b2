// Functions of bool and uint8 tensors, with broadcasting. Units are elements of the output.
import { MapArgs } from "./map";
import { BinaryArgs, binary8 } from "./rows";

class And {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.and(a, b);
  }
}

/** y = a & b; of bool, a and b. */
export function and_u8(args: BinaryArgs, begin: usize, end: usize): void {
  binary8<And>(args, begin, end);
}

class Or {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.or(a, b);
  }
}

/** y = a | b; of bool, a or b. */
export function or_u8(args: BinaryArgs, begin: usize, end: usize): void {
  binary8<Or>(args, begin, end);
}

class Xor {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.xor(a, b);
  }
}

/** y = a ^ b; of bool, a ≠ b. */
export function xor_u8(args: BinaryArgs, begin: usize, end: usize): void {
  binary8<Xor>(args, begin, end);
}

class Maximum {
  @inline
  vec(a: v128, b: v128): v128 {
    return i8x16.max_u(a, b);
  }
}

/** y = the larger of a and b. */
export function maximum_u8(args: BinaryArgs, begin: usize, end: usize): void {
  binary8<Maximum>(args, begin, end);
}

class Minimum {
  @inline
  vec(a: v128, b: v128): v128 {
    return i8x16.min_u(a, b);
  }
}

/** y = the smaller of a and b. */
export function minimum_u8(args: BinaryArgs, begin: usize, end: usize): void {
  binary8<Minimum>(args, begin, end);
}

/** y[i] = 1 where the bool x[i] is 0, else 0. */
export function logical_not_u8(args: MapArgs, begin: usize, end: usize): void {
  const zero = i8x16.splat(0);
  let i = begin;
  for (; i + 16 <= end; i += 16) v128.store(args.y + i, v128.and(i8x16.eq(v128.load(args.x + i), zero), i8x16.splat(1)));
  for (; i < end; i++) store<u8>(args.y + i, <u8>(load<u8>(args.x + i) == 0));
}

/** y[i] = ~x[i]. */
export function not_u8(args: MapArgs, begin: usize, end: usize): void {
  let i = begin;
  for (; i + 16 <= end; i += 16) v128.store(args.y + i, v128.not(v128.load(args.x + i)));
  for (; i < end; i++) store<u8>(args.y + i, ~load<u8>(args.x + i));
}
