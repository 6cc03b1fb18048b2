// The register tiles that every matrix product and convolution is made of: MR rows times one panel of NR columns.
//  (1) A panel holds NR columns of the right-hand matrix, row after row: k × NR floats, zero where the matrix ends.
//  (2) Each output element is one running sum in order of k, so it does not depend on the tile it falls in.
//  (3) A tile computes all of its rows and columns; what lies beyond the matrix goes to scratch memory (`storeEdge`).
// Tile sizes are what V8 keeps in 15 vector registers: 6 × 8 and 4 × 8 with relaxed_madd, 2 × 16 with mul and add (a 4 × 8 tile reaches
// nine tenths of its speed there). The exit in the middle of each loop serves odd k, and keeps the optimizer from moving the loads of
// the second half before the sums of the first, which spills.
import { madd } from "../lanes";

/** Columns of a panel. */
// @ts-ignore: decorator
@inline
export const NR: usize = isDefined(RELAXED) ? 8 : 16;

/** Rows of the largest tile. */
// @ts-ignore: decorator
@inline
export const MR: usize = isDefined(RELAXED) ? 6 : 2;

/** Words of one entry of the table that `rowsTile` reads: the byte offset into the panel, then the addresses of its rows. */
// @ts-ignore: decorator
@inline
export const ENTRY: usize = isDefined(RELAXED) ? 8 : 4;

// What a tile does with its sums before it stores them, in this order.
/** Add what the output holds. */
export const ADD: u32 = 1;
/** Add a bias for each column. */
export const BIAS: u32 = 2;
/** Replace negative values by zero. */
export const RELU: u32 = 4;

/** Rows of the next tile where `rest` rows are left: no tile is larger than it must be. */
// @ts-ignore: decorator
@inline
export function tileRows(rest: usize): usize {
  if (isDefined(RELAXED)) return rest <= 4 || rest == 7 || rest == 8 ? 4 : 6;
  return 2;
}

/**
 * c[i, :] = Σ over entries t and q < k of row[t, i][q] · panel[offset(t) / NR + q, :], for the rows of one tile.
 * `table` holds an entry per run of k contiguous row elements; `ldc` is in bytes.
 */
export function rowsTile(
  rows: usize,
  table: usize,
  entries: usize,
  k: usize,
  panel: usize,
  c: usize,
  ldc: usize,
  bias: usize,
  flags: u32,
): void {
  if (isDefined(RELAXED)) {
    if (rows == 6) rows6(table, entries, k, panel, c, ldc, bias, flags);
    else rows4(table, entries, k, panel, c, ldc, bias, flags);
  } else rows2(table, entries, k, panel, c, ldc, bias, flags);
}

/**
 * c[i, :] = Σ over q < k of a[q · stride + i] · panel[q, :], for the rows of one tile: they are contiguous in memory. `stride` and `ldc`
 * are in bytes.
 */
export function columnsTile(
  rows: usize,
  a: usize,
  stride: usize,
  k: usize,
  panel: usize,
  c: usize,
  ldc: usize,
  bias: usize,
  flags: u32,
): void {
  if (isDefined(RELAXED)) {
    if (rows == 6) columns6(a, stride, k, panel, c, ldc, bias, flags);
    else columns4(a, stride, k, panel, c, ldc, bias, flags);
  } else columns2(a, stride, k, panel, c, ldc, bias, flags);
}

/**
 * c[i, :] = Σ over q < k of a[base(i) + offset(q)] · panel[q, :], for the rows of one tile: `bases` holds an address for each row,
 * `offsets` a distance in bytes for each q.
 */
export function apartTile(
  rows: usize,
  bases: usize,
  offsets: usize,
  k: usize,
  panel: usize,
  c: usize,
  ldc: usize,
  bias: usize,
  flags: u32,
): void {
  if (isDefined(RELAXED)) {
    if (rows == 6) apart6(bases, offsets, k, panel, c, ldc, bias, flags);
    else apart4(bases, offsets, k, panel, c, ldc, bias, flags);
  } else apart2(bases, offsets, k, panel, c, ldc, bias, flags);
}

