// Gated recurrent units through all steps of a sequence, with the reset gate applied to the product of the state ("reset after").
// Gates stand in Keras's order: z (what stays), r (reset), g (the candidate). Units are groups of unitRows rows of the batch.
import { In, Out, Size } from "../abi";
import { loadUpTo, sigmoid, splat, storeUpTo, tanh } from "../lanes";
import { ADD } from "../matmul/tile";
import { findRows, multiplyRows } from "../matmul/rows";
import { carry, throughSigmoid } from "./frame";

@unmanaged
export class GruArgs {
  /** What each step gets from its input, [rows, time, 3 · units]. */
  projected: In = 0;
  /** The recurrent kernel in panels, and its bias; null: none. */
  packed: In = 0;
  bias: In = 0;
  /** The state to begin with, [rows, units]; null: zeros. */
  hidden0: In = 0;
  /** [rows, time], a byte each; where it is 0 the state stays as it is. Null: no such place. */
  mask: In = 0;
  /** The state after each step, [rows, time, units]. */
  hidden: Out = 0;
  /** z, r, g and the candidate's part of the product, [rows, time, 4 · units]. */
  gates: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
}

/** p = h · recurrent + bias; z, r = sigmoid(projected + p); g = tanh(projected + r · p); h' = z · h + (1 − z) · g. */
export function gru_f32(a: GruArgs, begin: usize, end: usize): void {
  const row = a.units << 2;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    for (let t: usize = 0; t < a.time; t++) {
      const place = first * a.time + t;
      const before = t ? a.hidden + (place - 1) * row : a.hidden0 ? a.hidden0 + first * row : 0;
      if (before) {
        findRows(before, t ? a.time * row : row, rows);
        multiplyRows(rows, a.units, a.packed, 3 * a.units, a.gates + ((place * row) << 2), (a.time * row) << 2, 0);
      }
      for (let i: usize = 0; i < rows; i++) finish(a, first + i, t, before != 0);
    }
  }
}

/** What follows the product with the recurrent kernel, which stands in the place of the gates. */
function finish(a: GruArgs, n: usize, t: usize, hasProduct: bool): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const gates = a.gates + ((place * row) << 2);
  const from = a.projected + place * row * 3;
  const hidden = a.hidden + place * row;
  const before = t ? hidden - row : a.hidden0 ? a.hidden0 + n * row : 0;
  if (!hasProduct) memory.fill(gates, 0, 3 * row);
  sigmoids(gates, from, a.bias, 2 * a.units);
  memory.copy(gates + 3 * row, gates + 2 * row, row);
  candidates(gates, from + 2 * row, a.bias ? a.bias + 2 * row : 0, before, hidden, a.units);
  if (!a.mask || load<u8>(a.mask + place)) return;
  carry(hidden, before, row);
}

function sigmoids(gates: usize, from: usize, bias: usize, n: usize): void {
  for (let j: usize = 0; j < n; j += 4) {
    const width = min<usize>(4, n - j);
    const at = j << 2;
    let p = loadUpTo(gates + at, width);
    if (bias) p = f32x4.add(p, loadUpTo(bias + at, width));
    storeUpTo(gates + at, sigmoid(f32x4.add(loadUpTo(from + at, width), p)), width);
  }
}

/** g and h'; the candidate's part of the product stands behind the gates and gets its bias. */
function candidates(gates: usize, from: usize, bias: usize, before: usize, hidden: usize, units: usize): void {
  const row = units << 2;
  for (let j: usize = 0; j < units; j += 4) {
    const width = min<usize>(4, units - j);
    const at = j << 2;
    let p = loadUpTo(gates + 3 * row + at, width);
    if (bias) p = f32x4.add(p, loadUpTo(bias + at, width));
    const z = loadUpTo(gates + at, width);
    const g = tanh(f32x4.add(loadUpTo(from + at, width), f32x4.mul(loadUpTo(gates + row + at, width), p)));
    let h = f32x4.mul(f32x4.sub(splat(1), z), g);
    if (before) h = f32x4.add(f32x4.mul(z, loadUpTo(before + at, width)), h);
    storeUpTo(gates + 3 * row + at, p, width);
    storeUpTo(gates + 2 * row + at, g, width);
    storeUpTo(hidden + at, h, width);
  }
}

