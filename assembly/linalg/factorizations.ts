// Factorizations of small matrices, in float64 in the caller's working memory. Units are matrices.
import { In, Out, Size } from "../abi";

@unmanaged
export class FactorArgs {
  /** [matrices, rows, columns]. */
  x: In = 0;
  y: Out = 0;
  /** int32 [matrices, min(rows, columns)]: the row that row k was exchanged with. Null where there are none. */
  pivots: Out = 0;
  /** int32 [matrices, rows]: which row of x has come to each place. Null where there are no pivots. */
  order: Out = 0;
  /** rows · columns float64 for each matrix. */
  work: Out = 0;
  rows: Size = 0;
  columns: Size = 0;
}

@unmanaged
export class TriangularArgs {
  /** [matrices, n, n], of which one triangle is read. */
  a: In = 0;
  /** [matrices, n, columns]. */
  b: In = 0;
  y: Out = 0;
  /** n float64 for each matrix. */
  work: Out = 0;
  n: Size = 0;
  columns: Size = 0;
  /** 1 reads the lower triangle, 0 the upper one. */
  lower: u32 = 0;
  /** 1 solves with the transposed matrix. */
  transposed: u32 = 0;
  /** 1 takes the diagonal as ones. */
  unit: u32 = 0;
}

@unmanaged
export class QrArgs {
  /** [matrices, rows, columns]. */
  x: In = 0;
  /** [matrices, rows, width]. */
  q: Out = 0;
  /** [matrices, width, columns]. */
  r: Out = 0;
  /** rows · (columns + rows) float64 for each matrix. */
  work: Out = 0;
  rows: Size = 0;
  columns: Size = 0;
  /** rows, or the smaller of rows and columns. */
  width: Size = 0;
}

@unmanaged
export class SpectralArgs {
  /** [matrices, rows, columns], rows not fewer than columns. */
  x: In = 0;
  /** [matrices, columns]. */
  values: Out = 0;
  /** [matrices, rows, columns]. */
  left: Out = 0;
  /** [matrices, columns, columns]. */
  right: Out = 0;
  /** (rows + columns) · columns float64 for each matrix. */
  work: Out = 0;
  rows: Size = 0;
  columns: Size = 0;
}

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

function widen(x: usize, to: usize, n: usize): void {
  for (let i: usize = 0; i < n; i++) set(to, i, <f64>load<f32>(x + (i << 2)));
}

function narrow(from: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n; i++) store<f32>(y + (i << 2), <f32>get(from, i));
}

/** y = L below and U on and above the diagonal, rows exchanged for the largest pivot. */
export function lu_f32(args: FactorArgs, begin: usize, end: usize): void {
  const rows = args.rows;
  const columns = args.columns;
  const size = rows * columns;
  const steps = min(rows, columns);
  for (let unit = begin; unit < end; unit++) {
    const m = args.work + unit * (size << 3);
    widen(args.x + unit * (size << 2), m, size);
    const order = args.order + unit * (rows << 2);
    for (let i: usize = 0; i < rows; i++) store<u32>(order + (i << 2), i);
    for (let k: usize = 0; k < steps; k++) {
      let best = k;
      for (let i = k + 1; i < rows; i++) if (abs(get(m, i * columns + k)) > abs(get(m, best * columns + k))) best = i;
      store<u32>(args.pivots + ((unit * steps + k) << 2), best);
      if (best != k) {
        for (let j: usize = 0; j < columns; j++) exchange(m, k * columns + j, best * columns + j);
        const row = load<u32>(order + (k << 2));
        store<u32>(order + (k << 2), load<u32>(order + (best << 2)));
        store<u32>(order + (best << 2), row);
      }
      const pivot = get(m, k * columns + k);
      if (pivot == 0) continue;
      for (let i = k + 1; i < rows; i++) {
        const factor = get(m, i * columns + k) / pivot;
        set(m, i * columns + k, factor);
        if (factor == 0) continue;
        for (let j = k + 1; j < columns; j++) set(m, i * columns + j, get(m, i * columns + j) - factor * get(m, k * columns + j));
      }
    }
    narrow(m, args.y + unit * (size << 2), size);
  }
}

/** y = the lower triangle L with x = L · Lᵀ, of which the lower triangle of x is read; NaN all over it where x is not positive definite. */
export function cholesky_f32(args: FactorArgs, begin: usize, end: usize): void {
  const n = args.rows;
  const size = n * n;
  for (let unit = begin; unit < end; unit++) {
    const m = args.work + unit * (size << 3);
    widen(args.x + unit * (size << 2), m, size);
    let isDefinite = true;
    for (let i: usize = 0; i < n; i++) {
      for (let j: usize = 0; j <= i; j++) {
        let sum = get(m, i * n + j);
        for (let k: usize = 0; k < j; k++) sum -= get(m, i * n + k) * get(m, j * n + k);
        if (i == j && !(sum > 0)) isDefinite = false;
        set(m, i * n + j, i == j ? sqrt<f64>(sum) : sum / get(m, j * n + j));
      }
      for (let j = i + 1; j < n; j++) set(m, i * n + j, 0);
    }
    if (!isDefinite) for (let i: usize = 0; i < n; i++) for (let j: usize = 0; j <= i; j++) set(m, i * n + j, NaN);
    narrow(m, args.y + unit * (size << 2), size);
  }
}