/** Stores `rows` × `columns` of a tile that stands in scratch (NR columns apart) as the tile itself would have done. */
export function storeEdge(tile: usize, rows: usize, columns: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  for (let i: usize = 0; i < rows; i++) {
    let j: usize = 0;
    for (; j + 4 <= columns; j += 4) {
      let x = v128.load(tile + (j << 2));
      if (flags & ADD) x = f32x4.add(v128.load(c + (j << 2)), x);
      if (flags & BIAS) x = f32x4.add(x, v128.load(bias + (j << 2)));
      if (flags & RELU) x = f32x4.max(x, f32x4.splat(0));
      v128.store(c + (j << 2), x);
    }
    for (; j < columns; j++) {
      let x = load<f32>(tile + (j << 2));
      if (flags & ADD) x = load<f32>(c + (j << 2)) + x;
      if (flags & BIAS) x += load<f32>(bias + (j << 2));
      if (flags & RELU) x = max<f32>(x, 0);
      store<f32>(c + (j << 2), x);
    }
    tile += NR << 2;
    c += ldc;
  }
}

function rows6(table: usize, entries: usize, k: usize, panel: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0),
    c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0),
    c51 = f32x4.splat(0);
  do {
    let p = panel + load<u32>(table);
    let a0: usize = load<u32>(table, 4);
    let a1: usize = load<u32>(table, 8);
    let a2: usize = load<u32>(table, 12);
    let a3: usize = load<u32>(table, 16);
    let a4: usize = load<u32>(table, 20);
    let a5: usize = load<u32>(table, 24);
    let q = <i32>k;
    do {
      {
        const b0 = v128.load(p),
          b1 = v128.load(p, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        x = v128.load32_splat(a4);
        c40 = madd(x, b0, c40);
        c41 = madd(x, b1, c41);
        x = v128.load32_splat(a5);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
      }
      if (q == 1) break;
      {
        const b0 = v128.load(p, 32),
          b1 = v128.load(p, 48);
        let x = v128.load32_splat(a0, 4);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1, 4);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2, 4);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3, 4);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        x = v128.load32_splat(a4, 4);
        c40 = madd(x, b0, c40);
        c41 = madd(x, b1, c41);
        x = v128.load32_splat(a5, 4);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
      }
      p += 64;
      a0 += 8;
      a1 += 8;
      a2 += 8;
      a3 += 8;
      a4 += 8;
      a5 += 8;
      q -= 2;
    } while (q);
    table += ENTRY << 2;
  } while (--entries);
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  const r4 = r3 + ldc;
  const r5 = r4 + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c20 = f32x4.add(v128.load(r2), c20);
    c21 = f32x4.add(v128.load(r2, 16), c21);
    c30 = f32x4.add(v128.load(r3), c30);
    c31 = f32x4.add(v128.load(r3, 16), c31);
    c40 = f32x4.add(v128.load(r4), c40);
    c41 = f32x4.add(v128.load(r4, 16), c41);
    c50 = f32x4.add(v128.load(r5), c50);
    c51 = f32x4.add(v128.load(r5, 16), c51);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c20 = f32x4.add(c20, d0);
    c21 = f32x4.add(c21, d1);
    c30 = f32x4.add(c30, d0);
    c31 = f32x4.add(c31, d1);
    c40 = f32x4.add(c40, d0);
    c41 = f32x4.add(c41, d1);
    c50 = f32x4.add(c50, d0);
    c51 = f32x4.add(c51, d1);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
    c40 = f32x4.max(c40, zero);
    c41 = f32x4.max(c41, zero);
    c50 = f32x4.max(c50, zero);
    c51 = f32x4.max(c51, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
  v128.store(r4, c40);
  v128.store(r4, c41, 16);
  v128.store(r5, c50);
  v128.store(r5, c51, 16);
}

function rows4(table: usize, entries: usize, k: usize, panel: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  do {
    let p = panel + load<u32>(table);
    let a0: usize = load<u32>(table, 4);
    let a1: usize = load<u32>(table, 8);
    let a2: usize = load<u32>(table, 12);
    let a3: usize = load<u32>(table, 16);
    let q = <i32>k;
    do {
      {
        const b0 = v128.load(p),
          b1 = v128.load(p, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
      }
      if (q == 1) break;
      {
        const b0 = v128.load(p, 32),
          b1 = v128.load(p, 48);
        let x = v128.load32_splat(a0, 4);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1, 4);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2, 4);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3, 4);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
      }
      p += 64;
      a0 += 8;
      a1 += 8;
      a2 += 8;
      a3 += 8;
      q -= 2;
    } while (q);
    table += ENTRY << 2;
  } while (--entries);
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c20 = f32x4.add(v128.load(r2), c20);
    c21 = f32x4.add(v128.load(r2, 16), c21);
    c30 = f32x4.add(v128.load(r3), c30);
    c31 = f32x4.add(v128.load(r3, 16), c31);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c20 = f32x4.add(c20, d0);
    c21 = f32x4.add(c21, d1);
    c30 = f32x4.add(c30, d0);
    c31 = f32x4.add(c31, d1);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
}

