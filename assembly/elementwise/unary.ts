// Functions of one float32 tensor. Units are elements; y may be x.
import { HALF, LEAST_NORMAL, ONE } from "../constants";
import * as lanes from "../lanes";
import { MapArgs, ParametricArgs, map, mapToBool, mapWith } from "./map";

class Neg {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.neg(x);
  }
}

/** y[i] = −x. */
export function neg_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Neg>(a, begin, end);
}

class Abs {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.abs(x);
  }
}

/** y[i] = |x|. */
export function abs_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Abs>(a, begin, end);
}

class Flush {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.flushed(x, LEAST_NORMAL);
  }
}

/** y[i] = x, 0 where that is denormal. */
export function flush_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Flush>(a, begin, end);
}

class Sign {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.select(v128.or(f32x4.eq(x, lanes.splat(0)), f32x4.ne(x, x)), x, lanes.copySign(lanes.splat(1), x));
  }
}

/** y[i] = −1, 0 or 1 by the sign of x; NaN stays. */
export function sign_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Sign>(a, begin, end);
}

class Square {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, x);
  }
}

/** y[i] = x². */
export function square_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Square>(a, begin, end);
}

class Sqrt {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.sqrt(x);
  }
}

/** y[i] = √x. */
export function sqrt_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Sqrt>(a, begin, end);
}

class Rsqrt {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.div(lanes.splat(1), f32x4.sqrt(x));
  }
}

/** y[i] = 1 / √x. */
export function rsqrt_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Rsqrt>(a, begin, end);
}

class Reciprocal {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.div(lanes.splat(1), x);
  }
}

/** y[i] = 1 / x. */
export function reciprocal_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Reciprocal>(a, begin, end);
}

class Cbrt {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.cbrt(x);
  }
}

/** y[i] = the cube root of x. */
export function cbrt_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Cbrt>(a, begin, end);
}

class Exp {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.exp(x);
  }
}

/** y[i] = eˣ. */
export function exp_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Exp>(a, begin, end);
}

class Exp2 {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.exp2(x);
  }
}

/** y[i] = 2ˣ. */
export function exp2_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Exp2>(a, begin, end);
}

class Expm1 {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.expm1(x);
  }
}

/** y[i] = eˣ − 1. */
export function expm1_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Expm1>(a, begin, end);
}

class Log {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.log(x);
  }
}

/** y[i] = log x. */
export function log_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Log>(a, begin, end);
}

class Log2 {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.log2(x);
  }
}

/** y[i] = log₂ x. */
export function log2_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Log2>(a, begin, end);
}

class Log10 {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.log10(x);
  }
}

/** y[i] = log₁₀ x. */
export function log10_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Log10>(a, begin, end);
}

class Log1p {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.log1p(x);
  }
}

/** y[i] = log(1 + x). */
export function log1p_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Log1p>(a, begin, end);
}

class Sin {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.sin(x);
  }
}

/** y[i] = sin x. */
export function sin_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Sin>(a, begin, end);
}

class Cos {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.cos(x);
  }
}

/** y[i] = cos x. */
export function cos_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Cos>(a, begin, end);
}

class Tan {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.tan(x);
  }
}

/** y[i] = tan x. */
export function tan_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Tan>(a, begin, end);
}

class Asin {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.asin(x);
  }
}

/** y[i] = arcsin x. */
export function asin_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Asin>(a, begin, end);
}

class Acos {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.acos(x);
  }
}

/** y[i] = arccos x. */
export function acos_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Acos>(a, begin, end);
}

class Atan {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.atan(x);
  }
}

/** y[i] = arctan x. */
export function atan_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Atan>(a, begin, end);
}

class Sinh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.sinh(x);
  }
}

/** y[i] = sinh x. */
export function sinh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Sinh>(a, begin, end);
}

class Cosh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.cosh(x);
  }
}

/** y[i] = cosh x. */
export function cosh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Cosh>(a, begin, end);
}

class Tanh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.tanh(x);
  }
}

/** y[i] = tanh x. */
export function tanh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Tanh>(a, begin, end);
}

class Asinh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.asinh(x);
  }
}

/** y[i] = arsinh x. */
export function asinh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Asinh>(a, begin, end);
}

class Acosh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.acosh(x);
  }
}

/** y[i] = arcosh x. */
export function acosh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Acosh>(a, begin, end);
}

class Atanh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.atanh(x);
  }
}

/** y[i] = artanh x. */
export function atanh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Atanh>(a, begin, end);
}

class Erf {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.erf(x);
  }
}

/** y[i] = erf x. */
export function erf_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Erf>(a, begin, end);
}

class Erfinv {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.erfinv(x);
  }
}

