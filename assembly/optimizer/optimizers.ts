// One step of an optimizer on one variable, in one pass: the formulas of Keras 3 in the order in which it rounds. Units are elements.
//
// Rates and decays come twice where Keras rounds both x and 1 − x from float64. The learning rate and the number of steps done so far are read
// from memory, so that a compiled training step stays the same while they change.
import { In, InOut } from "../abi";
import { loadUpTo, splat, storeUpTo } from "../lanes";

@unmanaged
export class OptimizerArgs {
  variable: InOut = 0;
  gradient: In = 0;
  /** One float32. */
  learningRate: In = 0;
  /** Decoupled decay: the variable loses this much of itself, times the learning rate. */
  weightDecay: f32 = 0;
}

@unmanaged
export class SgdArgs extends OptimizerArgs {
  /** Null without momentum. */
  velocity: InOut = 0;
  momentum: f32 = 0;
  nesterov: u32 = 0;
}

@unmanaged
export class RmspropArgs extends OptimizerArgs {
  velocity: InOut = 0;
  /** Null without momentum. */
  moment: InOut = 0;
  /** The mean gradient; null where it is not centered. */
  average: InOut = 0;
  rho: f32 = 0;
  rhoRest: f32 = 0;
  momentum: f32 = 0;
  epsilon: f32 = 0;
}

@unmanaged
export class AdamArgs extends OptimizerArgs {
  moment: InOut = 0;
  velocity: InOut = 0;
  /** The largest velocity so far (AMSGrad); null without. */
  largest: InOut = 0;
  /** One int32: the number of steps before this one. */
  iterations: In = 0;
  beta1: f32 = 0;
  beta1Rest: f32 = 0;
  beta2: f32 = 0;
  beta2Rest: f32 = 0;
  epsilon: f32 = 0;
}

/** The variable after weight decay. */
// @ts-ignore: decorator
@inline
function decayed(variable: v128, decay: v128, rate: v128): v128 {
  return f32x4.sub(variable, f32x4.mul(f32x4.mul(variable, decay), rate));
}

/** variable −= rate · gradient, or with momentum: velocity = momentum · velocity − rate · gradient. */
export function sgd_f32(args: SgdArgs, begin: usize, end: usize): void {
  const rate = v128.load32_splat(args.learningRate);
  const decay = splat(args.weightDecay);
  const momentum = splat(args.momentum);
  for (let i = begin; i < end; i += 4) {
    const n = min<usize>(end - i, 4);
    const at = i << 2;
    const step = f32x4.mul(loadUpTo(args.gradient + at, n), rate);
    let v = loadUpTo(args.variable + at, n);
    if (args.weightDecay != 0) v = decayed(v, decay, rate);
    if (args.velocity) {
      const m = f32x4.sub(f32x4.mul(loadUpTo(args.velocity + at, n), momentum), step);
      storeUpTo(args.velocity + at, m, n);
      v = f32x4.add(v, args.nesterov ? f32x4.sub(f32x4.mul(m, momentum), step) : m);
    } else v = f32x4.sub(v, step);
    storeUpTo(args.variable + at, v, n);
  }
}

/** velocity = rho · velocity + (1 − rho) · gradient²; variable −= rate · gradient / √(velocity + epsilon), with momentum or centered. */
export function rmsprop_f32(args: RmspropArgs, begin: usize, end: usize): void {
  const rate = v128.load32_splat(args.learningRate);
  const decay = splat(args.weightDecay);
  const momentum = splat(args.momentum);
  const rho = splat(args.rho);
  const rest = splat(args.rhoRest);
  const epsilon = splat(args.epsilon);
  for (let i = begin; i < end; i += 4) {
    const n = min<usize>(end - i, 4);
    const at = i << 2;
    const gradient = loadUpTo(args.gradient + at, n);
    let v = loadUpTo(args.variable + at, n);
    if (args.weightDecay != 0) v = decayed(v, decay, rate);
    const velocity = f32x4.add(f32x4.mul(rho, loadUpTo(args.velocity + at, n)), f32x4.mul(rest, f32x4.mul(gradient, gradient)));
    storeUpTo(args.velocity + at, velocity, n);
    let under = velocity;
    if (args.average) {
      const average = f32x4.add(f32x4.mul(rho, loadUpTo(args.average + at, n)), f32x4.mul(rest, gradient));
      storeUpTo(args.average + at, average, n);
      under = f32x4.sub(under, f32x4.mul(average, average));
    }
    let step = f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(under, epsilon)));
    if (args.moment) {
      step = f32x4.add(f32x4.mul(momentum, loadUpTo(args.moment + at, n)), step);
      storeUpTo(args.moment + at, step, n);
    }
    storeUpTo(args.variable + at, f32x4.sub(v, step), n);
  }
}

/** baseⁿ, rounded once. */
function powerOf(base: f32, n: u32): f32 {
  let y: f64 = 1;
  let x: f64 = base;
  for (; n; n >>= 1) {
    if (n & 1) y *= x;
    x *= x;
  }
  return <f32>y;
}

/** Adam, AMSGrad where `largest` is given, AdamW where `weightDecay` is. */
export function adam_f32(args: AdamArgs, begin: usize, end: usize): void {
  const rate = v128.load32_splat(args.learningRate);
  const decay = splat(args.weightDecay);
  const step = load<u32>(args.iterations) + 1;
  const correction = sqrt<f32>(1 - powerOf(args.beta2, step));
  const alpha = splat((load<f32>(args.learningRate) * correction) / (1 - powerOf(args.beta1, step)));
  const rest1 = splat(args.beta1Rest);
  const rest2 = splat(args.beta2Rest);
  const epsilon = splat(args.epsilon);
  for (let i = begin; i < end; i += 4) {
    const n = min<usize>(end - i, 4);
    const at = i << 2;
    const gradient = loadUpTo(args.gradient + at, n);
    let v = loadUpTo(args.variable + at, n);
    if (args.weightDecay != 0) v = decayed(v, decay, rate);
    let moment = loadUpTo(args.moment + at, n);
    moment = f32x4.add(moment, f32x4.mul(f32x4.sub(gradient, moment), rest1));
    storeUpTo(args.moment + at, moment, n);
    let velocity = loadUpTo(args.velocity + at, n);
    velocity = f32x4.add(velocity, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), velocity), rest2));
    storeUpTo(args.velocity + at, velocity, n);
    if (args.largest) {
      velocity = f32x4.max(loadUpTo(args.largest + at, n), velocity);
      storeUpTo(args.largest + at, velocity, n);
    }
    v = f32x4.sub(v, f32x4.div(f32x4.mul(moment, alpha), f32x4.add(f32x4.sqrt(velocity), epsilon)));
    storeUpTo(args.variable + at, v, n);
  }
}
