// Panels of the right-hand matrix: NR columns side by side, so that a tile reads them in order.
import { In, Out, Size } from "../abi";
import { NR } from "./tile";

/**
 * Packs k rows and n columns of b into ceil(n / NR) panels of k × NR floats, zero where the matrix ends. Strides are in elements; the
 * stride of rows may be negative.
 */
export function packPanels(b: usize, strideK: isize, strideN: usize, k: usize, n: usize, packed: usize): void {
  const whole = n - (n % NR);
  if (strideN == 1) packed = copyPanels(b, strideK, k, whole, packed);
  else if (strideK == 1) for (let j: usize = 0; j < whole; j += NR) packed = transposePanel(b + ((j * strideN) << 2), strideN, k, packed);
  else for (let j: usize = 0; j < whole; j += NR) packed = gatherPanel(b + ((j * strideN) << 2), strideK, strideN, k, NR, packed);
  if (whole < n) gatherPanel(b + ((whole * strideN) << 2), strideK, strideN, k, n - whole, packed);
}

/** Panels of whole columns that are contiguous in memory: four side by side where they are narrow, so that a line is read once. */
function copyPanels(b: usize, strideK: isize, k: usize, n: usize, packed: usize): usize {
  let j: usize = 0;
  if (NR == 8) for (; j + 32 <= n; j += 32) packed = copyFour(b + (j << 2), strideK, k, packed);
  for (; j < n; j += NR) packed = copyPanel(b + (j << 2), strideK, k, packed);
  return packed;
}

function copyFour(b: usize, strideK: isize, k: usize, packed: usize): usize {
  const panel = k << 5;
  let second = packed + panel;
  let third = second + panel;
  let fourth = third + panel;
  for (let q: usize = 0; q < k; q++) {
    v128.store(packed, v128.load(b));
    v128.store(packed, v128.load(b, 16), 16);
    v128.store(second, v128.load(b, 32));
    v128.store(second, v128.load(b, 48), 16);
    v128.store(third, v128.load(b, 64));
    v128.store(third, v128.load(b, 80), 16);
    v128.store(fourth, v128.load(b, 96));
    v128.store(fourth, v128.load(b, 112), 16);
    b += strideK << 2;
    packed += 32;
    second += 32;
    third += 32;
    fourth += 32;
  }
  return fourth;
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

@unmanaged
export class PackArgs {
  b: In = 0;
  packed: Out = 0;
  groups: Size = 0;
  /** Matrices that stand one below the other in a panel: the taps of a convolution. */
  taps: Size = 0;
  k: Size = 0;
  n: Size = 0;
  strideGroup: Size = 0;
  strideTap: Size = 0;
  strideK: Size = 0;
  strideN: Size = 0;
}

/**
 * Panels of taps · k rows for each group. Units: panels, groups × ceil(n / 16) of them (a unit is 16 columns, whatever the build's panels
 * are). packed holds groups × ceil(n / 16) × taps · k × 16 floats.
 */
export function pack_f32(a: PackArgs, begin: usize, end: usize): void {
  const units = (a.n + 15) / 16;
  const panels = (a.n + NR - 1) / NR;
  const panel = (a.taps * a.k * NR) << 2;
  for (let unit = begin; unit < end; unit++) {
    const group = unit / units;
    const first = (unit % units) * 16;
    const b = a.b + ((group * a.strideGroup + first * a.strideN) << 2);
    if (a.taps == 1) {
      // Panels of one matrix lie one behind the other, and so may those of the next units.
      const count = min(end - unit, units - (unit % units));
      packPanels(b, a.strideK, a.strideN, a.k, min(count * 16, a.n - first), a.packed + (group * panels + first / NR) * panel);
      unit += count - 1;
      continue;
    }
    for (let j: usize = 0; j < 16 && first + j < a.n; j += NR) {
      const width = min(NR, a.n - first - j);
      let to = a.packed + (group * panels + (first + j) / NR) * panel;
      for (let tap: usize = 0; tap < a.taps; tap++, to += (a.k * NR) << 2)
        packPanels(b + ((j * a.strideN + tap * a.strideTap) << 2), a.strideK, a.strideN, a.k, width, to);
    }
  }
}
