// Vector maths on four float32 lanes: what all kernel families share.
//
//  (1) Every function is within 4 ulp of the exact result over the whole range of float32 and takes NaN, ±Infinity, −0 and denormal
//      numbers as C's functions do.
//  (2) Apart from `madd` they use multiplication and addition only, never a fused operation, so that elementwise results are the same
//      bits in both builds and on every machine.
//  (3) No tables: coefficients are immediates, or globals where they run hottest (constants.ts). "msun" is FreeBSD's libm (Sun
//      Microsystems, 1993), "Cephes" Stephen Moshier's library (1984–2000); "fitted" are minimax polynomials by Remez exchange in 40
//      digits, with the error of the approximation.

import * as constants from "./constants";

// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(RELAXED)) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** a·x + b without fusing. */
// @ts-ignore: decorator
@inline
function step(a: v128, x: v128, b: f32): v128 {
  return f32x4.add(f32x4.mul(a, x), splat(b));
}

/** a·x + b without fusing. */
// @ts-ignore: decorator
@inline
function stepTo(a: v128, x: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(a, x), b);
}

/** mask ? a : b, lane by lane. */
// @ts-ignore: decorator
@inline
export function select(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

// @ts-ignore: decorator
@inline
export function signOf(x: v128): v128 {
  return v128.and(x, constants.SIGN);
}

/** |x| with the sign of s. */
// @ts-ignore: decorator
@inline
export function copySign(x: v128, s: v128): v128 {
  return v128.bitselect(s, x, constants.SIGN);
}

/** max(x, low), and x where it is NaN: one instruction where f32x4.max takes eight. */
// @ts-ignore: decorator
@inline
export function atLeast(x: v128, low: v128): v128 {
  return f32x4.pmax(x, low);
}

/** min(x, high), and x where it is NaN. */
// @ts-ignore: decorator
@inline
export function atMost(x: v128, high: v128): v128 {
  return f32x4.pmin(x, high);
}

/**
 * x, and 0 where |x| is below `least`; NaN stays. By LEAST_NORMAL, what is left of x is no denormal number: processors take some hundred
 * cycles for an operation on one.
 */
// @ts-ignore: decorator
@inline
export function flushed(x: v128, least: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), least));
}

/** eʳ − 1 for |r| ≤ ln 2 / 2; fitted, relative error 2^−28.2. */
// @ts-ignore: decorator
@inline
function expm1Core(r: v128): v128 {
  const z = f32x4.mul(r, r);
  const high = f32x4.add(stepTo(constants.EXP5, r, constants.EXP4), f32x4.mul(constants.EXP6, z));
  const p = f32x4.add(stepTo(constants.EXP3, r, constants.EXP2), f32x4.mul(high, z));
  return stepTo(p, z, r);
}

/** x − n·ln 2, where the first product is exact. */
// @ts-ignore: decorator
@inline
function withoutPowers(x: v128, n: v128): v128 {
  const r = f32x4.sub(x, f32x4.mul(n, constants.LN2_HIGH));
  return f32x4.sub(r, f32x4.mul(n, constants.LN2_LOW));
}

/** eˣ for −104 ≤ x ≤ 89 or NaN. */
// @ts-ignore: decorator
@inline
function expWithin(x: v128): v128 {
  // The integer k = nearest(x / ln 2), biased by twice the exponent's bias: 2ᵏ comes in two factors, since k reaches 128 and −150.
  const t = stepTo(x, constants.LOG2_E, constants.INTEGER_254);
  const r = withoutPowers(x, f32x4.sub(t, constants.INTEGER_254));
  const p = f32x4.add(expm1Core(r), constants.ONE);
  const floor = v128.and(i32x4.shl(t, 22), constants.EXPONENT);
  const ceil = v128.and(i32x4.shl(i32x4.add(t, constants.INTEGER_ONE), 22), constants.EXPONENT);
  return f32x4.mul(f32x4.mul(p, floor), ceil);
}

