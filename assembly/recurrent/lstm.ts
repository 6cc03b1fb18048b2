// Long short-term memory through all steps of a sequence. Gates stand in Keras's order: i, f, g (the candidate), o.
// Units are groups of unitRows rows of the batch.
import { In, Out, Size } from "../abi";
import { loadUpTo, splat, storeUpTo, tanh } from "../lanes";
import { addProduct } from "../matmul/gemv";
import { rowTimesHalves } from "../matmul/gemv-half";
import { ADD } from "../matmul/tile";
import { findRows, multiplyRows } from "../matmul/rows";
import { carry, sigmoidOfSum, tanhOfSum, throughSigmoid, vanishing } from "./frame";

@unmanaged
export class LstmArgs {
  /** What each step gets from its input, [rows, time, 4 · units]. */
  projected: In = 0;
  /** The recurrent kernel in panels; null for a single row of an even number of units, which reads it where it lies: floats or halves. */
  packed: In = 0;
  kernel: In = 0;
  halves: In = 0;
  /** Whether halves are bfloat16. */
  isBrain: u32 = 0;
  /** States to begin with, [rows, units] both; null: zeros. */
  hidden0: In = 0;
  cell0: In = 0;
  /** [rows, time], a byte each; where it is 0 the states stay as they are. Null: no such place. */
  mask: In = 0;
  /** States after each step, [rows, time, units] both. */
  hidden: Out = 0;
  cells: Out = 0;
  /** The gates after their activations, [rows, time, 4 · units]. */
  gates: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
  /** Which steps are done now. */
  fromStep: Size = 0;
  toStep: Size = 0;
}

/** gates = activations(projected + h · recurrent); c' = f · c + i · g; h' = o · tanh(c'). */
export function lstm_f32(a: LstmArgs, begin: usize, end: usize): void {
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    for (let t = a.fromStep; t < a.toStep; t++) step(a, first, rows, t);
  }
}

function step(a: LstmArgs, first: usize, rows: usize, t: usize): void {
  const row = a.units << 2;
  const place = first * a.time + t;
  const gates = a.gates + ((place * row) << 2);
  const before = t ? a.hidden + (place - 1) * row : a.hidden0 ? a.hidden0 + first * row : 0;
  if (a.halves) {
    if (before) rowTimesHalves(before, a.halves, gates, row, a.units, a.isBrain == 0);
    else memory.fill(gates, 0, row << 2);
  } else if (!a.packed) {
    memory.fill(gates, 0, row << 2);
    if (before) addProduct(before, a.kernel, row << 2, a.units, gates, gates + (row << 2));
  } else if (before) {
    findRows(before, t ? a.time * row : row, rows);
    multiplyRows(rows, a.units, a.packed, row, gates, (a.time * row) << 2, 0);
  }
  for (let i: usize = 0; i < rows; i++) finish(a, first + i, t, before || !a.packed);
}

/** What follows the product with the recurrent kernel, which stands in the place of the gates. */
function finish(a: LstmArgs, n: usize, t: usize, hasProduct: bool): void {
  const units = a.units;
  const row = units << 2;
  const place = n * a.time + t;
  const gates = a.gates + ((place * row) << 2);
  const from = a.projected + ((place * row) << 2);
  const cells = a.cells + place * row;
  const hidden = a.hidden + place * row;
  if (!hasProduct) memory.fill(gates, 0, row << 2);
  sigmoidOfSum(gates, from, 2 * units);
  tanhOfSum(gates + 2 * row, from + 2 * row, units);
  sigmoidOfSum(gates + 3 * row, from + 3 * row, units);
  const cellBefore = t ? cells - row : a.cell0 ? a.cell0 + n * row : 0;
  if (!a.mask || load<u8>(a.mask + place)) return states(gates, cellBefore, cells, hidden, units);
  const hiddenBefore = t ? hidden - row : a.hidden0 ? a.hidden0 + n * row : 0;
  carry(cells, cellBefore, row);
  carry(hidden, hiddenBefore, row);
}

/** c = f · c before + i · g; h = o · tanh(c). */
function states(gates: usize, cellBefore: usize, cells: usize, hidden: usize, units: usize): void {
  const row = units << 2;
  for (let j: usize = 0; j < units; j += 4) {
    const width = min<usize>(4, units - j);
    const at = j << 2;
    const i = loadUpTo(gates + at, width);
    const g = loadUpTo(gates + 2 * row + at, width);
    let c = f32x4.mul(i, g);
    if (cellBefore) c = f32x4.add(f32x4.mul(loadUpTo(gates + row + at, width), loadUpTo(cellBefore + at, width)), c);
    storeUpTo(cells + at, c, width);
    storeUpTo(hidden + at, f32x4.mul(loadUpTo(gates + 3 * row + at, width), tanh(c)), width);
  }
}

