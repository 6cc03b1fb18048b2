// Random tensors. Units are elements; a number depends on the seed and its place only (philox.ts).
import { In, Out, threadScratch } from "../abi";
import * as lanes from "../lanes";
import { splat } from "../lanes";
import { copyRun } from "../indexing/strided";
import { GROUP, drawGroup, intoOrder } from "./philox";

@unmanaged
export class RandomArgs {
  /** Two words. */
  seed: In = 0;
  y: Out = 0;
  /** The least value, or the mean. */
  low: f32 = 0;
  /** The upper bound, or the standard deviation. */
  high: f32 = 0;
}

@unmanaged
export class RandomIntegerArgs {
  /** Two words. */
  seed: In = 0;
  y: Out = 0;
  low: i32 = 0;
  /** How many different values. */
  count: u32 = 0;
}

@unmanaged
export class DropoutArgs {
  /** Two words. */
  seed: In = 0;
  x: In = 0;
  y: Out = 0;
  /** Elements whose random word is below are dropped: rate · 2³². */
  threshold: u32 = 0;
  /** What the others are multiplied by. */
  scale: f32 = 0;
}

/** Copies the group's numbers from thread scratch to where they belong in y, as far as they lie in [begin, end). */
// @ts-ignore: decorator
@inline
function deliver(y: usize, first: usize, begin: usize, end: usize): void {
  const from = max(first, begin);
  const to = min(first + GROUP, end);
  copyRun(threadScratch() + ((from - first) << 2), y + (from << 2), (to - from) << 2);
}

/** Numbers from one word each; the operator has vec(bits, p, q). */
// @ts-ignore: decorator
@inline
function each<Op>(seed: usize, y: usize, p: v128, q: v128, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  const at = threadScratch();
  for (let first = begin & ~(GROUP - 1); first < end; first += GROUP) {
    drawGroup(seed, <u32>(first / GROUP));
    v128.store(at, op.vec(v128.load(at), p, q));
    v128.store(at, op.vec(v128.load(at, 16), p, q), 16);
    v128.store(at, op.vec(v128.load(at, 32), p, q), 32);
    v128.store(at, op.vec(v128.load(at, 48), p, q), 48);
    intoOrder();
    deliver(y, first, begin, end);
  }
}

class Uniform {
  @inline
  vec(bits: v128, low: v128, high: v128): v128 {
    const unit = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(bits, 8)), splat(5.9604644775390625e-8)); // 2⁻²⁴
    const y = f32x4.add(low, f32x4.mul(unit, f32x4.sub(high, low)));
    return v128.bitselect(y, low, f32x4.lt(y, high)); // rounding may reach the bound
  }
}

class UniformInteger {
  @inline
  vec(bits: v128, low: v128, count: v128): v128 {
    const products = i64x2.extmul_low_i32x4_u(bits, count);
    const others = i64x2.extmul_high_i32x4_u(bits, count);
    return i32x4.add(low, v128.shuffle<i32>(products, others, 1, 3, 5, 7));
  }
}

class TruncatedNormal {
  @inline
  vec(bits: v128, mean: v128, deviation: v128): v128 {
    // Centres of 2²⁴ intervals of (−1, 1), times erf(2 / √2): the inverse of the distribution between −2σ and 2σ.
    const whole = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 8));
    const u = f32x4.mul(f32x4.add(whole, splat(0.5)), splat(1.1920928955078125e-7 * 0.9544997361036416));
    const z = f32x4.mul(lanes.erfinv(u), splat(1.4142135623730951));
    return f32x4.add(mean, f32x4.mul(deviation, f32x4.max(f32x4.min(z, splat(2)), splat(-2))));
  }
}

/** y = uniform in [low, high). */
export function random_uniform_f32(args: RandomArgs, begin: usize, end: usize): void {
  each<Uniform>(args.seed, args.y, f32x4.splat(args.low), f32x4.splat(args.high), begin, end);
}

/** y = uniform among low, low + 1, … so many. */
export function random_uniform_i32(args: RandomIntegerArgs, begin: usize, end: usize): void {
  each<UniformInteger>(args.seed, args.y, i32x4.splat(args.low), i32x4.splat(args.count), begin, end);
}

/** y = normal with mean `low` and standard deviation `high`, restricted to two standard deviations. */
export function random_truncated_normal_f32(args: RandomArgs, begin: usize, end: usize): void {
  each<TruncatedNormal>(args.seed, args.y, f32x4.splat(args.low), f32x4.splat(args.high), begin, end);
}

/** √(−2 log u) for u uniform in (0, 1], of 31 random bits: a signed conversion is one instruction, an unsigned one is many. */
// @ts-ignore: decorator
@inline
function radius(bits: v128): v128 {
  const whole = f32x4.convert_i32x4_s(i32x4.shr_u(bits, 1));
  const u = f32x4.add(f32x4.mul(whole, splat(4.656612873077393e-10)), splat(2.3283064365386963e-10));
  return f32x4.sqrt(f32x4.mul(splat(-2), lanes.log(u)));
}

/** y = normal with mean `low` and standard deviation `high` (Box and Muller, 1958): two numbers from two words. */
export function random_normal_f32(args: RandomArgs, begin: usize, end: usize): void {
  const at = threadScratch();
  const mean = f32x4.splat(args.low);
  const deviation = f32x4.splat(args.high);
  for (let first = begin & ~(GROUP - 1); first < end; first += GROUP) {
    drawGroup(args.seed, <u32>(first / GROUP));
    for (let pair: usize = 0; pair < 64; pair += 32) {
      const r = f32x4.mul(deviation, radius(v128.load(at + pair)));
      lanes.storeSineAndCosine(v128.load(at + pair, 16), at + pair + 16, at + pair);
      v128.store(at + pair, f32x4.add(mean, f32x4.mul(r, v128.load(at + pair))));
      v128.store(at + pair, f32x4.add(mean, f32x4.mul(r, v128.load(at + pair, 16))), 16);
    }
    intoOrder();
    deliver(args.y, first, begin, end);
  }
}

// @ts-ignore: decorator
@inline
function dropped(bits: v128, x: v128, threshold: v128, scale: v128): v128 {
  return v128.and(f32x4.mul(x, scale), i32x4.ge_u(bits, threshold));
}

/** y = x · scale where the element's random word is not below the threshold, else 0. */
export function dropout_f32(args: DropoutArgs, begin: usize, end: usize): void {
  const at = threadScratch();
  const threshold = i32x4.splat(args.threshold);
  const scale = f32x4.splat(args.scale);
  for (let first = begin & ~(GROUP - 1); first < end; first += GROUP) {
    drawGroup(args.seed, <u32>(first / GROUP));
    intoOrder();
    if (first >= begin && first + GROUP <= end) {
      const x = args.x + (first << 2);
      const y = args.y + (first << 2);
      v128.store(y, dropped(v128.load(at), v128.load(x), threshold, scale));
      v128.store(y, dropped(v128.load(at, 16), v128.load(x, 16), threshold, scale), 16);
      v128.store(y, dropped(v128.load(at, 32), v128.load(x, 32), threshold, scale), 32);
      v128.store(y, dropped(v128.load(at, 48), v128.load(x, 48), threshold, scale), 48);
      continue;
    }
    for (let i = max(first, begin); i < min(first + GROUP, end); i++) {
      const kept = load<u32>(at + ((i - first) << 2)) >= args.threshold;
      store<f32>(args.y + (i << 2), kept ? load<f32>(args.x + (i << 2)) * args.scale : 0);
    }
  }
}