/** eˣ. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return expWithin(atMost(atLeast(x, constants.EXP_LOW), constants.EXP_HIGH));
}

/** eˣ for x ≤ 0, flushed to zero from −87.7 down: what softmax needs, in fewer steps. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const y = atLeast(x, constants.FLUSH);
  const t = stepTo(y, constants.LOG2_E, constants.INTEGER_127);
  const r = withoutPowers(y, f32x4.sub(t, constants.INTEGER_127));
  // The biased exponent, alone in its place; 0 for −127, which makes a factor of 0.
  return f32x4.mul(f32x4.add(expm1Core(r), constants.ONE), i32x4.shl(t, 23));
}

/** eˣ − 1 for −20 ≤ x ≤ 89 or NaN, but 0 for −0. */
// @ts-ignore: decorator
@inline
function expm1Within(x: v128): v128 {
  const t = stepTo(x, constants.LOG2_E, constants.INTEGER_126);
  const m = expm1Core(withoutPowers(x, f32x4.sub(t, constants.INTEGER_126)));
  const half = i32x4.shl(t, 23); // half of 2ᵏ, which alone would overflow
  const e = f32x4.add(f32x4.mul(half, m), f32x4.sub(half, constants.HALF));
  return f32x4.add(e, e);
}

/** eˣ − 1. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  return v128.or(expm1Within(atMost(atLeast(x, constants.EXPM1_LOW), constants.EXP_HIGH)), signOf(x));
}

/** log(1 + f) + f²/2 − f by s = f / (2 + f), for √½ ≤ 1 + f < √2 (msun, e_logf.c; error 2^−34). */
// @ts-ignore: decorator
@inline
function logCore(f: v128, halfSquare: v128): v128 {
  const s = f32x4.div(f, f32x4.add(constants.TWO, f));
  const z = f32x4.mul(s, s);
  let r = stepTo(constants.LOG4, z, constants.LOG3);
  r = stepTo(r, z, constants.LOG2);
  r = stepTo(r, z, constants.LOG1);
  return f32x4.mul(s, f32x4.add(halfSquare, f32x4.mul(z, r)));
}

/** The exponent that leaves a mantissa in [√½, √2), of the bits of a positive normal number. */
// @ts-ignore: decorator
@inline
function exponentOf(bits: v128): v128 {
  return i32x4.shr_s(i32x4.sub(bits, constants.ROOT_HALF_BITS), 23);
}

/** x, or x·2²⁵ where x is denormal. */
// @ts-ignore: decorator
@inline
function normalized(x: v128, denormal: v128): v128 {
  return select(denormal, f32x4.mul(x, constants.TWO_25), x);
}

/** y = log x in whatever base, corrected at 0, below 0, at +Infinity and NaN. */
// @ts-ignore: decorator
@inline
function logEdges(x: v128, y: v128): v128 {
  y = select(f32x4.lt(x, constants.INFINITE), y, x);
  y = select(f32x4.eq(x, splat(0)), f32x4.neg(constants.INFINITE), y);
  return select(f32x4.lt(x, splat(0)), splat(NaN), y);
}

/** log x to base e. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const denormal = f32x4.lt(x, constants.LEAST_NORMAL);
  const bits = normalized(x, denormal);
  const k = exponentOf(bits);
  const n = f32x4.convert_i32x4_s(i32x4.sub(k, v128.and(denormal, constants.INTEGER_25)));
  const f = f32x4.sub(i32x4.sub(bits, i32x4.shl(k, 23)), constants.ONE);
  const halfSquare = f32x4.mul(constants.HALF, f32x4.mul(f, f));
  let y = f32x4.add(logCore(f, halfSquare), f32x4.mul(n, constants.LOG_TWO_LOW));
  y = f32x4.add(f32x4.add(f32x4.sub(y, halfSquare), f), f32x4.mul(n, constants.LOG_TWO_HIGH));
  return logEdges(x, y);
}

/** log x to another base b: its 1/ln b and log_b 2 in two parts each (msun, e_log2f.c and e_log10f.c). */
// @ts-ignore: decorator
@inline
function logToBase(x: v128, high: f32, low: f32, twoHigh: f32, twoLow: f32): v128 {
  const denormal = f32x4.lt(x, constants.LEAST_NORMAL);
  const bits = normalized(x, denormal);
  const k = exponentOf(bits);
  const n = f32x4.convert_i32x4_s(i32x4.sub(k, v128.and(denormal, constants.INTEGER_25)));
  const f = f32x4.sub(i32x4.sub(bits, i32x4.shl(k, 23)), constants.ONE);
  const halfSquare = f32x4.mul(constants.HALF, f32x4.mul(f, f));
  const a = v128.and(f32x4.sub(f, halfSquare), i32x4.splat(0xfffff000));
  const b = f32x4.add(f32x4.sub(f32x4.sub(f, a), halfSquare), logCore(f, halfSquare));
  let y = f32x4.add(f32x4.mul(n, splat(twoLow)), f32x4.mul(f32x4.add(a, b), splat(low)));
  y = f32x4.add(f32x4.add(y, f32x4.mul(b, splat(high))), f32x4.mul(a, splat(high)));
  return logEdges(x, f32x4.add(y, f32x4.mul(n, splat(twoHigh))));
}