@unmanaged
export class LstmGradientArgs {
  /** What `lstm_f32` gave. */
  gates: In = 0;
  cells: In = 0;
  cell0: In = 0;
  mask: In = 0;
  /** The transposed recurrent kernel as panels. */
  packed: In = 0;
  /** Gradients of the three outputs of `lstm_f32`; null: zeros. */
  dHidden: In = 0;
  dCells: In = 0;
  dGates: In = 0;
  dProjected: Out = 0;
  /** Also what goes from step to step on the way. */
  dHidden0: Out = 0;
  dCell0: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
  /** Which steps are done now. */
  fromStep: Size = 0;
  toStep: Size = 0;
}

/** Gradients of `lstm_f32`, from the last step to the first. */
export function lstm_grad_f32(a: LstmGradientArgs, begin: usize, end: usize): void {
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    if (a.toStep == a.time) {
      memory.fill(a.dHidden0 + ((first * a.units) << 2), 0, (rows * a.units) << 2);
      memory.fill(a.dCell0 + ((first * a.units) << 2), 0, (rows * a.units) << 2);
    }
    for (let t = a.toStep; t > a.fromStep; t--) stepBack(a, first, rows, t - 1);
    if (a.time && !a.fromStep) toHidden(a, first, rows, 0);
  }
}

function stepBack(a: LstmGradientArgs, first: usize, rows: usize, t: usize): void {
  if (t + 1 < a.time) toHidden(a, first, rows, t + 1);
  for (let i: usize = 0; i < rows; i++) finishBack(a, first + i, t);
}

/** What step t sends to the hidden state before it: to dHidden0, which holds what a masked step passes on. */
function toHidden(a: LstmGradientArgs, first: usize, rows: usize, t: usize): void {
  const row = a.units << 2;
  findRows(a.dProjected + (((first * a.time + t) * row) << 2), (a.time * row) << 2, rows);
  multiplyRows(rows, row, a.packed, a.units, a.dHidden0 + first * row, row, a.mask ? ADD : 0);
}

function finishBack(a: LstmGradientArgs, n: usize, t: usize): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const isThere = !a.mask || load<u8>(a.mask + place);
  const cellBefore = t ? a.cells + (place - 1) * row : a.cell0 ? a.cell0 + n * row : 0;
  const one = splat(1);
  for (let j: usize = 0; j < a.units; j += 4) {
    const width = min<usize>(4, a.units - j);
    const at = j << 2;
    const throughHidden = a.dHidden0 + n * row + at;
    const throughCell = a.dCell0 + n * row + at;
    const to = a.dProjected + ((place * row) << 2) + at;
    let dh = loadUpTo(throughHidden, width);
    if (a.dHidden) dh = f32x4.add(dh, loadUpTo(a.dHidden + place * row + at, width));
    let dc = loadUpTo(throughCell, width);
    if (a.dCells) dc = f32x4.add(dc, loadUpTo(a.dCells + place * row + at, width));
    dh = vanishing(dh);
    dc = vanishing(dc);
    const from = a.gates + ((place * row) << 2) + at;
    const i = loadUpTo(from, width);
    const f = loadUpTo(from + row, width);
    const g = loadUpTo(from + 2 * row, width);
    const o = loadUpTo(from + 3 * row, width);
    let di = splat(0);
    let df = splat(0);
    let dg = splat(0);
    let dO = splat(0);
    if (isThere) {
      const y = tanh(loadUpTo(a.cells + place * row + at, width));
      dO = f32x4.mul(dh, y);
      dc = f32x4.add(dc, f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(y, y))));
      di = f32x4.mul(dc, g);
      if (cellBefore) df = f32x4.mul(dc, loadUpTo(cellBefore + at, width));
      dg = f32x4.mul(dc, i);
      dh = splat(0);
      dc = f32x4.mul(dc, f);
    }
    storeUpTo(throughHidden, dh, width);
    storeUpTo(throughCell, dc, width);
    if (a.dGates) {
      const given = a.dGates + ((place * row) << 2) + at;
      di = f32x4.add(di, loadUpTo(given, width));
      df = f32x4.add(df, loadUpTo(given + row, width));
      dg = f32x4.add(dg, loadUpTo(given + 2 * row, width));
      dO = f32x4.add(dO, loadUpTo(given + 3 * row, width));
    }
    storeUpTo(to, throughSigmoid(di, i), width);
    storeUpTo(to + row, throughSigmoid(df, f), width);
    storeUpTo(to + 2 * row, f32x4.mul(dg, f32x4.sub(one, f32x4.mul(g, g))), width);
    storeUpTo(to + 3 * row, throughSigmoid(dO, o), width);
  }
}
