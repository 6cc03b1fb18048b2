// Eigenvalues and eigenvectors of general real matrices, in float64 in the caller's working memory. Units are matrices.
//
// Reflections bring a matrix to Hessenberg form, complex QR steps with Wilkinson's shifts make a triangle of it (the Schur form T = Qᴴ · A
// · Q), and eigenvectors of the triangle, found from the last row up, are turned back by Q. Golub and Van Loan, Matrix Computations, 7.4 to
// 7.6.
import { In, Out, Size } from "../abi";

@unmanaged
export class EigenArgs {
  /** [matrices, n, n]. */
  x: In = 0;
  /** [matrices, n]: real and imaginary parts. */
  valuesRe: Out = 0;
  valuesIm: Out = 0;
  /** [matrices, n, n]: eigenvectors of length 1 as columns. */
  vectorsRe: Out = 0;
  vectorsIm: Out = 0;
  /** 4 · n · n + 6 · n float64 for each matrix. */
  work: Out = 0;
  n: Size = 0;
}

/** QR steps for one eigenvalue, at most. */
const STEPS: i32 = 60;
const EPSILON: f64 = 2.220446049250313e-16;

// @ts-ignore: decorator
@inline
function get(m: usize, i: usize): f64 {
  return load<f64>(m + (i << 3));
}

// @ts-ignore: decorator
@inline
function set(m: usize, i: usize, value: f64): void {
  store<f64>(m + (i << 3), value);
}

/** Eigenvalues, in no order, and eigenvectors. Where steps run out, or the matrix is not finite, all is NaN. */
export function eig_f32(args: EigenArgs, begin: usize, end: usize): void {
  const n = args.n;
  const size = n * n;
  for (let unit = begin; unit < end; unit++) {
    const re = args.work + unit * ((4 * size + 6 * n) << 3);
    const im = re + (size << 3);
    const vr = im + (size << 3);
    const vi = vr + (size << 3);
    const turns = vi + (size << 3);
    const x = turns + ((4 * n) << 3);
    let scale: f64 = 0;
    for (let i: usize = 0; i < size; i++) {
      const value = <f64>load<f32>(args.x + ((unit * size + i) << 2));
      scale += abs(value);
      set(re, i, value);
      set(im, i, 0);
      set(vr, i, 0);
      set(vi, i, 0);
    }
    for (let i: usize = 0; i < n; i++) set(vr, i * n + i, 1);
    let found = scale < Infinity;
    if (found) {
      hessenberg(re, vr, x, n);
      found = triangle(re, im, vr, vi, turns, n);
    }
    const values = unit * n;
    for (let i: usize = 0; i < n; i++) {
      const small = 16 * EPSILON * scale;
      const imaginary = get(im, i * n + i);
      store<f32>(args.valuesRe + ((values + i) << 2), found ? <f32>get(re, i * n + i) : NaN);
      store<f32>(args.valuesIm + ((values + i) << 2), found ? <f32>(abs(imaginary) < small ? 0 : imaginary) : NaN);
    }
    for (let k: usize = 0; k < n; k++) {
      if (found) vectorOf(re, im, x, k, n, max(EPSILON * scale, 1e-300));
      let norm: f64 = 0;
      // v = Q · x, in the place of the rotations, which are done with.
      for (let i: usize = 0; i < n; i++) {
        let a: f64 = 0;
        let b: f64 = 0;
        for (let j: usize = 0; j <= k; j++) {
          const p = get(vr, i * n + j);
          const q = get(vi, i * n + j);
          const s = get(x, j);
          const t = get(x, n + j);
          a += p * s - q * t;
          b += p * t + q * s;
        }
        set(turns, i, a);
        set(turns, n + i, b);
        norm += a * a + b * b;
      }
      const factor = found ? 1 / sqrt<f64>(norm) : NaN;
      for (let i: usize = 0; i < n; i++) {
        const at = (unit * size + i * n + k) << 2;
        store<f32>(args.vectorsRe + at, <f32>(get(turns, i) * factor));
        store<f32>(args.vectorsIm + at, <f32>(get(turns, n + i) * factor));
      }
    }
  }
}