/** log x to base 2. */
export function log2(x: v128): v128 {
  return logToBase(x, 1.4428710938, -1.7605285393e-4, 1, 0);
}

/** log x to base 10. */
export function log10(x: v128): v128 {
  return logToBase(x, 4.3432617188e-1, -3.1689971365e-5, 3.0102920532e-1, 7.9034151668e-7);
}

/** log(1 + x) (msun, s_log1pf.c). */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const u = f32x4.add(x, constants.ONE);
  const k = exponentOf(u);
  const n = f32x4.convert_i32x4_s(k);
  // What 1 + x lost in rounding.
  const lost = select(f32x4.lt(x, constants.ONE), f32x4.sub(x, f32x4.sub(u, constants.ONE)), f32x4.sub(constants.ONE, f32x4.sub(u, x)));
  const c = f32x4.div(lost, u);
  const near = i32x4.eq(k, i32x4.splat(0));
  const f = select(near, x, f32x4.sub(i32x4.sub(u, i32x4.shl(k, 23)), constants.ONE));
  const halfSquare = f32x4.mul(constants.HALF, f32x4.mul(f, f));
  const carry = v128.andnot(f32x4.add(f32x4.mul(n, constants.LOG_TWO_LOW), c), near);
  let y = f32x4.add(logCore(f, halfSquare), carry);
  y = f32x4.add(f32x4.add(f32x4.sub(y, halfSquare), f), f32x4.mul(n, constants.LOG_TWO_HIGH));
  y = select(f32x4.lt(x, constants.INFINITE), y, x);
  y = select(f32x4.eq(x, splat(-1)), f32x4.neg(constants.INFINITE), y);
  return v128.or(select(f32x4.lt(x, splat(-1)), splat(NaN), y), signOf(x));
}

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), as −t / (2 + t) with t = e^(−2|x|) − 1. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x);
  const t = expm1Within(atLeast(f32x4.neg(f32x4.add(a, a)), constants.EXPM1_LOW));
  return copySign(f32x4.div(t, f32x4.add(constants.TWO, t)), x);
}

/** 1 / (1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = expWithin(atLeast(f32x4.neg(f32x4.abs(x)), constants.EXP_LOW));
  return f32x4.div(select(f32x4.lt(x, splat(0)), e, constants.ONE), f32x4.add(constants.ONE, e));
}

/** log(1 + eˣ). */
export function softplus(x: v128): v128 {
  const e = expWithin(atLeast(f32x4.neg(f32x4.abs(x)), constants.EXP_LOW));
  return f32x4.add(atLeast(x, splat(0)), log1p(e));
}

/** The hyperbolic sine: (t + t / (t + 1)) / 2 with t = e^|x| − 1, and e^(|x| − ln 2) where that overflows. */
export function sinh(x: v128): v128 {
  const a = f32x4.abs(x);
  const t = expm1(a);
  const small = f32x4.mul(splat(0.5), f32x4.add(t, f32x4.div(t, f32x4.add(t, splat(1)))));
  const root = exp(f32x4.mul(splat(0.5), a));
  const large = f32x4.mul(f32x4.mul(splat(0.5), root), root);
  return copySign(select(f32x4.lt(a, splat(88)), small, large), x);
}

/** The hyperbolic cosine. */
export function cosh(x: v128): v128 {
  const a = f32x4.abs(x);
  const e = exp(a);
  const small = f32x4.mul(splat(0.5), f32x4.add(e, f32x4.div(splat(1), e)));
  const root = exp(f32x4.mul(splat(0.5), a));
  const large = f32x4.mul(f32x4.mul(splat(0.5), root), root);
  return select(f32x4.lt(a, splat(88)), small, large);
}

/** log(x + √(x² + 1)). */
export function asinh(x: v128): v128 {
  const a = f32x4.abs(x);
  const square = f32x4.mul(a, a);
  const root = f32x4.sqrt(f32x4.add(square, splat(1)));
  const small = log1p(f32x4.add(a, f32x4.div(square, f32x4.add(splat(1), root))));
  const large = f32x4.add(log(a), splat(0.693147180559945));
  return copySign(select(f32x4.lt(a, splat(1e9)), small, large), x);
}