function rows2(table: usize, entries: usize, k: usize, panel: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0),
    c02 = f32x4.splat(0),
    c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0),
    c12 = f32x4.splat(0),
    c13 = f32x4.splat(0);
  do {
    let p = panel + load<u32>(table);
    let a0: usize = load<u32>(table, 4);
    let a1: usize = load<u32>(table, 8);
    let q = <i32>k;
    do {
      {
        const b0 = v128.load(p),
          b1 = v128.load(p, 16),
          b2 = v128.load(p, 32),
          b3 = v128.load(p, 48);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        c02 = madd(x, b2, c02);
        c03 = madd(x, b3, c03);
        x = v128.load32_splat(a1);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        c12 = madd(x, b2, c12);
        c13 = madd(x, b3, c13);
      }
      if (q == 1) break;
      {
        const b0 = v128.load(p, 64),
          b1 = v128.load(p, 80),
          b2 = v128.load(p, 96),
          b3 = v128.load(p, 112);
        let x = v128.load32_splat(a0, 4);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        c02 = madd(x, b2, c02);
        c03 = madd(x, b3, c03);
        x = v128.load32_splat(a1, 4);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        c12 = madd(x, b2, c12);
        c13 = madd(x, b3, c13);
      }
      p += 128;
      a0 += 8;
      a1 += 8;
      q -= 2;
    } while (q);
    table += ENTRY << 2;
  } while (--entries);
  const r1 = c + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c02 = f32x4.add(v128.load(c, 32), c02);
    c03 = f32x4.add(v128.load(c, 48), c03);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c12 = f32x4.add(v128.load(r1, 32), c12);
    c13 = f32x4.add(v128.load(r1, 48), c13);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16),
      d2 = v128.load(bias, 32),
      d3 = v128.load(bias, 48);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c02 = f32x4.add(c02, d2);
    c03 = f32x4.add(c03, d3);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c12 = f32x4.add(c12, d2);
    c13 = f32x4.add(c13, d3);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c02 = f32x4.max(c02, zero);
    c03 = f32x4.max(c03, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c12 = f32x4.max(c12, zero);
    c13 = f32x4.max(c13, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r1, c12, 32);
  v128.store(r1, c13, 48);
}