/** h becomes zero below its first subdiagonal; v takes up the reflections. */
function hessenberg(h: usize, v: usize, u: usize, n: usize): void {
  for (let k: usize = 0; k + 2 < n; k++) {
    let below: f64 = 0;
    for (let i = k + 2; i < n; i++) below += get(h, i * n + k) * get(h, i * n + k);
    if (below == 0) continue;
    const first = get(h, (k + 1) * n + k);
    const length = sqrt<f64>(below + first * first);
    for (let i = k + 1; i < n; i++) set(u, i, get(h, i * n + k));
    set(u, k + 1, first + (first >= 0 ? length : -length));
    const factor = 2 / (below + get(u, k + 1) * get(u, k + 1));
    for (let j = k; j < n; j++) {
      let sum: f64 = 0;
      for (let i = k + 1; i < n; i++) sum += get(u, i) * get(h, i * n + j);
      sum *= factor;
      for (let i = k + 1; i < n; i++) set(h, i * n + j, get(h, i * n + j) - sum * get(u, i));
    }
    for (let i: usize = 0; i < n; i++) {
      reflectRow(h, i * n, u, k + 1, n, factor);
      reflectRow(v, i * n, u, k + 1, n, factor);
    }
    for (let i = k + 2; i < n; i++) set(h, i * n + k, 0);
  }
}

function reflectRow(m: usize, row: usize, u: usize, from: usize, n: usize, factor: f64): void {
  let sum: f64 = 0;
  for (let j = from; j < n; j++) sum += get(m, row + j) * get(u, j);
  sum *= factor;
  for (let j = from; j < n; j++) set(m, row + j, get(m, row + j) - sum * get(u, j));
}

/** A Hessenberg matrix becomes a triangle, q takes up the rotations. Gives whether it came to an end. */
function triangle(re: usize, im: usize, vr: usize, vi: usize, turns: usize, n: usize): bool {
  let last = n - 1;
  let steps = 0;
  while (last > 0 && last < n) {
    let first = last;
    while (first > 0) {
      const at = first * n + first;
      const near = size1(re, im, at - n - 1) + size1(re, im, at);
      if (size1(re, im, at - 1) <= EPSILON * near) {
        set(re, at - 1, 0);
        set(im, at - 1, 0);
        break;
      }
      first--;
    }
    if (first == last) {
      last--;
      steps = 0;
      continue;
    }
    if (steps++ == STEPS) return false;
    step(re, im, vr, vi, turns, first, last, n, steps % 11 == 0);
  }
  return true;
}

// @ts-ignore: decorator
@inline
function size1(re: usize, im: usize, at: usize): f64 {
  return abs(get(re, at)) + abs(get(im, at));
}