/** log(x + √(x² − 1)), NaN below 1. */
export function acosh(x: v128): v128 {
  const t = f32x4.sub(x, splat(1));
  const root = f32x4.sqrt(f32x4.add(f32x4.add(t, t), f32x4.mul(t, t)));
  const small = log1p(f32x4.add(t, root));
  const large = f32x4.add(log(x), splat(0.693147180559945));
  const y = select(f32x4.gt(x, splat(1e9)), large, small);
  return select(f32x4.lt(x, splat(1)), splat(NaN), y);
}

/** log((1 + x) / (1 − x)) / 2. */
export function atanh(x: v128): v128 {
  const a = f32x4.abs(x);
  const t = f32x4.div(f32x4.add(a, a), f32x4.sub(splat(1), a));
  return copySign(f32x4.mul(splat(0.5), log1p(t)), x);
}

/** The error function; both parts fitted, relative errors 2^−25.9 and 2^−29.2. */
export function erf(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let p = stepTo(constants.ERF5, s, constants.ERF4);
  p = stepTo(p, s, constants.ERF3);
  p = stepTo(p, s, constants.ERF2);
  p = stepTo(p, s, constants.ERF1);
  p = stepTo(p, s, constants.ERF0);
  const near = stepTo(p, x, x);
  // log erfc |x|
  const t = atMost(a, constants.ERF_END);
  let q = stepTo(constants.ERFC6, t, constants.ERFC5);
  q = stepTo(q, t, constants.ERFC4);
  q = stepTo(q, t, constants.ERFC3);
  q = stepTo(q, t, constants.ERFC2);
  q = stepTo(q, t, constants.ERFC1);
  q = stepTo(q, t, constants.ERFC0);
  const far = copySign(f32x4.sub(constants.ONE, expWithin(q)), x);
  return select(f32x4.lt(a, constants.ERF_NEAR), near, far);
}

/**
 * x · Φ(x), Φ the normal distribution, as max(0, x) − |x| · Φ(−|x|): no more than 2.5·2⁻²⁴·|x| off, 3 ulp for x ≥ 0, and for x < 0, where
 * x/2 · (1 + erf(x/√2)) would cancel, 1 in 2,000 at −6.
 */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const far = f32x4.abs(atMost(x, constants.GELU_END)); // infinite for −Infinity alone, which gives NaN as in C's formula
  const a = atMost(far, constants.GELU_END);
  // The polynomial in pairs: one step after the other would take twice as long.
  const b = f32x4.mul(a, a);
  const c = f32x4.mul(b, b);
  const low = stepTo(stepTo(constants.GELU3, a, constants.GELU2), b, stepTo(constants.GELU1, a, constants.GELU0));
  const high = stepTo(stepTo(constants.GELU7, a, constants.GELU6), b, stepTo(constants.GELU5, a, constants.GELU4));
  const p = stepTo(stepTo(constants.GELU8, c, high), c, low);
  return f32x4.sub(atLeast(x, constants.SIGN), f32x4.mul(far, expNegative(p))); // SIGN is −0 in each lane
}

/** The inverse of erf (M. Giles, "Approximating the erfinv function", 2010). */
export function erfinv(x: v128): v128 {
  const w = f32x4.neg(log1p(f32x4.neg(f32x4.mul(x, x))));
  const a = f32x4.sub(w, splat(2.5));
  let p = step(splat(2.81022636e-8), a, 3.43273939e-7);
  p = step(p, a, -3.5233877e-6);
  p = step(p, a, -4.39150654e-6);
  p = step(p, a, 0.00021858087);
  p = step(p, a, -0.00125372503);
  p = step(p, a, -0.00417768164);
  p = step(p, a, 0.246640727);
  p = step(p, a, 1.50140941);
  const b = f32x4.sub(f32x4.sqrt(w), splat(3));
  let q = step(splat(-0.000200214257), b, 0.000100950558);
  q = step(q, b, 0.00134934322);
  q = step(q, b, -0.00367342844);
  q = step(q, b, 0.00573950773);
  q = step(q, b, -0.0076224613);
  q = step(q, b, 0.00943887047);
  q = step(q, b, 1.00167406);
  q = step(q, b, 2.83297682);
  const y = f32x4.mul(select(f32x4.lt(w, splat(5)), p, q), x);
  return select(f32x4.eq(f32x4.abs(x), splat(1)), f32x4.div(x, splat(0)), y);
}