/** y[i] = the inverse of erf. */
export function erfinv_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Erfinv>(a, begin, end);
}

class Floor {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.floor(x);
  }
}

/** y[i] = the largest integer ≤ x. */
export function floor_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Floor>(a, begin, end);
}

class Ceil {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.ceil(x);
  }
}

/** y[i] = the smallest integer ≥ x. */
export function ceil_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Ceil>(a, begin, end);
}

class Round {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.nearest(x);
  }
}

/** y[i] = the nearest integer, halves to even. */
export function round_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Round>(a, begin, end);
}

class Trunc {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.trunc(x);
  }
}

/** y[i] = x without its fraction. */
export function trunc_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Trunc>(a, begin, end);
}

class Relu {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.max(x, lanes.splat(0));
  }
}

/** y[i] = max(0, x). */
export function relu_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Relu>(a, begin, end);
}

class Relu6 {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.min(f32x4.max(x, lanes.splat(0)), lanes.splat(6));
  }
}

/** y[i] = min(6, max(0, x)). */
export function relu6_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Relu6>(a, begin, end);
}

class Sigmoid {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.sigmoid(x);
  }
}

/** y[i] = 1 / (1 + e⁻ˣ). */
export function sigmoid_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Sigmoid>(a, begin, end);
}

class Softplus {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.softplus(x);
  }
}

/** y[i] = log(1 + eˣ). */
export function softplus_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Softplus>(a, begin, end);
}

class Silu {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, lanes.sigmoid(x));
  }
}

/** y[i] = x · sigmoid(x). */
export function silu_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Silu>(a, begin, end);
}

class Gelu {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.gelu(x);
  }
}

/** y[i] = x · Φ(x), Φ the normal distribution. */
export function gelu_f32(a: MapArgs, begin: usize, end: usize): void {
  map<Gelu>(a, begin, end);
}

class GeluTanh {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    const cubic = f32x4.mul(x, f32x4.add(f32x4.mul(f32x4.mul(x, x), lanes.splat(0.044715)), ONE));
    // (1 + tanh u) / 2 = 1 / (1 + e^−2u), which does not cancel.
    return f32x4.div(x, f32x4.add(ONE, lanes.exp(f32x4.mul(cubic, lanes.splat(-1.5957691216057308)))));
  }
}

/** y[i] = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), near x · Φ(x). */
export function gelu_tanh_f32(a: MapArgs, begin: usize, end: usize): void {
  map<GeluTanh>(a, begin, end);
}

class Clip {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return f32x4.min(f32x4.max(x, p), q);
  }
}

/** y[i] = min(q, max(p, x)); NaN stays. */
export function clip_f32(a: ParametricArgs, begin: usize, end: usize): void {
  mapWith<Clip>(a, begin, end);
}

class Elu {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.select(f32x4.lt(x, lanes.splat(0)), f32x4.mul(p, lanes.expm1(f32x4.min(x, lanes.splat(0)))), x);
  }
}

/** y[i] = x, or p·(eˣ − 1) below 0. */
export function elu_f32(a: ParametricArgs, begin: usize, end: usize): void {
  mapWith<Elu>(a, begin, end);
}

class LeakyRelu {
  @inline
  vec(x: v128, p: v128, q: v128): v128 {
    return lanes.select(f32x4.lt(x, lanes.splat(0)), f32x4.mul(x, p), x);
  }
}

/** y[i] = x, or p·x below 0. */
export function leaky_relu_f32(a: ParametricArgs, begin: usize, end: usize): void {
  mapWith<LeakyRelu>(a, begin, end);
}

class Isnan {
  @inline
  mask(x: v128): v128 {
    return f32x4.ne(x, x);
  }
}

/** y[i] = 1 where x is NaN, as bool. */
export function isnan_f32(a: MapArgs, begin: usize, end: usize): void {
  mapToBool<Isnan>(a, begin, end);
}

class Isinf {
  @inline
  mask(x: v128): v128 {
    return f32x4.eq(f32x4.abs(x), lanes.splat(Infinity));
  }
}

/** y[i] = 1 where x is an infinity, as bool. */
export function isinf_f32(a: MapArgs, begin: usize, end: usize): void {
  mapToBool<Isinf>(a, begin, end);
}

class Isfinite {
  @inline
  mask(x: v128): v128 {
    return f32x4.lt(f32x4.abs(x), lanes.splat(Infinity));
  }
}

/** y[i] = 1 where x is neither NaN nor an infinity, as bool. */
export function isfinite_f32(a: MapArgs, begin: usize, end: usize): void {
  mapToBool<Isfinite>(a, begin, end);
}
