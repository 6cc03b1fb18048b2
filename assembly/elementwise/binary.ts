// Functions of two float32 tensors, with broadcasting. Units are elements of the output. NaN in, NaN out.
import * as lanes from "../lanes";
import { splat } from "../lanes";
import { BinaryArgs, binary } from "./rows";

/** What four lanes need of a function of scalars. */
// @ts-ignore: decorator
@inline
function eachLane<Op>(a: v128, b: v128): v128 {
  const op = changetype<Op>(0);
  let y = f32x4.splat(op.one(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, op.one(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, op.one(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, op.one(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

/** The remainder with the sign of a: exact, by AssemblyScript's %. */
function remainder(a: f32, b: f32): f32 {
  return a % b;
}

/** The remainder with the sign of b, as NumPy's mod. */
function modulo(a: f32, b: f32): f32 {
  const r = remainder(a, b);
  if (r == 0) return copysign<f32>(0, b);
  return r < 0 != b < 0 ? r + b : r;
}

/** ⌊a / b⌋ of the exact quotient, as NumPy's floor_divide. */
function floorQuotient(a: f32, b: f32): f32 {
  if (b == 0) return a / b;
  const r = remainder(a, b);
  let q = (a - r) / b;
  if (r != 0 && r < 0 != b < 0) q -= 1;
  return q == 0 ? copysign<f32>(0, a / b) : nearest(q);
}

class ScalarFmod {
  @inline
  one(a: f32, b: f32): f32 {
    return remainder(a, b);
  }
}

class ScalarMod {
  @inline
  one(a: f32, b: f32): f32 {
    return modulo(a, b);
  }
}

class ScalarFloordiv {
  @inline
  one(a: f32, b: f32): f32 {
    return floorQuotient(a, b);
  }
}

class Add {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

/** y = a + b. */
export function add_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Add>(args, begin, end);
}

class Sub {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

/** y = a − b. */
export function sub_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Sub>(args, begin, end);
}

class Mul {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

/** y = a · b. */
export function mul_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Mul>(args, begin, end);
}

class Div {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

/** y = a / b. */
export function div_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Div>(args, begin, end);
}

class Maximum {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

/** y = the larger of a and b. */
export function maximum_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Maximum>(args, begin, end);
}

class Minimum {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

/** y = the smaller of a and b. */
export function minimum_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Minimum>(args, begin, end);
}

class Pow {
  @inline
  vec(a: v128, b: v128): v128 {
    return lanes.pow(a, b);
  }
}

/** y = aᵇ. */
export function pow_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Pow>(args, begin, end);
}

class Atan2 {
  @inline
  vec(a: v128, b: v128): v128 {
    return lanes.atan2(a, b);
  }
}

/** y = the angle of the point (b, a). */
export function atan2_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Atan2>(args, begin, end);
}

class Floordiv {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarFloordiv>(a, b);
  }
}

/** y = ⌊a / b⌋, as NumPy's floor_divide. */
export function floordiv_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Floordiv>(args, begin, end);
}

class Mod {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarMod>(a, b);
  }
}

/** y = the remainder of a / b with the sign of b. */
export function mod_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Mod>(args, begin, end);
}

class Fmod {
  @inline
  vec(a: v128, b: v128): v128 {
    return eachLane<ScalarFmod>(a, b);
  }
}

/** y = the remainder of a / b with the sign of a. */
export function fmod_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Fmod>(args, begin, end);
}

class SquaredDifference {
  @inline
  vec(a: v128, b: v128): v128 {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
}

/** y = (a − b)². */
export function squared_difference_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<SquaredDifference>(args, begin, end);
}

class ReluGrad {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.and(a, f32x4.gt(b, splat(0)));
  }
}

/** y = a where b > 0, else 0: the gradient a of relu's output b. */
export function relu_grad_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<ReluGrad>(args, begin, end);
}

class Relu6Grad {
  @inline
  vec(a: v128, b: v128): v128 {
    return v128.and(a, v128.and(f32x4.gt(b, splat(0)), f32x4.lt(b, splat(6))));
  }
}

/** y = a where 0 < b < 6, else 0. */
export function relu6_grad_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Relu6Grad>(args, begin, end);
}

class SigmoidGrad {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.mul(f32x4.mul(a, b), f32x4.sub(splat(1), b));
  }
}

/** y = a · b · (1 − b): the gradient a of sigmoid's output b. */
export function sigmoid_grad_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<SigmoidGrad>(args, begin, end);
}

class TanhGrad {
  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.mul(a, f32x4.sub(splat(1), f32x4.mul(b, b)));
  }
}

/** y = a · (1 − b²): the gradient a of tanh's output b. */
export function tanh_grad_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<TanhGrad>(args, begin, end);
}

class SigmoidCrossEntropy {
  @inline
  vec(a: v128, b: v128): v128 {
    const rest = lanes.log1p(lanes.exp(f32x4.neg(f32x4.abs(a))));
    return f32x4.add(f32x4.sub(f32x4.max(a, splat(0)), f32x4.mul(a, b)), rest);
  }
}

/** y = max(a, 0) − a · b + log(1 + e^−|a|): the cross-entropy of logits a and targets b. */
export function sigmoid_cross_entropy_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<SigmoidCrossEntropy>(args, begin, end);
}