function columns6(a: usize, stride: usize, k: usize, p: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0),
    c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0),
    c51 = f32x4.splat(0);
  let q = <i32>k;
  do {
    {
      const b0 = v128.load(p),
        b1 = v128.load(p, 16);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a, 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      x = v128.load32_splat(a, 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
    }
    if (q == 1) break;
    a += stride;
    {
      const b0 = v128.load(p, 32),
        b1 = v128.load(p, 48);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a, 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      x = v128.load32_splat(a, 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
    }
    a += stride;
    p += 64;
    q -= 2;
  } while (q);
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  const r4 = r3 + ldc;
  const r5 = r4 + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c20 = f32x4.add(v128.load(r2), c20);
    c21 = f32x4.add(v128.load(r2, 16), c21);
    c30 = f32x4.add(v128.load(r3), c30);
    c31 = f32x4.add(v128.load(r3, 16), c31);
    c40 = f32x4.add(v128.load(r4), c40);
    c41 = f32x4.add(v128.load(r4, 16), c41);
    c50 = f32x4.add(v128.load(r5), c50);
    c51 = f32x4.add(v128.load(r5, 16), c51);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c20 = f32x4.add(c20, d0);
    c21 = f32x4.add(c21, d1);
    c30 = f32x4.add(c30, d0);
    c31 = f32x4.add(c31, d1);
    c40 = f32x4.add(c40, d0);
    c41 = f32x4.add(c41, d1);
    c50 = f32x4.add(c50, d0);
    c51 = f32x4.add(c51, d1);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
    c40 = f32x4.max(c40, zero);
    c41 = f32x4.max(c41, zero);
    c50 = f32x4.max(c50, zero);
    c51 = f32x4.max(c51, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
  v128.store(r4, c40);
  v128.store(r4, c41, 16);
  v128.store(r5, c50);
  v128.store(r5, c51, 16);
}

function columns4(a: usize, stride: usize, k: usize, p: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  let q = <i32>k;
  do {
    {
      const b0 = v128.load(p),
        b1 = v128.load(p, 16);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
    }
    if (q == 1) break;
    a += stride;
    {
      const b0 = v128.load(p, 32),
        b1 = v128.load(p, 48);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
    }
    a += stride;
    p += 64;
    q -= 2;
  } while (q);
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c20 = f32x4.add(v128.load(r2), c20);
    c21 = f32x4.add(v128.load(r2, 16), c21);
    c30 = f32x4.add(v128.load(r3), c30);
    c31 = f32x4.add(v128.load(r3, 16), c31);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c20 = f32x4.add(c20, d0);
    c21 = f32x4.add(c21, d1);
    c30 = f32x4.add(c30, d0);
    c31 = f32x4.add(c31, d1);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
}

function columns2(a: usize, stride: usize, k: usize, p: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0),
    c02 = f32x4.splat(0),
    c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0),
    c12 = f32x4.splat(0),
    c13 = f32x4.splat(0);
  let q = <i32>k;
  do {
    {
      const b0 = v128.load(p),
        b1 = v128.load(p, 16),
        b2 = v128.load(p, 32),
        b3 = v128.load(p, 48);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02);
      c03 = madd(x, b3, c03);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12);
      c13 = madd(x, b3, c13);
    }
    if (q == 1) break;
    a += stride;
    {
      const b0 = v128.load(p, 64),
        b1 = v128.load(p, 80),
        b2 = v128.load(p, 96),
        b3 = v128.load(p, 112);
      let x = v128.load32_splat(a);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02);
      c03 = madd(x, b3, c03);
      x = v128.load32_splat(a, 4);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12);
      c13 = madd(x, b3, c13);
    }
    a += stride;
    p += 128;
    q -= 2;
  } while (q);
  const r1 = c + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c02 = f32x4.add(v128.load(c, 32), c02);
    c03 = f32x4.add(v128.load(c, 48), c03);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c12 = f32x4.add(v128.load(r1, 32), c12);
    c13 = f32x4.add(v128.load(r1, 48), c13);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16),
      d2 = v128.load(bias, 32),
      d3 = v128.load(bias, 48);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c02 = f32x4.add(c02, d2);
    c03 = f32x4.add(c03, d3);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c12 = f32x4.add(c12, d2);
    c13 = f32x4.add(c13, d3);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c02 = f32x4.max(c02, zero);
    c03 = f32x4.max(c03, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c12 = f32x4.max(c12, zero);
    c13 = f32x4.max(c13, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r1, c12, 32);
  v128.store(r1, c13, 48);
}

function apart6(bases: usize, offsets: usize, k: usize, p: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0),
    c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0),
    c51 = f32x4.splat(0);
  const a0: usize = load<u32>(bases);
  const a1: usize = load<u32>(bases, 4);
  const a2: usize = load<u32>(bases, 8);
  const a3: usize = load<u32>(bases, 12);
  const a4: usize = load<u32>(bases, 16);
  const a5: usize = load<u32>(bases, 20);
  let q = <i32>k;
  do {
    let o: usize = load<u32>(offsets);
    {
      const b0 = v128.load(p),
        b1 = v128.load(p, 16);
      let x = v128.load32_splat(a0 + o);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1 + o);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2 + o);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3 + o);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a4 + o);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      x = v128.load32_splat(a5 + o);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
    }
    if (q == 1) break;
    o = load<u32>(offsets, 4);
    {
      const b0 = v128.load(p, 32),
        b1 = v128.load(p, 48);
      let x = v128.load32_splat(a0 + o);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1 + o);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2 + o);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3 + o);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a4 + o);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      x = v128.load32_splat(a5 + o);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
    }
    p += 64;
    offsets += 8;
    q -= 2;
  } while (q);
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  const r4 = r3 + ldc;
  const r5 = r4 + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c20 = f32x4.add(v128.load(r2), c20);
    c21 = f32x4.add(v128.load(r2, 16), c21);
    c30 = f32x4.add(v128.load(r3), c30);
    c31 = f32x4.add(v128.load(r3, 16), c31);
    c40 = f32x4.add(v128.load(r4), c40);
    c41 = f32x4.add(v128.load(r4, 16), c41);
    c50 = f32x4.add(v128.load(r5), c50);
    c51 = f32x4.add(v128.load(r5, 16), c51);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c20 = f32x4.add(c20, d0);
    c21 = f32x4.add(c21, d1);
    c30 = f32x4.add(c30, d0);
    c31 = f32x4.add(c31, d1);
    c40 = f32x4.add(c40, d0);
    c41 = f32x4.add(c41, d1);
    c50 = f32x4.add(c50, d0);
    c51 = f32x4.add(c51, d1);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
    c40 = f32x4.max(c40, zero);
    c41 = f32x4.max(c41, zero);
    c50 = f32x4.max(c50, zero);
    c51 = f32x4.max(c51, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
  v128.store(r4, c40);
  v128.store(r4, c41, 16);
  v128.store(r5, c50);
  v128.store(r5, c51, 16);
}

