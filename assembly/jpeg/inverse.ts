// From coefficients to samples: the two inverse transforms of libjpeg, whose roundings decide about single bits. "Accurate" is that of
// Loeffler, Ligtenberg and Moschytz (1989) in 13 bits, "fast" that of Arai, Agui and Nakajima (1988) in 8. Both are the same butterfly down
// columns, then along rows: four columns at a time, and the block is turned between.

/** A block, eight rows of eight int32. */
const work = memory.data(256, 16);
const ROW: usize = 32;

// @ts-ignore: decorator
@inline
function times(x: v128, factor: i32): v128 {
  return i32x4.mul(x, i32x4.splat(factor));
}

// @ts-ignore: decorator
@inline
function times8(x: v128, factor: i32): v128 {
  return i32x4.shr_s(times(x, factor), 8);
}

/** Four columns. `round` is half of what is shifted away, and what is added to all. */
// @ts-ignore: decorator
@inline
function accurate(p: usize, round: i32, shift: i32): void {
  const x0 = v128.load(p);
  const x1 = v128.load(p, 1 * ROW);
  const x2 = v128.load(p, 2 * ROW);
  const x3 = v128.load(p, 3 * ROW);
  const x4 = v128.load(p, 4 * ROW);
  const x5 = v128.load(p, 5 * ROW);
  const x6 = v128.load(p, 6 * ROW);
  const x7 = v128.load(p, 7 * ROW);
  // Even part: constants are √2·cos(kπ/16) and sums of them, times 2¹³.
  const e = times(i32x4.add(x2, x6), 4433);
  const e2 = i32x4.sub(e, times(x6, 15137));
  const e3 = i32x4.add(e, times(x2, 6270));
  const half = i32x4.splat(round);
  const sum = i32x4.add(i32x4.shl(i32x4.add(x0, x4), 13), half);
  const difference = i32x4.add(i32x4.shl(i32x4.sub(x0, x4), 13), half);
  const a0 = i32x4.add(sum, e3);
  const a3 = i32x4.sub(sum, e3);
  const a1 = i32x4.add(difference, e2);
  const a2 = i32x4.sub(difference, e2);
  // Odd part.
  const x73 = i32x4.add(x7, x3);
  const x51 = i32x4.add(x5, x1);
  const z5 = times(i32x4.add(x73, x51), 9633);
  const z1 = times(i32x4.add(x7, x1), -7373);
  const z2 = times(i32x4.add(x5, x3), -20995);
  const z3 = i32x4.add(times(x73, -16069), z5);
  const z4 = i32x4.add(times(x51, -3196), z5);
  const o0 = i32x4.add(i32x4.add(times(x7, 2446), z1), z3);
  const o1 = i32x4.add(i32x4.add(times(x5, 16819), z2), z4);
  const o2 = i32x4.add(i32x4.add(times(x3, 25172), z2), z3);
  const o3 = i32x4.add(i32x4.add(times(x1, 12299), z1), z4);
  v128.store(p, i32x4.shr_s(i32x4.add(a0, o3), shift));
  v128.store(p, i32x4.shr_s(i32x4.add(a1, o2), shift), 1 * ROW);
  v128.store(p, i32x4.shr_s(i32x4.add(a2, o1), shift), 2 * ROW);
  v128.store(p, i32x4.shr_s(i32x4.add(a3, o0), shift), 3 * ROW);
  v128.store(p, i32x4.shr_s(i32x4.sub(a3, o0), shift), 4 * ROW);
  v128.store(p, i32x4.shr_s(i32x4.sub(a2, o1), shift), 5 * ROW);
  v128.store(p, i32x4.shr_s(i32x4.sub(a1, o2), shift), 6 * ROW);
  v128.store(p, i32x4.shr_s(i32x4.sub(a0, o3), shift), 7 * ROW);
}

/** Four columns. Constants are times 2⁸: √2 is 362, 2·cos(π/8) 473, and their likes. */
// @ts-ignore: decorator
@inline
function fast(p: usize): void {
  const x0 = v128.load(p);
  const x1 = v128.load(p, 1 * ROW);
  const x2 = v128.load(p, 2 * ROW);
  const x3 = v128.load(p, 3 * ROW);
  const x4 = v128.load(p, 4 * ROW);
  const x5 = v128.load(p, 5 * ROW);
  const x6 = v128.load(p, 6 * ROW);
  const x7 = v128.load(p, 7 * ROW);
  const t13 = i32x4.add(x2, x6);
  const t12 = i32x4.sub(times8(i32x4.sub(x2, x6), 362), t13);
  const sum = i32x4.add(x0, x4);
  const difference = i32x4.sub(x0, x4);
  const a0 = i32x4.add(sum, t13);
  const a3 = i32x4.sub(sum, t13);
  const a1 = i32x4.add(difference, t12);
  const a2 = i32x4.sub(difference, t12);
  const z13 = i32x4.add(x5, x3);
  const z10 = i32x4.sub(x5, x3);
  const z11 = i32x4.add(x1, x7);
  const z12 = i32x4.sub(x1, x7);
  const o7 = i32x4.add(z11, z13);
  const z5 = times8(i32x4.add(z10, z12), 473);
  const o6 = i32x4.sub(i32x4.add(times8(z10, -669), z5), o7);
  const o5 = i32x4.sub(times8(i32x4.sub(z11, z13), 362), o6);
  const o4 = i32x4.add(i32x4.sub(times8(z12, 277), z5), o5);
  v128.store(p, i32x4.add(a0, o7));
  v128.store(p, i32x4.add(a1, o6), 1 * ROW);
  v128.store(p, i32x4.add(a2, o5), 2 * ROW);
  v128.store(p, i32x4.sub(a3, o4), 3 * ROW);
  v128.store(p, i32x4.add(a3, o4), 4 * ROW);
  v128.store(p, i32x4.sub(a2, o5), 5 * ROW);
  v128.store(p, i32x4.sub(a1, o6), 6 * ROW);
  v128.store(p, i32x4.sub(a0, o7), 7 * ROW);
}

