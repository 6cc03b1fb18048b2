// The register tiles that every matrix product and convolution is made of: MR rows times one panel of NR columns.
//  (1) A panel holds NR columns of the right-hand matrix, row after row: k × NR floats, zero where the matrix ends.
//  (2) Each output element is one running sum in order of k, so it does not depend on the tile it falls in.
//  (3) A tile computes all of its rows and columns; what lies beyond the matrix goes to scratch memory (`storeEdge`).
// Tile sizes are what V8 keeps in 15 vector registers: 6 × 8 and 4 × 8 with relaxed_madd, 2 × 16 with mul and add (a 4 × 8 tile reaches
// nine tenths of its speed there). The exit in the middle of each loop serves odd k, and keeps the optimizer from moving the loads of
// the second half before the sums of the first, which spills.
// tools/build/tiles.mjs writes the tiles themselves.
import { apart2, apart4, apart6, columns2, columns4, columns6, rows2, rows4, rows6 } from "../generated/tiles";

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
