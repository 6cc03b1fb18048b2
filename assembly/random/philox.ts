// Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).
//
// Element i is made of word i % 4 of block i / 4, whose counter is (i / 4, 0, 0, 0); the key is a seed of two words in memory. So a number
// depends on nothing but the seed and its place.
import { threadScratch } from "../abi";

/** Sixteen numbers, four blocks, are made at a time. */
export const GROUP: usize = 16;

// @ts-ignore: decorator
@inline
function productsLow(a: v128, by: v128): v128 {
  return i64x2.extmul_low_i32x4_u(a, by);
}

// @ts-ignore: decorator
@inline
function productsHigh(a: v128, by: v128): v128 {
  return i64x2.extmul_high_i32x4_u(a, by);
}

/** The words of blocks 4·group to 4·group + 3 to thread scratch: word 0 of the four blocks, then word 1, 2 and 3. */
export function drawGroup(seed: usize, group: u32): void {
  let key0 = v128.load32_splat(seed);
  let key1 = v128.load32_splat(seed, 4);
  let a = i32x4.add(i32x4.splat(group << 2), i32x4(0, 1, 2, 3));
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  for (let round = 0; round < 10; round++) {
    const p = productsLow(a, m0);
    const q = productsHigh(a, m0);
    const r = productsLow(c, m1);
    const s = productsHigh(c, m1);
    a = v128.xor(v128.xor(v128.shuffle<i32>(r, s, 1, 3, 5, 7), b), key0);
    c = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), d), key1);
    b = v128.shuffle<i32>(r, s, 0, 2, 4, 6);
    d = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
    key0 = i32x4.add(key0, i32x4.splat(0x9e3779b9));
    key1 = i32x4.add(key1, i32x4.splat(0xbb67ae85));
  }
  const to = threadScratch();
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

/** Turns four vectors in thread scratch, one for each word, into one for each block: the order of the elements. */
export function intoOrder(): void {
  const at = threadScratch();
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(at, v128.shuffle<i64>(abLow, cdLow, 0, 2));
  v128.store(at, v128.shuffle<i64>(abLow, cdLow, 1, 3), 16);
  v128.store(at, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 32);
  v128.store(at, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 48);
}
