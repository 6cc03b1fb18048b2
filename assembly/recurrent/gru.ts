// Gated recurrent units through all steps of a sequence, with the reset gate applied to the product of the state, or to the state before
// its product ("reset first"): then a step has two products, the second of which waits for the first.
// Gates stand in Keras's order: z (what stays), r (reset), g (the candidate). Units are groups of unitRows rows of the batch.
import { In, Out, Size } from "../abi";
import { loadUpTo, sigmoid, splat, storeUpTo, tanh } from "../lanes";
import { ADD, NR } from "../matmul/tile";
import { findRows, multiplyRows } from "../matmul/rows";
import { carry, tanhOfSum, throughSigmoid, vanishing } from "./frame";

@unmanaged
export class GruArgs {
  /** What each step gets from its input, [rows, time, 3 · units]. */
  projected: In = 0;
  /** The recurrent kernel in panels (reset first: as three matrices, a gate each), and its bias; null: none. */
  packed: In = 0;
  bias: In = 0;
  /** The state to begin with, [rows, units]; null: zeros. */
  hidden0: In = 0;
  /** [rows, time], a byte each; where it is 0 the state stays as it is. Null: no such place. */
  mask: In = 0;
  /** The state after each step, [rows, time, units]. */
  hidden: Out = 0;
  /** z, r, g and the candidate's part of the product (reset first: r · h), [rows, time, 4 · units]. */
  gates: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
  /** Which steps are done now. */
  fromStep: Size = 0;
  toStep: Size = 0;
  resetFirst: u32 = 0;
}

/** Bytes of the panels of one gate. */
function panelsOf(units: usize): usize {
  return (((units + NR - 1) / NR) * units * NR) << 2;
}

/**
 * p = h · recurrent + bias; z, r = sigmoid(projected + p); g = tanh(projected + r · p); h' = z · h + (1 − z) · g. Reset first:
 * g = tanh(projected + (r · h) · recurrent).
 */
export function gru_f32(a: GruArgs, begin: usize, end: usize): void {
  const row = a.units << 2;
  const stride = (a.time * row) << 2;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    for (let t = a.fromStep; t < a.toStep; t++) {
      const place = first * a.time + t;
      const before = t ? a.hidden + (place - 1) * row : a.hidden0 ? a.hidden0 + first * row : 0;
      const gates = a.gates + ((place * row) << 2);
      if (before) {
        findRows(before, t ? a.time * row : row, rows);
        gatesOf(a, rows, gates, stride, 0, a.resetFirst ? 2 : 3);
      }
      for (let i: usize = 0; i < rows; i++) {
        finishGates(a, first + i, t, before != 0);
        if (!a.resetFirst) finish(a, first + i, t);
      }
      if (!a.resetFirst) continue;
      if (before) {
        findRows(gates + 3 * row, stride, rows);
        gatesOf(a, rows, gates, stride, 2, 3);
      }
      for (let i: usize = 0; i < rows; i++) finish(a, first + i, t);
    }
  }
}

/** Products of the rows found with the kernels of some gates: one product, where those lie in one piece. */
function gatesOf(a: GruArgs, rows: usize, gates: usize, stride: usize, from: usize, to: usize): void {
  const units = a.units;
  if (!a.resetFirst) return multiplyRows(rows, units, a.packed, 3 * units, gates, stride, 0);
  for (; from < to; from++) multiplyRows(rows, units, a.packed + from * panelsOf(units), units, gates + ((from * units) << 2), stride, 0);
}

/** z and r from the product that stands in their places, and what the candidate is made of: its part of the product, or r · h. */
function finishGates(a: GruArgs, n: usize, t: usize, hasProduct: bool): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const gates = a.gates + ((place * row) << 2);
  if (!hasProduct) memory.fill(gates, 0, row << 2);
  sigmoids(gates, a.projected + place * row * 3, a.bias, 2 * a.units);
  if (!a.resetFirst) return memory.copy(gates + 3 * row, gates + 2 * row, row);
  if (!hasProduct) return;
  const before = t ? a.hidden + (place - 1) * row : a.hidden0 + n * row;
  for (let j: usize = 0; j < row; j += 16) {
    const width = min<usize>(4, (row - j) >> 2);
    storeUpTo(gates + 3 * row + j, f32x4.mul(loadUpTo(gates + row + j, width), loadUpTo(before + j, width)), width);
  }
}

/** The candidate and the state. */
function finish(a: GruArgs, n: usize, t: usize): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const gates = a.gates + ((place * row) << 2);
  const from = a.projected + place * row * 3 + 2 * row;
  const hidden = a.hidden + place * row;
  const before = t ? hidden - row : a.hidden0 ? a.hidden0 + n * row : 0;
  if (a.resetFirst) tanhOfSum(gates + 2 * row, from, a.units);
  states(gates, from, a.bias ? a.bias + 2 * row : 0, before, hidden, a.units, a.resetFirst == 0);
  if (a.mask && !load<u8>(a.mask + place)) carry(hidden, before, row);
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

