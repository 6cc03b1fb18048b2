// The incomplete gamma function, in float64 one element at a time: its series and its continued fraction need as many terms as they need.
import { exp2Wide, log2Wide } from "../lanes";
import { BinaryArgs, binary } from "./rows";

// @ts-ignore: decorator
@inline
function log(x: f64): f64 {
  return f64x2.extract_lane(log2Wide(f64x2.splat(x)), 0) * 0.6931471805599453;
}

/** log Γ(a) for a > 0 (Lanczos, 1964, with g = 7 and nine terms). */
function logGamma(a: f64): f64 {
  const x = a - 1;
  let sum = 0.9999999999998099;
  sum += 676.5203681218851 / (x + 1);
  sum -= 1259.1392167224028 / (x + 2);
  sum += 771.3234287776531 / (x + 3);
  sum -= 176.6150291621406 / (x + 4);
  sum += 12.507343278686905 / (x + 5);
  sum -= 0.13857109526572012 / (x + 6);
  sum += 9.984369578019572e-6 / (x + 7);
  sum += 1.5056327351493116e-7 / (x + 8);
  const t = x + 7.5;
  return 0.9189385332046728 + (x + 0.5) * log(t) - t + log(sum);
}

/** xᵃ · e⁻ˣ / Γ(a), for positive a and x. */
function weight(a: f64, x: f64): f64 {
  const exponent = (a * log(x) - x - logGamma(a)) * 1.4426950408889634;
  return f64x2.extract_lane(exp2Wide(f64x2.splat(exponent)), 0);
}

const TERMS: i32 = 2000;

function lowerGamma(a: f32, x: f32): f32 {
  if (a != a || x != x || a < 0 || x < 0) return NaN;
  if (x == 0) return a == 0 ? NaN : 0;
  if (a == 0 || x == Infinity) return a == Infinity ? NaN : 1;
  if (a == Infinity) return 0;
  const p: f64 = a;
  const q: f64 = x;
  if (q < p + 1) {
    let term = 1 / p;
    let sum = term;
    for (let n = 1; n < TERMS && term > sum * 1e-12; n++) {
      term *= q / (p + <f64>n);
      sum += term;
    }
    return <f32>(sum * weight(p, q));
  }
  // Lentz's method for the upper part.
  let b = q + 1 - p;
  let c: f64 = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < TERMS; n++) {
    const k = -(<f64>n) * (<f64>n - p);
    b += 2;
    d = k * d + b;
    if (d == 0) d = 1e-300;
    c = b + k / c;
    if (c == 0) c = 1e-300;
    d = 1 / d;
    const change = d * c;
    h *= change;
    if (abs(change - 1) < 1e-12) break;
  }
  return <f32>(1 - h * weight(p, q));
}

function density(a: f32, x: f32): f32 {
  if (!(a > 0) || !(x > 0)) return x == 0 && a > 1 ? 0 : x == 0 && a == 1 ? 1 : NaN;
  return <f32>(weight(a, x) / <f64>x);
}

class LowerGamma {
  @inline
  vec(a: v128, b: v128): v128 {
    let y = f32x4.splat(lowerGamma(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, lowerGamma(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, lowerGamma(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return f32x4.replace_lane(y, 3, lowerGamma(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }
}

class Density {
  @inline
  vec(a: v128, b: v128): v128 {
    let y = f32x4.splat(density(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, density(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, density(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return f32x4.replace_lane(y, 3, density(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }
}

/** y = the part of the gamma distribution of shape a below b. */
export function gammainc_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<LowerGamma>(args, begin, end);
}

/** y = bᵃ⁻¹ · e⁻ᵇ / Γ(a): the density of that distribution, the slope of gammainc along b. */
export function gamma_density_f32(args: BinaryArgs, begin: usize, end: usize): void {
  binary<Density>(args, begin, end);
}