/** Two squares of four rows and columns, each turned into the place of the other. */
// @ts-ignore: decorator
@inline
function turn(p: usize, q: usize): void {
  const a0 = v128.load(p);
  const a1 = v128.load(p, 1 * ROW);
  const a2 = v128.load(p, 2 * ROW);
  const a3 = v128.load(p, 3 * ROW);
  const b0 = v128.load(q);
  const b1 = v128.load(q, 1 * ROW);
  const b2 = v128.load(q, 2 * ROW);
  const b3 = v128.load(q, 3 * ROW);
  turned(q, a0, a1, a2, a3);
  turned(p, b0, b1, b2, b3);
}

// @ts-ignore: decorator
@inline
function turned(p: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const t0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<i64>(t0, t2, 0, 2));
  v128.store(p, v128.shuffle<i64>(t0, t2, 1, 3), 1 * ROW);
  v128.store(p, v128.shuffle<i64>(t1, t3, 0, 2), 2 * ROW);
  v128.store(p, v128.shuffle<i64>(t1, t3, 1, 3), 3 * ROW);
}

function turnBlock(): void {
  turn(work, work);
  turn(work + 16, work + 4 * ROW);
  turn(work + 4 * ROW + 16, work + 4 * ROW + 16);
}

/** Whether but the first of a block's coefficients all are 0. */
// @ts-ignore: decorator
@inline
function isFlat(from: usize): bool {
  let all = i16x8.replace_lane(v128.load(from), 0, 0);
  for (let i: usize = 16; i < 128; i += 16) all = v128.or(all, v128.load(from + i));
  return !v128.any_true(all);
}

function block(from: usize, factors: usize, to: usize, stride: usize, isFast: bool): void {
  if (isFlat(from)) {
    const product = <i32>load<i16>(from) * load<i32>(factors);
    const level = (isFast ? product >> 5 : ((product << 2) + 16) >> 5) + 128;
    const eight = <u64>min(255, max(0, level)) * 0x0101010101010101;
    for (let y = 0; y < 8; y++, to += stride) store<u64>(to, eight);
    return;
  }
  for (let i: usize = 0; i < 8; i++) {
    const eight = v128.load(from + i * 16);
    const p = work + i * ROW;
    const f = factors + i * ROW;
    v128.store(p, i32x4.mul(i32x4.extend_low_i16x8_s(eight), v128.load(f)));
    v128.store(p, i32x4.mul(i32x4.extend_high_i16x8_s(eight), v128.load(f, 16)), 16);
  }
  if (isFast) {
    fast(work);
    fast(work + 16);
    turnBlock();
    fast(work);
    fast(work + 16);
  } else {
    accurate(work, 1024, 11);
    accurate(work + 16, 1024, 11);
    turnBlock();
    // 131072 and 128.
    accurate(work, 33685504, 18);
    accurate(work + 16, 33685504, 18);
  }
  turnBlock();
  for (let i: usize = 0; i < 8; i++, to += stride) {
    const p = work + i * ROW;
    let left = v128.load(p);
    let right = v128.load(p, 16);
    if (isFast) {
      left = i32x4.add(i32x4.shr_s(left, 5), i32x4.splat(128));
      right = i32x4.add(i32x4.shr_s(right, 5), i32x4.splat(128));
    }
    const eight = i16x8.narrow_i32x4_s(left, right);
    v128.store64_lane(to, i8x16.narrow_i16x8_u(eight, eight), 0);
  }
}

/**
 * The samples of `across` × `down` blocks.
 *
 * @param factors  64 int32, by which coefficients are multiplied
 * @param to       rows of 8 × `across` bytes
 */
export function samples(coefficients: usize, factors: usize, to: usize, across: u32, down: u32, isFast: bool): void {
  const stride: usize = across * 8;
  for (let row: u32 = 0; row < down; row++)
    for (let column: u32 = 0; column < across; column++, coefficients += 128)
      block(coefficients, factors, to + 8 * (<usize>row * stride + column), stride, isFast);
}