@unmanaged
export class GruGradientArgs {
  /** What `gru_f32` took and gave. */
  gates: In = 0;
  hidden: In = 0;
  hidden0: In = 0;
  mask: In = 0;
  /** The transposed recurrent kernel as panels. */
  packed: In = 0;
  /** Gradients of the two outputs of `gru_f32`; null: zeros. */
  dHidden: In = 0;
  dGates: In = 0;
  dProjected: Out = 0;
  /** The gradient of the product with the recurrent kernel, [rows, time, 3 · units]. */
  dInner: Out = 0;
  /** Also what goes from step to step on the way. */
  dHidden0: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
}

/** Gradients of `gru_f32`, from the last step to the first. */
export function gru_grad_f32(a: GruGradientArgs, begin: usize, end: usize): void {
  const row = a.units << 2;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    memory.fill(a.dHidden0 + first * row, 0, rows * row);
    for (let t = a.time; t > 0; t--) {
      for (let i: usize = 0; i < rows; i++) finishBack(a, first + i, t - 1);
      findRows(a.dInner + (first * a.time + t - 1) * row * 3, a.time * row * 3, rows);
      multiplyRows(rows, 3 * a.units, a.packed, a.units, a.dHidden0 + first * row, row, ADD);
    }
  }
}

function finishBack(a: GruGradientArgs, n: usize, t: usize): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const isThere = !a.mask || load<u8>(a.mask + place);
  const before = t ? a.hidden + (place - 1) * row : a.hidden0 ? a.hidden0 + n * row : 0;
  const one = splat(1);
  for (let j: usize = 0; j < a.units; j += 4) {
    const width = min<usize>(4, a.units - j);
    const at = j << 2;
    const carried = a.dHidden0 + n * row + at;
    let dh = loadUpTo(carried, width);
    if (a.dHidden) dh = f32x4.add(dh, loadUpTo(a.dHidden + place * row + at, width));
    const from = a.gates + ((place * row) << 2) + at;
    const z = loadUpTo(from, width);
    const r = loadUpTo(from + row, width);
    const g = loadUpTo(from + 2 * row, width);
    const p = loadUpTo(from + 3 * row, width);
    let dz = splat(0);
    let dr = splat(0);
    let dg = splat(0);
    let dp = splat(0);
    if (isThere) {
      dz = f32x4.mul(dh, before ? f32x4.sub(loadUpTo(before + at, width), g) : f32x4.neg(g));
      dg = f32x4.mul(dh, f32x4.sub(one, z));
      dh = f32x4.mul(dh, z);
    }
    storeUpTo(carried, dh, width);
    if (a.dGates) {
      const given = a.dGates + ((place * row) << 2) + at;
      dz = f32x4.add(dz, loadUpTo(given, width));
      dr = loadUpTo(given + row, width);
      dg = f32x4.add(dg, loadUpTo(given + 2 * row, width));
      dp = loadUpTo(given + 3 * row, width);
    }
    dg = f32x4.mul(dg, f32x4.sub(one, f32x4.mul(g, g)));
    dr = f32x4.add(dr, f32x4.mul(dg, p));
    dp = f32x4.add(dp, f32x4.mul(dg, r));
    dz = throughSigmoid(dz, z);
    dr = throughSigmoid(dr, r);
    const input = a.dProjected + place * row * 3 + at;
    const inner = a.dInner + place * row * 3 + at;
    storeUpTo(input, dz, width);
    storeUpTo(input + row, dr, width);
    storeUpTo(input + 2 * row, dg, width);
    storeUpTo(inner, dz, width);
    storeUpTo(inner + row, dr, width);
    storeUpTo(inner + 2 * row, dp, width);
  }
}