/** From here on two parts of π/2 in float64 are not enough. */
const LARGE: f32 = 268435456;

// Second results of the two functions below; nothing outlives the call.
let quadrant: i32 = 0;
let quadrants: v128 = i32x4.splat(0);

/** Bits of 2/π after the binary point, 64 from bit `index`. */
function twoOverPi(index: u32): u64 {
  const word = index >> 6;
  const shift: u64 = index & 63;
  const first: u64 = word == 0 ? 0xa2f9836e4e441529 : word == 1 ? 0xfc2757d1f534ddc0 : 0xdb6295993c439041;
  const second: u64 = word == 0 ? 0xfc2757d1f534ddc0 : word == 1 ? 0xdb6295993c439041 : 0xfe5163abdebbc561;
  return shift ? (first << shift) | (second >> (64 - shift)) : first;
}

/** x − n·π/2 for |x| ≥ 2²⁸ (Payne and Hanek, 1983): the product with the 96 bits of 2/π that matter, modulo 4. Sets `quadrant` to n. */
function reduceLarge(x: f32): f64 {
  const bits = reinterpret<u32>(x);
  const exponent = (bits >> 23) & 255;
  if (exponent == 255) return NaN;
  const mantissa: u64 = (bits & 0x7fffff) | 0x800000;
  const index = exponent - 152;
  const product = mantissa * twoOverPi(index) + ((mantissa * (twoOverPi(index + 64) >> 32)) >> 32);
  const n = (product + (1 << 61)) >> 62;
  const rest = <f64>(<i64>(product - (n << 62))) * (1.5707963267948966 / 4611686018427387904.0);
  quadrant = bits >> 31 ? -(<i32>n) : <i32>n;
  return bits >> 31 ? -rest : rest;
}

// @ts-ignore: decorator
@inline
function quarterTurns(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(0.6366197723675814)));
}

/** x − n·π/2; π/2 in two parts, the first of 25 bits (msun, e_rem_pio2f.c). */
// @ts-ignore: decorator
@inline
function withoutTurns(x: v128, n: v128): v128 {
  const r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963109016418)));
  return f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.5893254773528197e-8)));
}

/** sin r for |r| ≤ π/4, z = r² (Cephes, sinf.c). */
// @ts-ignore: decorator
@inline
function sinePolynomial(r: v128, z: v128): v128 {
  let s = step(splat(-1.9515295891e-4), z, 8.3321608736e-3);
  s = step(s, z, -1.6666654611e-1);
  return f32x4.add(f32x4.mul(f32x4.mul(s, z), r), r);
}

/** cos r for |r| ≤ π/4, z = r² (Cephes, sinf.c). */
// @ts-ignore: decorator
@inline
function cosinePolynomial(z: v128): v128 {
  let c = step(splat(2.443315711809948e-5), z, -1.388731625493765e-3);
  c = step(c, z, 4.166664568298827e-2);
  return f32x4.add(f32x4.sub(f32x4.mul(f32x4.mul(c, z), z), f32x4.mul(splat(0.5), z)), splat(1));
}

/** Sine and cosine share this: sin(x + shift·π/2). */
function sine(x: v128, shift: i32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
  const nLow = quarterTurns(low);
  const nHigh = quarterTurns(high);
  let r = v128.shuffle<i64>(f32x4.demote_f64x2_zero(withoutTurns(low, nLow)), f32x4.demote_f64x2_zero(withoutTurns(high, nHigh)), 0, 2);
  let n = v128.shuffle<i64>(i32x4.trunc_sat_f64x2_s_zero(nLow), i32x4.trunc_sat_f64x2_s_zero(nHigh), 0, 2);
  if (v128.any_true(f32x4.ge(f32x4.abs(x), splat(LARGE)))) {
    quadrants = n;
    r = reduceLargeLanes(r, x);
    n = quadrants;
  }
  n = i32x4.add(n, i32x4.splat(shift));
  const z = f32x4.mul(r, r);
  const s = sinePolynomial(r, z);
  const c = cosinePolynomial(z);
  const odd = i32x4.ne(v128.and(n, i32x4.splat(1)), i32x4.splat(0));
  return v128.xor(select(odd, c, s), i32x4.shl(v128.and(n, i32x4.splat(2)), 30));
}