/** y = a⁻¹ · b for a triangle a. */
export function solve_triangular_f32(args: TriangularArgs, begin: usize, end: usize): void {
  const n = args.n;
  const columns = args.columns;
  const downwards = args.lower != args.transposed;
  for (let unit = begin; unit < end; unit++) {
    const a = args.a + unit * ((n * n) << 2);
    const b = args.b + unit * ((n * columns) << 2);
    const y = args.y + unit * ((n * columns) << 2);
    const x = args.work + unit * (n << 3);
    for (let c: usize = 0; c < columns; c++) {
      for (let step: usize = 0; step < n; step++) {
        const i = downwards ? step : n - 1 - step;
        let sum: f64 = load<f32>(b + ((i * columns + c) << 2));
        for (let before: usize = 0; before < step; before++) {
          const j = downwards ? before : n - 1 - before;
          const at = args.transposed ? j * n + i : i * n + j;
          sum -= <f64>load<f32>(a + (at << 2)) * get(x, j);
        }
        set(x, i, args.unit ? sum : sum / <f64>load<f32>(a + ((i * n + i) << 2)));
      }
      for (let i: usize = 0; i < n; i++) store<f32>(y + ((i * columns + c) << 2), <f32>get(x, i));
    }
  }
}

/** x = q · r by Householder's reflections; the diagonal of r may be negative. */
export function qr_f32(args: QrArgs, begin: usize, end: usize): void {
  const rows = args.rows;
  const columns = args.columns;
  const width = args.width;
  for (let unit = begin; unit < end; unit++) {
    const r = args.work + unit * ((rows * (columns + rows)) << 3);
    const q = r + ((rows * columns) << 3);
    widen(args.x + unit * ((rows * columns) << 2), r, rows * columns);
    for (let i: usize = 0; i < rows * rows; i++) set(q, i, 0);
    for (let i: usize = 0; i < rows; i++) set(q, i * rows + i, 1);
    const steps: usize = rows == 0 ? 0 : min<usize>(rows - 1, columns);
    for (let k: usize = 0; k < steps; k++) {
      let norm: f64 = 0;
      for (let i = k; i < rows; i++) norm += get(r, i * columns + k) * get(r, i * columns + k);
      norm = sqrt<f64>(norm);
      if (norm == 0) continue;
      const head = get(r, k * columns + k);
      const alpha = head > 0 ? -norm : norm;
      // v = x − alpha · e, of which 2 / vᵀv is 1 / (norm² − alpha · head).
      const beta = 1 / (norm * norm - alpha * head);
      const first = head - alpha;
      for (let j = k + 1; j < columns; j++) {
        let dot = first * get(r, k * columns + j);
        for (let i = k + 1; i < rows; i++) dot += get(r, i * columns + k) * get(r, i * columns + j);
        dot *= beta;
        set(r, k * columns + j, get(r, k * columns + j) - dot * first);
        for (let i = k + 1; i < rows; i++) set(r, i * columns + j, get(r, i * columns + j) - dot * get(r, i * columns + k));
      }
      for (let row: usize = 0; row < rows; row++) {
        let dot = first * get(q, row * rows + k);
        for (let i = k + 1; i < rows; i++) dot += get(r, i * columns + k) * get(q, row * rows + i);
        dot *= beta;
        set(q, row * rows + k, get(q, row * rows + k) - dot * first);
        for (let i = k + 1; i < rows; i++) set(q, row * rows + i, get(q, row * rows + i) - dot * get(r, i * columns + k));
      }
      set(r, k * columns + k, alpha);
      for (let i = k + 1; i < rows; i++) set(r, i * columns + k, 0);
    }
    const toQ = args.q + unit * ((rows * width) << 2);
    const toR = args.r + unit * ((width * columns) << 2);
    for (let i: usize = 0; i < rows; i++)
      for (let j: usize = 0; j < width; j++) store<f32>(toQ + ((i * width + j) << 2), <f32>get(q, i * rows + j));
    narrow(r, toR, width * columns);
  }
}

const SWEEPS: i32 = 60;