/** h' from g, which is made here where the candidate's part of the product stands behind the gates: that gets its bias as well. */
function states(gates: usize, from: usize, bias: usize, before: usize, hidden: usize, units: usize, makesG: bool): void {
  const row = units << 2;
  for (let j: usize = 0; j < units; j += 4) {
    const width = min<usize>(4, units - j);
    const at = j << 2;
    const z = loadUpTo(gates + at, width);
    let g: v128;
    if (makesG) {
      let p = loadUpTo(gates + 3 * row + at, width);
      if (bias) p = f32x4.add(p, loadUpTo(bias + at, width));
      g = tanh(f32x4.add(loadUpTo(from + at, width), f32x4.mul(loadUpTo(gates + row + at, width), p)));
      storeUpTo(gates + 3 * row + at, p, width);
      storeUpTo(gates + 2 * row + at, g, width);
    } else g = loadUpTo(gates + 2 * row + at, width);
    let h = f32x4.mul(f32x4.sub(splat(1), z), g);
    if (before) h = f32x4.add(f32x4.mul(z, loadUpTo(before + at, width)), h);
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
  /** The transposed recurrent kernel as panels; reset first: those of each gate. */
  packed: In = 0;
  /** Gradients of the two outputs of `gru_f32`; null: zeros. */
  dHidden: In = 0;
  dGates: In = 0;
  dProjected: Out = 0;
  /** The gradient of the product with the recurrent kernel, [rows, time, 3 · units]; reset first: of r · h, [rows, time, units]. */
  dInner: Out = 0;
  /** Also what goes from step to step on the way. */
  dHidden0: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
  /** Which steps are done now. */
  fromStep: Size = 0;
  toStep: Size = 0;
  resetFirst: u32 = 0;
}

/** Gradients of `gru_f32`, from the last step to the first. */
export function gru_grad_f32(a: GruGradientArgs, begin: usize, end: usize): void {
  const units = a.units;
  const row = units << 2;
  const stride = a.time * row * 3;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    const carried = a.dHidden0 + first * row;
    if (a.toStep == a.time) memory.fill(carried, 0, rows * row);
    for (let t = a.toStep; t > a.fromStep; t--) {
      const place = first * a.time + t - 1;
      for (let i: usize = 0; i < rows; i++) finishBack(a, first + i, t - 1);
      if (!a.resetFirst) {
        findRows(a.dInner + place * row * 3, stride, rows);
        multiplyRows(rows, 3 * units, a.packed, units, carried, row, ADD);
        continue;
      }
      for (let gate: usize = 3; gate > 0; gate--) {
        findRows(a.dProjected + place * row * 3 + (gate - 1) * row, stride, rows);
        const isCandidate = gate == 3;
        const to = isCandidate ? a.dInner + place * row : carried;
        multiplyRows(
          rows,
          units,
          a.packed + (gate - 1) * panelsOf(units),
          units,
          to,
          isCandidate ? a.time * row : row,
          isCandidate ? 0 : ADD,
        );
        if (isCandidate) for (let i: usize = 0; i < rows; i++) resetBack(a, first + i, t - 1);
      }
    }
  }
}

/** Reset first: the gradient of r · h goes to both, that of r through its activation, that of h to dHidden0. */
function resetBack(a: GruGradientArgs, n: usize, t: usize): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const before = t ? a.hidden + (place - 1) * row : a.hidden0 ? a.hidden0 + n * row : 0;
  for (let j: usize = 0; j < row; j += 16) {
    const width = min<usize>(4, (row - j) >> 2);
    const carried = a.dHidden0 + n * row + j;
    const inner = a.dInner + place * row + j;
    const r = loadUpTo(a.gates + ((place * row) << 2) + row + j, width);
    let d = loadUpTo(inner, width);
    let dr = splat(0);
    if (a.dGates) {
      const given = a.dGates + ((place * row) << 2) + row + j;
      dr = loadUpTo(given, width);
      d = f32x4.add(d, loadUpTo(given + 2 * row, width));
      storeUpTo(inner, d, width);
    }
    if (before) dr = f32x4.add(dr, f32x4.mul(d, loadUpTo(before + j, width)));
    storeUpTo(carried, f32x4.add(loadUpTo(carried, width), f32x4.mul(d, r)), width);
    storeUpTo(a.dProjected + place * row * 3 + row + j, throughSigmoid(dr, r), width);
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
    dh = vanishing(dh);
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
    if (a.resetFirst) continue;
    storeUpTo(inner, dz, width);
    storeUpTo(inner + row, dr, width);
    storeUpTo(inner + 2 * row, dp, width);
  }
}
