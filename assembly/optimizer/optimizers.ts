// One step of an optimizer on one variable, in one pass: the formulas of Keras 3 in the order in which it rounds. Units are elements.
//
// Rates and decays come twice where Keras rounds both x and 1 − x from float64. The learning rate and the number of steps done so far are
// read from memory, so that a compiled training step stays the same while they change.
//
// Denormal numbers count as 0 here, as they do in TensorFlow. Means of gradients come to them in any long training: those of a weight whose
// unit is off for some hundred steps shrink by a tenth a step, and would then stay at the least of them for good, while each operation on
// one costs the processor some hundred cycles.
import { In, InOut } from "../abi";
import { LEAST_NORMAL } from "../constants";
import { flushed, loadUpTo, splat, storeUpTo } from "../lanes";

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
  const decays = args.weightDecay != 0;
  const nesterov = args.nesterov != 0;
  const offset = begin << 2;
  let x = args.variable + offset;
  let g = args.gradient + offset;
  let m = args.velocity ? args.velocity + offset : 0;
  let n = end - begin;
  for (; n >= 4; n -= 4) {
    sgd(x, g, m, 4, rate, decay, momentum, decays, nesterov);
    x += 16;
    g += 16;
    if (m) m += 16;
  }
  if (n) sgd(x, g, m, n, rate, decay, momentum, decays, nesterov);
}

// @ts-ignore: decorator
@inline
function sgd(x: usize, g: usize, m: usize, n: usize, rate: v128, decay: v128, momentum: v128, decays: bool, nesterov: bool): void {
  const step = f32x4.mul(loadUpTo(g, n), rate);
  let v = loadUpTo(x, n);
  if (decays) v = decayed(v, decay, rate);
  if (m) {
    const velocity = flushed(f32x4.sub(f32x4.mul(loadUpTo(m, n), momentum), step), LEAST_NORMAL);
    storeUpTo(m, velocity, n);
    v = f32x4.add(v, nesterov ? f32x4.sub(f32x4.mul(velocity, momentum), step) : velocity);
  } else v = f32x4.sub(v, step);
  storeUpTo(x, v, n);
}

/** velocity = rho · velocity + (1 − rho) · gradient²; variable −= rate · gradient / √(velocity + epsilon), with momentum or centered. */
export function rmsprop_f32(args: RmspropArgs, begin: usize, end: usize): void {
  const rate = v128.load32_splat(args.learningRate);
  const decay = splat(args.weightDecay);
  const momentum = splat(args.momentum);
  const rho = splat(args.rho);
  const rest = splat(args.rhoRest);
  const epsilon = splat(args.epsilon);
  const decays = args.weightDecay != 0;
  const offset = begin << 2;
  let x = args.variable + offset;
  let g = args.gradient + offset;
  let v = args.velocity + offset;
  let m = args.moment ? args.moment + offset : 0;
  let a = args.average ? args.average + offset : 0;
  let n = end - begin;
  for (; n >= 4; n -= 4) {
    rmsprop(x, g, v, m, a, 4, rate, decay, momentum, rho, rest, epsilon, decays);
    x += 16;
    g += 16;
    v += 16;
    if (m) m += 16;
    if (a) a += 16;
  }
  if (n) rmsprop(x, g, v, m, a, n, rate, decay, momentum, rho, rest, epsilon, decays);
}

// @ts-ignore: decorator
@inline
function rmsprop(
  x: usize,
  g: usize,
  v: usize,
  m: usize,
  a: usize,
  n: usize,
  rate: v128,
  decay: v128,
  momentum: v128,
  rho: v128,
  rest: v128,
  epsilon: v128,
  decays: bool,
): void {
  const gradient = loadUpTo(g, n);
  let variable = loadUpTo(x, n);
  if (decays) variable = decayed(variable, decay, rate);
  const velocity = flushed(f32x4.add(f32x4.mul(rho, loadUpTo(v, n)), f32x4.mul(rest, f32x4.mul(gradient, gradient))), LEAST_NORMAL);
  storeUpTo(v, velocity, n);
  let under = velocity;
  if (a) {
    const average = flushed(f32x4.add(f32x4.mul(rho, loadUpTo(a, n)), f32x4.mul(rest, gradient)), LEAST_NORMAL);
    storeUpTo(a, average, n);
    under = f32x4.sub(under, f32x4.mul(average, average));
  }
  let step = f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(under, epsilon)));
  if (m) {
    step = flushed(f32x4.add(f32x4.mul(momentum, loadUpTo(m, n)), step), LEAST_NORMAL);
    storeUpTo(m, step, n);
  }
  storeUpTo(x, f32x4.sub(variable, step), n);
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
  const decays = args.weightDecay != 0;
  const offset = begin << 2;
  let x = args.variable + offset;
  let g = args.gradient + offset;
  let m = args.moment + offset;
  let v = args.velocity + offset;
  let l = args.largest ? args.largest + offset : 0;
  let n = end - begin;
  for (; n >= 4; n -= 4) {
    adam(x, g, m, v, l, 4, rate, decay, alpha, rest1, rest2, epsilon, decays);
    x += 16;
    g += 16;
    m += 16;
    v += 16;
    if (l) l += 16;
  }
  if (n) adam(x, g, m, v, l, n, rate, decay, alpha, rest1, rest2, epsilon, decays);
  // Now and then is enough for what shrinks slowly, and keeps the loop as short as it is. Of a mean of squares `rest2` times it has to be a
  // normal number too.
  if ((step & 15) == 0) {
    flush(args.moment + offset, end - begin, LEAST_NORMAL);
    flush(args.velocity + offset, end - begin, f32x4.div(LEAST_NORMAL, rest2));
  }
}

function flush(x: usize, n: usize, least: v128): void {
  for (; n >= 4; n -= 4) {
    v128.store(x, flushed(v128.load(x), least));
    x += 16;
  }
  if (n) storeUpTo(x, flushed(loadUpTo(x, n), least), n);
}

// @ts-ignore: decorator
@inline
function adam(
  x: usize,
  g: usize,
  m: usize,
  v: usize,
  l: usize,
  n: usize,
  rate: v128,
  decay: v128,
  alpha: v128,
  rest1: v128,
  rest2: v128,
  epsilon: v128,
  decays: bool,
): void {
  const gradient = loadUpTo(g, n);
  let variable = loadUpTo(x, n);
  if (decays) variable = decayed(variable, decay, rate);
  let moment = loadUpTo(m, n);
  moment = f32x4.add(moment, f32x4.mul(f32x4.sub(gradient, moment), rest1));
  storeUpTo(m, moment, n);
  let velocity = loadUpTo(v, n);
  velocity = f32x4.add(velocity, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), velocity), rest2));
  storeUpTo(v, velocity, n);
  if (l) {
    velocity = f32x4.max(loadUpTo(l, n), velocity);
    storeUpTo(l, velocity, n);
  }
  variable = f32x4.sub(variable, f32x4.div(f32x4.mul(moment, alpha), f32x4.add(f32x4.sqrt(velocity), epsilon)));
  storeUpTo(x, variable, n);
}