function apart4(bases: usize, offsets: usize, k: usize, p: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  const a0: usize = load<u32>(bases);
  const a1: usize = load<u32>(bases, 4);
  const a2: usize = load<u32>(bases, 8);
  const a3: usize = load<u32>(bases, 12);
  let q = <i32>k;
  do {
    let o: usize = load<u32>(offsets);
    {
      const b0 = v128.load(p),
        b1 = v128.load(p, 16);
      let x = v128.load32_splat(a0 + o);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1 + o);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2 + o);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3 + o);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
    }
    if (q == 1) break;
    o = load<u32>(offsets, 4);
    {
      const b0 = v128.load(p, 32),
        b1 = v128.load(p, 48);
      let x = v128.load32_splat(a0 + o);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      x = v128.load32_splat(a1 + o);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a2 + o);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a3 + o);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
    }
    p += 64;
    offsets += 8;
    q -= 2;
  } while (q);
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c20 = f32x4.add(v128.load(r2), c20);
    c21 = f32x4.add(v128.load(r2, 16), c21);
    c30 = f32x4.add(v128.load(r3), c30);
    c31 = f32x4.add(v128.load(r3, 16), c31);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c20 = f32x4.add(c20, d0);
    c21 = f32x4.add(c21, d1);
    c30 = f32x4.add(c30, d0);
    c31 = f32x4.add(c31, d1);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
}

function apart2(bases: usize, offsets: usize, k: usize, p: usize, c: usize, ldc: usize, bias: usize, flags: u32): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0),
    c02 = f32x4.splat(0),
    c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0),
    c12 = f32x4.splat(0),
    c13 = f32x4.splat(0);
  const a0: usize = load<u32>(bases);
  const a1: usize = load<u32>(bases, 4);
  let q = <i32>k;
  do {
    let o: usize = load<u32>(offsets);
    {
      const b0 = v128.load(p),
        b1 = v128.load(p, 16),
        b2 = v128.load(p, 32),
        b3 = v128.load(p, 48);
      let x = v128.load32_splat(a0 + o);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02);
      c03 = madd(x, b3, c03);
      x = v128.load32_splat(a1 + o);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12);
      c13 = madd(x, b3, c13);
    }
    if (q == 1) break;
    o = load<u32>(offsets, 4);
    {
      const b0 = v128.load(p, 64),
        b1 = v128.load(p, 80),
        b2 = v128.load(p, 96),
        b3 = v128.load(p, 112);
      let x = v128.load32_splat(a0 + o);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      c02 = madd(x, b2, c02);
      c03 = madd(x, b3, c03);
      x = v128.load32_splat(a1 + o);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      c12 = madd(x, b2, c12);
      c13 = madd(x, b3, c13);
    }
    p += 128;
    offsets += 8;
    q -= 2;
  } while (q);
  const r1 = c + ldc;
  if (flags & ADD) {
    c00 = f32x4.add(v128.load(c), c00);
    c01 = f32x4.add(v128.load(c, 16), c01);
    c02 = f32x4.add(v128.load(c, 32), c02);
    c03 = f32x4.add(v128.load(c, 48), c03);
    c10 = f32x4.add(v128.load(r1), c10);
    c11 = f32x4.add(v128.load(r1, 16), c11);
    c12 = f32x4.add(v128.load(r1, 32), c12);
    c13 = f32x4.add(v128.load(r1, 48), c13);
  }
  if (flags & BIAS) {
    const d0 = v128.load(bias),
      d1 = v128.load(bias, 16),
      d2 = v128.load(bias, 32),
      d3 = v128.load(bias, 48);
    c00 = f32x4.add(c00, d0);
    c01 = f32x4.add(c01, d1);
    c02 = f32x4.add(c02, d2);
    c03 = f32x4.add(c03, d3);
    c10 = f32x4.add(c10, d0);
    c11 = f32x4.add(c11, d1);
    c12 = f32x4.add(c12, d2);
    c13 = f32x4.add(c13, d3);
  }
  if (flags & RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c02 = f32x4.max(c02, zero);
    c03 = f32x4.max(c03, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c12 = f32x4.max(c12, zero);
    c13 = f32x4.max(c13, zero);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r1, c12, 32);
  v128.store(r1, c13, 48);
}