/** One QR step on rows first to last: H − μ = Q · R, H = R · Q + μ. */
function step(re: usize, im: usize, vr: usize, vi: usize, turns: usize, first: usize, last: usize, n: usize, unusual: bool): void {
  const d = last * n + last;
  let shiftRe = get(re, d);
  let shiftIm = get(im, d);
  if (unusual) {
    // Shifts that go round in circles are left by one that has nothing to do with them.
    shiftRe += size1(re, im, d - 1);
  } else {
    // The eigenvalue of the last two rows and columns that is nearer to the last element: d − bc / (δ ± √(δ² + bc)), δ = (a − d) / 2.
    const halfRe = (get(re, d - n - 1) - shiftRe) / 2;
    const halfIm = (get(im, d - n - 1) - shiftIm) / 2;
    const b = d - n;
    const c = d - 1;
    const bcRe = get(re, b) * get(re, c) - get(im, b) * get(im, c);
    const bcIm = get(re, b) * get(im, c) + get(im, b) * get(re, c);
    const sRe = halfRe * halfRe - halfIm * halfIm + bcRe;
    const sIm = 2 * halfRe * halfIm + bcIm;
    const modulus = sqrt<f64>(sqrt<f64>(sRe * sRe + sIm * sIm));
    let rootRe = sqrt<f64>(max((modulus * modulus + sRe) / 2, 0));
    let rootIm = sqrt<f64>(max((modulus * modulus - sRe) / 2, 0));
    if (sIm < 0) rootIm = -rootIm;
    if (halfRe * rootRe + halfIm * rootIm < 0) {
      rootRe = -rootRe;
      rootIm = -rootIm;
    }
    const sumRe = halfRe + rootRe;
    const sumIm = halfIm + rootIm;
    const square = sumRe * sumRe + sumIm * sumIm;
    if (square > 0) {
      shiftRe -= (bcRe * sumRe + bcIm * sumIm) / square;
      shiftIm -= (bcIm * sumRe - bcRe * sumIm) / square;
    }
  }
  for (let i = first; i <= last; i++) shift(re, im, i * n + i, -shiftRe, -shiftIm);
  for (let k = first; k < last; k++) {
    const xr = get(re, k * n + k);
    const xi = get(im, k * n + k);
    const yr = get(re, (k + 1) * n + k);
    const yi = get(im, (k + 1) * n + k);
    const r = sqrt<f64>(xr * xr + xi * xi + yr * yr + yi * yi);
    const cr = r == 0 ? 1 : xr / r;
    const ci = r == 0 ? 0 : xi / r;
    const sr = r == 0 ? 0 : yr / r;
    const si = r == 0 ? 0 : yi / r;
    set(turns, 4 * k, cr);
    set(turns, 4 * k + 1, ci);
    set(turns, 4 * k + 2, sr);
    set(turns, 4 * k + 3, si);
    // Rows: [[c̄, s̄], [−s, c]].
    for (let j = k; j < n; j++) turn(re, im, k * n + j, (k + 1) * n + j, cr, -ci, sr, -si);
  }
  for (let k = first; k < last; k++) {
    const cr = get(turns, 4 * k);
    const ci = get(turns, 4 * k + 1);
    const sr = get(turns, 4 * k + 2);
    const si = get(turns, 4 * k + 3);
    // Columns: the same rotation, conjugated and transposed.
    for (let i: usize = 0; i <= min(k + 1, last); i++) turn(re, im, i * n + k, i * n + k + 1, cr, ci, sr, si);
    for (let i: usize = 0; i < n; i++) turn(vr, vi, i * n + k, i * n + k + 1, cr, ci, sr, si);
  }
  for (let i = first; i <= last; i++) shift(re, im, i * n + i, shiftRe, shiftIm);
}

// @ts-ignore: decorator
@inline
function shift(re: usize, im: usize, at: usize, byRe: f64, byIm: f64): void {
  set(re, at, get(re, at) + byRe);
  set(im, at, get(im, at) + byIm);
}

/** p, q become c · p + s · q and −s̄ · p + c̄ · q. */
// @ts-ignore: decorator
@inline
function turn(re: usize, im: usize, p: usize, q: usize, cr: f64, ci: f64, sr: f64, si: f64): void {
  const pr = get(re, p);
  const pi = get(im, p);
  const qr = get(re, q);
  const qi = get(im, q);
  set(re, p, cr * pr - ci * pi + sr * qr - si * qi);
  set(im, p, cr * pi + ci * pr + sr * qi + si * qr);
  set(re, q, cr * qr + ci * qi - sr * pr - si * pi);
  set(im, q, cr * qi - ci * qr - sr * pi + si * pr);
}

/** x[0 … k]: the eigenvector of the triangle for its k-th diagonal element; real parts, then n further on imaginary ones. */
function vectorOf(re: usize, im: usize, x: usize, k: usize, n: usize, least: f64): void {
  const valueRe = get(re, k * n + k);
  const valueIm = get(im, k * n + k);
  set(x, k, 1);
  set(x, n + k, 0);
  for (let j = k; j-- > 0;) {
    let a: f64 = 0;
    let b: f64 = 0;
    for (let m = j + 1; m <= k; m++) {
      const p = get(re, j * n + m);
      const q = get(im, j * n + m);
      a -= p * get(x, m) - q * get(x, n + m);
      b -= p * get(x, n + m) + q * get(x, m);
    }
    let dr = get(re, j * n + j) - valueRe;
    let di = get(im, j * n + j) - valueIm;
    // Equal eigenvalues: as if they were a little apart.
    if (abs(dr) + abs(di) < least) {
      dr = least;
      di = 0;
    }
    const square = dr * dr + di * di;
    const xr = (a * dr + b * di) / square;
    const xi = (b * dr - a * di) / square;
    set(x, j, xr);
    set(x, n + j, xi);
    const size = abs(xr) + abs(xi);
    if (size > 1e100) {
      for (let m = j; m <= k; m++) {
        set(x, m, get(x, m) / size);
        set(x, n + m, get(x, n + m) / size);
      }
    }
  }
}
