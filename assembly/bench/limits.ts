// What the machine can do at best with 128-bit vectors, for the bench to compare kernels with. Not part of the kernels' binary: the bench
// compiles this file by itself.

/** Floating-point operations of one turn of `arithmetic`. */
export const FLOPS_PER_TURN: i32 = isDefined(RELAXED) ? 96 : 48;

/**
 * Multiplications and additions in registers alone, in chains enough to hide their latency: twelve of the fused instruction, or six of each
 * where they are two.
 */
export function arithmetic(turns: i32, factor: f32): f32 {
  const m = f32x4.splat(factor);
  let s0 = m,
    s1 = m,
    s2 = m,
    s3 = m,
    s4 = m,
    s5 = m,
    p0 = m,
    p1 = m,
    p2 = m,
    p3 = m,
    p4 = m,
    p5 = m;
  if (isDefined(RELAXED)) {
    for (let i = 0; i < turns; i++) {
      s0 = f32x4.relaxed_madd(s0, m, m);
      p0 = f32x4.relaxed_madd(p0, m, m);
      s1 = f32x4.relaxed_madd(s1, m, m);
      p1 = f32x4.relaxed_madd(p1, m, m);
      s2 = f32x4.relaxed_madd(s2, m, m);
      p2 = f32x4.relaxed_madd(p2, m, m);
      s3 = f32x4.relaxed_madd(s3, m, m);
      p3 = f32x4.relaxed_madd(p3, m, m);
      s4 = f32x4.relaxed_madd(s4, m, m);
      p4 = f32x4.relaxed_madd(p4, m, m);
      s5 = f32x4.relaxed_madd(s5, m, m);
      p5 = f32x4.relaxed_madd(p5, m, m);
    }
  } else {
    for (let i = 0; i < turns; i++) {
      s0 = f32x4.add(s0, m);
      p0 = f32x4.mul(p0, m);
      s1 = f32x4.add(s1, m);
      p1 = f32x4.mul(p1, m);
      s2 = f32x4.add(s2, m);
      p2 = f32x4.mul(p2, m);
      s3 = f32x4.add(s3, m);
      p3 = f32x4.mul(p3, m);
      s4 = f32x4.add(s4, m);
      p4 = f32x4.mul(p4, m);
      s5 = f32x4.add(s5, m);
      p5 = f32x4.mul(p5, m);
    }
  }
  const s = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5));
  const p = f32x4.add(f32x4.add(f32x4.add(p0, p1), f32x4.add(p2, p3)), f32x4.add(p4, p5));
  return f32x4.extract_lane(f32x4.add(s, p), 0);
}

/** Copies by the instruction that is made for it. */
export function copy(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

/** Copies by vector loads and stores, as a kernel has to. `bytes` is a multiple of 32. */
export function copyByVectors(to: usize, from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 32, to += 32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

/** Reads by vector loads. `bytes` is a multiple of 32. */
export function read(from: usize, bytes: usize): f32 {
  let s = f32x4.splat(0);
  let t = f32x4.splat(0);
  for (const end = from + bytes; from < end; from += 32) {
    s = f32x4.add(s, v128.load(from));
    t = f32x4.add(t, v128.load(from, 16));
  }
  return f32x4.extract_lane(f32x4.add(s, t), 0);
}