/** Does `reduceLarge` for the lanes of x that are large; the quarter turns go to `quadrants`. */
function reduceLargeLanes(r: v128, x: v128): v128 {
  if (abs(f32x4.extract_lane(x, 0)) >= LARGE) {
    r = f32x4.replace_lane(r, 0, <f32>reduceLarge(f32x4.extract_lane(x, 0)));
    quadrants = i32x4.replace_lane(quadrants, 0, quadrant);
  }
  if (abs(f32x4.extract_lane(x, 1)) >= LARGE) {
    r = f32x4.replace_lane(r, 1, <f32>reduceLarge(f32x4.extract_lane(x, 1)));
    quadrants = i32x4.replace_lane(quadrants, 1, quadrant);
  }
  if (abs(f32x4.extract_lane(x, 2)) >= LARGE) {
    r = f32x4.replace_lane(r, 2, <f32>reduceLarge(f32x4.extract_lane(x, 2)));
    quadrants = i32x4.replace_lane(quadrants, 2, quadrant);
  }
  if (abs(f32x4.extract_lane(x, 3)) >= LARGE) {
    r = f32x4.replace_lane(r, 3, <f32>reduceLarge(f32x4.extract_lane(x, 3)));
    quadrants = i32x4.replace_lane(quadrants, 3, quadrant);
  }
  return r;
}

export function sin(x: v128): v128 {
  return select(f32x4.eq(x, splat(0)), x, sine(x, 0));
}

export function cos(x: v128): v128 {
  return sine(x, 1);
}

export function tan(x: v128): v128 {
  return f32x4.div(sin(x), cos(x));
}

/**
 * Sine and cosine of 2π·t, t a 32-bit integer in units of 2⁻³², written to two places: the reduction is exact, and the polynomials are done
 * once for both.
 */
// @ts-ignore: decorator
@inline
export function storeSineAndCosine(t: v128, sine: usize, cosine: usize): void {
  const n = i32x4.shr_u(i32x4.add(t, i32x4.splat(0x20000000)), 30);
  const rest = i32x4.sub(t, i32x4.shl(n, 30));
  const r = f32x4.mul(f32x4.convert_i32x4_s(rest), splat(1.4629180792671596e-9)); // 2π / 2³²
  const z = f32x4.mul(r, r);
  const s = sinePolynomial(r, z);
  const c = cosinePolynomial(z);
  const odd = i32x4.ne(v128.and(n, i32x4.splat(1)), i32x4.splat(0));
  v128.store(sine, v128.xor(select(odd, c, s), i32x4.shl(v128.and(n, i32x4.splat(2)), 30)));
  v128.store(cosine, v128.xor(select(odd, s, c), i32x4.shl(v128.and(i32x4.add(n, i32x4.splat(1)), i32x4.splat(2)), 30)));
}

/** atan x for 0 ≤ x, by reduction at tan π/8 and tan 3π/8 (Cephes, atanf.c). */
// @ts-ignore: decorator
@inline
function atanPositive(x: v128): v128 {
  const far = f32x4.gt(x, splat(2.414213562373095));
  const middle = v128.andnot(f32x4.gt(x, splat(0.414213562373095)), far);
  const top = select(far, splat(-1), select(middle, f32x4.sub(x, splat(1)), x));
  const bottom = select(far, x, select(middle, f32x4.add(x, splat(1)), splat(1)));
  const base = select(far, splat(1.5707963267948966), v128.and(middle, splat(0.7853981633974483)));
  const rest = select(far, splat(-4.371139000186241e-8), v128.and(middle, splat(-2.1855695000931206e-8)));
  const r = f32x4.div(top, bottom);
  const z = f32x4.mul(r, r);
  let p = step(splat(8.05374449538e-2), z, -1.38776856032e-1);
  p = step(p, z, 1.99777106478e-1);
  p = step(p, z, -3.33329491539e-1);
  p = f32x4.add(f32x4.mul(f32x4.mul(p, z), r), f32x4.add(r, rest));
  return f32x4.add(base, p);
}

export function atan(x: v128): v128 {
  return copySign(atanPositive(f32x4.abs(x)), x);
}