/** Eigenvalues in ascending order and eigenvectors (the columns of `left`) of symmetric matrices, by Jacobi's rotations. */
export function eigh_f32(args: SpectralArgs, begin: usize, end: usize): void {
  const n = args.columns;
  const size = n * n;
  for (let unit = begin; unit < end; unit++) {
    const a = args.work + unit * ((size << 1) << 3);
    const v = a + (size << 3);
    const x = args.x + unit * (size << 2);
    let scale: f64 = 0;
    for (let i: usize = 0; i < n; i++) {
      for (let j: usize = 0; j < n; j++) {
        const value: f64 = load<f32>(x + ((i >= j ? i * n + j : j * n + i) << 2)); // the lower triangle
        set(a, i * n + j, value);
        set(v, i * n + j, i == j ? 1 : 0);
        scale = max<f64>(scale, abs(value));
      }
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      let off: f64 = 0;
      for (let p: usize = 0; p < n; p++) {
        for (let q = p + 1; q < n; q++) {
          const apq = get(a, p * n + q);
          off = max<f64>(off, abs(apq));
          if (abs(apq) <= scale * 1e-17) continue;
          const theta = (get(a, q * n + q) - get(a, p * n + p)) / (2 * apq);
          const t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + sqrt<f64>(theta * theta + 1));
          const c = 1 / sqrt<f64>(t * t + 1);
          const s = t * c;
          for (let k: usize = 0; k < n; k++) rotate(a, k * n + p, k * n + q, c, s);
          for (let k: usize = 0; k < n; k++) rotate(a, p * n + k, q * n + k, c, s);
          for (let k: usize = 0; k < n; k++) rotate(v, k * n + p, k * n + q, c, s);
        }
      }
      if (!(off > scale * 1e-16)) break;
    }
    // Selection in ascending order.
    for (let k: usize = 0; k < n; k++) {
      let best = k;
      for (let i = k + 1; i < n; i++) if (get(a, i * n + i) < get(a, best * n + best)) best = i;
      if (best != k) {
        exchange(a, k * n + k, best * n + best);
        for (let i: usize = 0; i < n; i++) exchange(v, i * n + k, i * n + best);
      }
      store<f32>(args.values + ((unit * n + k) << 2), <f32>get(a, k * n + k));
    }
    if (args.left) narrow(v, args.left + unit * (size << 2), size);
  }
}

// @ts-ignore: decorator
@inline
function rotate(m: usize, i: usize, j: usize, c: f64, s: f64): void {
  const p = get(m, i);
  const q = get(m, j);
  set(m, i, c * p - s * q);
  set(m, j, s * p + c * q);
}

// @ts-ignore: decorator
@inline
function exchange(m: usize, i: usize, j: usize): void {
  const kept = get(m, i);
  set(m, i, get(m, j));
  set(m, j, kept);
}

/** Singular values in descending order with left and right vectors as columns, by one-sided rotations (Hestenes, 1958). */
export function svd_f32(args: SpectralArgs, begin: usize, end: usize): void {
  const rows = args.rows;
  const n = args.columns;
  for (let unit = begin; unit < end; unit++) {
    const u = args.work + unit * (((rows + n) * n) << 3);
    const v = u + ((rows * n) << 3);
    widen(args.x + unit * ((rows * n) << 2), u, rows * n);
    for (let i: usize = 0; i < n * n; i++) set(v, i, 0);
    for (let i: usize = 0; i < n; i++) set(v, i * n + i, 1);
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      let turned = false;
      for (let p: usize = 0; p < n; p++) {
        for (let q = p + 1; q < n; q++) {
          let alpha: f64 = 0;
          let beta: f64 = 0;
          let gamma: f64 = 0;
          for (let i: usize = 0; i < rows; i++) {
            const x = get(u, i * n + p);
            const y = get(u, i * n + q);
            alpha += x * x;
            beta += y * y;
            gamma += x * y;
          }
          if (!(abs(gamma) > 1e-15 * sqrt<f64>(alpha * beta)) || abs(gamma) < 1e-300) continue;
          turned = true;
          const zeta = (beta - alpha) / (2 * gamma);
          const t = (zeta >= 0 ? 1.0 : -1.0) / (abs(zeta) + sqrt<f64>(1 + zeta * zeta));
          const c = 1 / sqrt<f64>(1 + t * t);
          const s = c * t;
          for (let i: usize = 0; i < rows; i++) rotate(u, i * n + p, i * n + q, c, s);
          for (let i: usize = 0; i < n; i++) rotate(v, i * n + p, i * n + q, c, s);
        }
      }
      if (!turned) break;
    }
    for (let k: usize = 0; k < n; k++) {
      let best = k;
      let most: f64 = -1;
      for (let j = k; j < n; j++) {
        let norm: f64 = 0;
        for (let i: usize = 0; i < rows; i++) norm += get(u, i * n + j) * get(u, i * n + j);
        if (norm > most) {
          most = norm;
          best = j;
        }
      }
      if (best != k) {
        for (let i: usize = 0; i < rows; i++) exchange(u, i * n + k, i * n + best);
        for (let i: usize = 0; i < n; i++) exchange(v, i * n + k, i * n + best);
      }
      const value = sqrt<f64>(most);
      store<f32>(args.values + ((unit * n + k) << 2), <f32>value);
      if (value > 0) for (let i: usize = 0; i < rows; i++) set(u, i * n + k, get(u, i * n + k) / value);
    }
    if (args.left) narrow(u, args.left + unit * ((rows * n) << 2), rows * n);
    if (args.right) narrow(v, args.right + unit * ((n * n) << 2), n * n);
  }
}
