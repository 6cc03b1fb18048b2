// Panels of the right-hand matrix: NR columns side by side, so that a tile reads them in order.
import { NR } from "./tile";

/**
 * Packs k rows and n columns of b into ceil(n / NR) panels of k × NR floats, zero where the matrix ends. Strides are in elements; the
 * stride of rows may be negative.
 */
export function packPanels(b: usize, strideK: isize, strideN: usize, k: usize, n: usize, packed: usize): void {
  const whole = n - (n % NR);
  if (strideN == 1) for (let j: usize = 0; j < whole; j += NR) packed = copyPanel(b + (j << 2), strideK, k, packed);
  else if (strideK == 1) for (let j: usize = 0; j < whole; j += NR) packed = transposePanel(b + ((j * strideN) << 2), strideN, k, packed);
  else for (let j: usize = 0; j < whole; j += NR) packed = gatherPanel(b + ((j * strideN) << 2), strideK, strideN, k, NR, packed);
  if (whole < n) gatherPanel(b + ((whole * strideN) << 2), strideK, strideN, k, n - whole, packed);
}

function copyPanel(b: usize, strideK: isize, k: usize, packed: usize): usize {
  for (let q: usize = 0; q < k; q++) {
    v128.store(packed, v128.load(b));
    v128.store(packed, v128.load(b, 16), 16);
    if (NR == 16) {
      v128.store(packed, v128.load(b, 32), 32);
      v128.store(packed, v128.load(b, 48), 48);
    }
    b += strideK << 2;
    packed += NR << 2;
  }
  return packed;
}

function transposePanel(b: usize, strideN: usize, k: usize, packed: usize): usize {
  const column = strideN << 2;
  let q: usize = 0;
  for (; q + 4 <= k; q += 4) {
    for (let j: usize = 0; j < NR; j += 4) {
      const from = b + j * column + (q << 2);
      const r0 = v128.load(from);
      const r1 = v128.load(from + column);
      const r2 = v128.load(from + 2 * column);
      const r3 = v128.load(from + 3 * column);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const to = packed + (j << 2);
      v128.store(to, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7), NR << 2);
      v128.store(to, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5), NR << 3);
      v128.store(to, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7), NR * 12);
    }
    packed += NR << 4;
  }
  return gatherPanel(b + (q << 2), 1, strideN, k - q, NR, packed);
}

function gatherPanel(b: usize, strideK: isize, strideN: usize, k: usize, columns: usize, packed: usize): usize {
  for (let q: usize = 0; q < k; q++) {
    let from = b;
    for (let j: usize = 0; j < columns; j++) {
      store<f32>(packed + (j << 2), load<f32>(from));
      from += strideN << 2;
    }
    for (let j = columns; j < NR; j++) store<f32>(packed + (j << 2), 0);
    b += strideK << 2;
    packed += NR << 2;
  }
  return packed;
}