/** The angle of the point (x, y), −π to π. */
export function atan2(y: v128, x: v128): v128 {
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const steep = f32x4.gt(ay, ax);
  let ratio = f32x4.div(select(steep, ax, ay), select(steep, ay, ax));
  ratio = select(f32x4.eq(ay, splat(0)), splat(0), ratio);
  ratio = select(v128.and(f32x4.eq(ax, splat(Infinity)), f32x4.eq(ay, splat(Infinity))), splat(1), ratio);
  let r = atanPositive(ratio);
  const half = splat(1.5707963267948966);
  r = select(steep, f32x4.sub(half, f32x4.add(r, splat(4.371139000186241e-8))), r);
  const left = i32x4.lt_s(x, i32x4.splat(0)); // the sign bit, of −0 too
  r = select(left, f32x4.sub(splat(3.141592653589793), f32x4.add(r, splat(8.742278000372482e-8))), r);
  r = v128.or(r, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)));
  return copySign(r, y);
}

/** x + x·z·P(z), z = x², for 0 ≤ x ≤ ½ (Cephes, asinf.c). */
// @ts-ignore: decorator
@inline
function asinCore(x: v128, z: v128): v128 {
  let p = step(splat(4.2163199048e-2), z, 2.4181311049e-2);
  p = step(p, z, 4.5470025998e-2);
  p = step(p, z, 7.4953002686e-2);
  p = step(p, z, 1.6666752422e-1);
  return f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
}

export function asin(x: v128): v128 {
  const a = f32x4.abs(x);
  const large = f32x4.gt(a, splat(0.5));
  const z = select(large, f32x4.mul(splat(0.5), f32x4.sub(splat(1), a)), f32x4.mul(a, a));
  const y = asinCore(select(large, f32x4.sqrt(z), a), z);
  const turned = f32x4.sub(splat(1.5707963267948966), f32x4.add(f32x4.add(y, y), splat(4.371139000186241e-8)));
  return copySign(select(large, turned, y), x);
}

export function acos(x: v128): v128 {
  const a = f32x4.abs(x);
  const large = f32x4.gt(a, splat(0.5));
  const z = select(large, f32x4.mul(splat(0.5), f32x4.sub(splat(1), a)), f32x4.mul(a, a));
  const y = asinCore(select(large, f32x4.sqrt(z), a), z);
  const double = f32x4.add(y, y);
  const negative = f32x4.lt(x, splat(0));
  const far = select(negative, f32x4.sub(splat(3.141592653589793), f32x4.add(double, splat(8.742278000372482e-8))), double);
  const near = f32x4.sub(splat(1.5707963267948966), f32x4.add(copySign(y, x), splat(4.371139000186241e-8)));
  return select(large, far, near);
}

/** log₂ x of two positive float64 lanes that came from float32; fitted, error 2^−36. */
// @ts-ignore: decorator
@inline
export function log2Wide(x: v128): v128 {
  const k = i64x2.shr_s(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const m = i64x2.sub(x, i64x2.shl(k, 52));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(f64x2.splat(0.34073821217520767), z), f64x2.splat(0.41167222624714883));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.5770835943226764));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.9617966732849372));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.88539008179014));
  // An integer becomes a float64 in the low bits of 1.5·2⁵².
  const n = f64x2.sub(i64x2.add(k, i64x2.splat(0x4338000000000000)), f64x2.splat(6755399441055744));
  return f64x2.add(f64x2.mul(p, s), n);
}

/** 2ˣ of two float64 lanes, to float32's range; fitted, error 2^−34.5. */
// @ts-ignore: decorator
@inline
export function exp2Wide(x: v128): v128 {
  const y = f64x2.min(f64x2.max(x, f64x2.splat(-200)), f64x2.splat(200));
  const n = f64x2.nearest(y);
  const r = f64x2.sub(y, n);
  let p = f64x2.add(f64x2.mul(f64x2.splat(1.5201943234427146e-5), r), f64x2.splat(0.00015469290090387136));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.0013333922464059695));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.009618027257628928));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.05550410353579254));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.24022651198127348));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.6931471807284078));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const scale = i64x2.shl(f64x2.add(n, f64x2.splat(6755399441055744 + 1023)), 52);
  return f64x2.mul(p, scale);
}

// @ts-ignore: decorator
@inline
function powHalf(x: v128, y: v128): v128 {
  return f32x4.demote_f64x2_zero(exp2Wide(f64x2.mul(f64x2.promote_low_f32x4(y), log2Wide(f64x2.promote_low_f32x4(x)))));
}

/** xʸ, through float64: y·log₂ x needs more bits than float32 has. */
export function pow(x: v128, y: v128): v128 {
  const a = f32x4.abs(x);
  const one = splat(1);
  const zero = splat(0);
  const infinity = splat(Infinity);
  // Zero and infinity have no logarithm: their powers are zero, one or infinity by the sign of y.
  const unbounded = v128.or(f32x4.eq(a, zero), f32x4.eq(a, infinity));
  const base = select(unbounded, one, a);
  let r = v128.shuffle<i64>(
    powHalf(base, y),
    powHalf(v128.shuffle<i32>(base, base, 2, 3, 2, 3), v128.shuffle<i32>(y, y, 2, 3, 2, 3)),
    0,
    2,
  );
  const grows = v128.xor(f32x4.eq(a, zero), f32x4.gt(y, zero));
  r = select(unbounded, v128.or(v128.and(grows, infinity), f32x4.ne(y, y)), r);
  r = select(v128.andnot(f32x4.eq(a, one), f32x4.ne(y, y)), one, r);
  const whole = f32x4.eq(f32x4.trunc(y), y);
  const halved = f32x4.mul(y, splat(0.5));
  const odd = v128.and(v128.andnot(whole, f32x4.eq(f32x4.trunc(halved), halved)), f32x4.lt(f32x4.abs(y), infinity));
  r = v128.xor(r, v128.and(signOf(x), odd));
  const undefined = v128.andnot(v128.andnot(f32x4.lt(x, zero), unbounded), whole);
  r = v128.or(r, v128.or(undefined, f32x4.ne(x, x)));
  return select(v128.or(f32x4.eq(y, zero), f32x4.eq(x, one)), one, r);
}

/** 2ˣ. */
export function exp2(x: v128): v128 {
  return v128.shuffle<i64>(
    f32x4.demote_f64x2_zero(exp2Wide(f64x2.promote_low_f32x4(x))),
    f32x4.demote_f64x2_zero(exp2Wide(f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3)))),
    0,
    2,
  );
}

// @ts-ignore: decorator
@inline
function cbrtHalf(x: v128): v128 {
  return f32x4.demote_f64x2_zero(exp2Wide(f64x2.mul(f64x2.splat(0.3333333333333333), log2Wide(f64x2.promote_low_f32x4(x)))));
}

/** The cube root. */
export function cbrt(x: v128): v128 {
  const a = f32x4.abs(x);
  const same = v128.or(f32x4.eq(a, splat(0)), f32x4.eq(a, splat(Infinity)));
  const r = v128.shuffle<i64>(cbrtHalf(a), cbrtHalf(v128.shuffle<i32>(a, a, 2, 3, 2, 3)), 0, 2);
  return copySign(select(same, a, v128.or(r, f32x4.ne(x, x))), x);
}

/** The first n (0 to 3) elements of four bytes at x, zeros after them. */
export function loadPart(x: usize, n: usize): v128 {
  if (n == 0) return i32x4.splat(0);
  if (n == 1) return v128.load32_zero(x);
  const pair = v128.load64_zero(x);
  return n == 2 ? pair : i32x4.replace_lane(pair, 2, load<i32>(x, 8));
}

/** The first n (1 to 3) elements of four bytes at x, the others from `rest`. */
export function loadOver(x: usize, n: usize, rest: v128): v128 {
  rest = v128.load32_lane(x, rest, 0);
  if (n > 1) rest = v128.load32_lane(x, rest, 1, 4);
  if (n > 2) rest = v128.load32_lane(x, rest, 2, 8);
  return rest;
}

/** Elements of four bytes at x: a whole vector for n = 4, else the first n and zeros after them. */
// @ts-ignore: decorator
@inline
export function loadUpTo(x: usize, n: usize): v128 {
  return n == 4 ? v128.load(x) : loadPart(x, n);
}

/** Stores the first n (1 to 4) lanes of v. */
// @ts-ignore: decorator
@inline
export function storeUpTo(y: usize, v: v128, n: usize): void {
  if (n == 4) v128.store(y, v);
  else storePart(y, v, n);
}

/** Stores the first n (0 to 3) lanes of v. */
export function storePart(y: usize, v: v128, n: usize): void {
  if (n == 0) return;
  store<i32>(y, i32x4.extract_lane(v, 0));
  if (n > 1) store<i32>(y, i32x4.extract_lane(v, 1), 4);
  if (n > 2) store<i32>(y, i32x4.extract_lane(v, 2), 8);
}
