// The fully connected recurrence h' = tanh(projected + h · recurrent) through all steps of a sequence.
// Units are groups of unitRows rows of the batch.
import { In, Out, Size } from "../abi";
import { loadUpTo, splat, storeUpTo } from "../lanes";
import { addProduct } from "../matmul/gemv";
import { ADD } from "../matmul/tile";
import { findRows, multiplyRows } from "../matmul/rows";
import { carry, tanhOfSum, vanishing } from "./frame";

@unmanaged
export class SimpleRnnArgs {
  /** What each step gets from its input, [rows, time, units]. */
  projected: In = 0;
  /** The recurrent kernel in panels; null for a single row of a multiple of 8 units, which reads it where it lies. */
  packed: In = 0;
  kernel: In = 0;
  /** The state to begin with, [rows, units]; null: zeros. */
  hidden0: In = 0;
  /** [rows, time], a byte each; where it is 0 the state stays as it is. Null: no such place. */
  mask: In = 0;
  /** The state after each step, [rows, time, units]. */
  hidden: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
  /** Which steps are done now. */
  fromStep: Size = 0;
  toStep: Size = 0;
}

/** h' = tanh(projected + h · recurrent). */
export function simple_rnn_f32(a: SimpleRnnArgs, begin: usize, end: usize): void {
  const row = a.units << 2;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    for (let t = a.fromStep; t < a.toStep; t++) {
      const hidden = a.hidden + (first * a.time + t) * row;
      const before = t ? hidden - row : a.hidden0 ? a.hidden0 + first * row : 0;
      if (before && a.packed) {
        findRows(before, t ? a.time * row : row, rows);
        multiplyRows(rows, a.units, a.packed, a.units, hidden, a.time * row, 0);
      } else {
        for (let i: usize = 0; i < rows; i++) memory.fill(hidden + i * a.time * row, 0, row);
        if (before) addProduct(before, a.kernel, row, a.units, hidden, hidden + row);
      }
      for (let i: usize = 0; i < rows; i++) finish(a, first + i, t);
    }
  }
}

/** What follows the product with the recurrent kernel, which stands in the place of the state. */
function finish(a: SimpleRnnArgs, n: usize, t: usize): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const hidden = a.hidden + place * row;
  if (!a.mask || load<u8>(a.mask + place)) return tanhOfSum(hidden, a.projected + place * row, a.units);
  carry(hidden, t ? hidden - row : a.hidden0 ? a.hidden0 + n * row : 0, row);
}

@unmanaged
export class SimpleRnnGradientArgs {
  /** What `simple_rnn_f32` gave and took. */
  hidden: In = 0;
  mask: In = 0;
  /** The transposed recurrent kernel as panels. */
  packed: In = 0;
  /** The gradient of the states, [rows, time, units]. */
  dHidden: In = 0;
  dProjected: Out = 0;
  /** Also what goes from step to step on the way. */
  dHidden0: Out = 0;
  rows: Size = 0;
  time: Size = 0;
  units: Size = 0;
  unitRows: Size = 0;
  /** Which steps are done now. */
  fromStep: Size = 0;
  toStep: Size = 0;
}

/** Gradients of `simple_rnn_f32`, from the last step to the first. */
export function simple_rnn_grad_f32(a: SimpleRnnGradientArgs, begin: usize, end: usize): void {
  const row = a.units << 2;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * a.unitRows;
    const rows = min(a.unitRows, a.rows - first);
    if (a.toStep == a.time) memory.fill(a.dHidden0 + first * row, 0, rows * row);
    for (let t = a.toStep; t > a.fromStep; t--) {
      for (let i: usize = 0; i < rows; i++) finishBack(a, first + i, t - 1);
      findRows(a.dProjected + (first * a.time + t - 1) * row, a.time * row, rows);
      multiplyRows(rows, a.units, a.packed, a.units, a.dHidden0 + first * row, row, a.mask ? ADD : 0);
    }
  }
}

/** The gradient before tanh; what a masked step passes on stays in dHidden0. */
function finishBack(a: SimpleRnnGradientArgs, n: usize, t: usize): void {
  const row = a.units << 2;
  const place = n * a.time + t;
  const isThere = !a.mask || load<u8>(a.mask + place);
  for (let j: usize = 0; j < a.units; j += 4) {
    const width = min<usize>(4, a.units - j);
    const at = j << 2;
    const carried = a.dHidden0 + n * row + at;
    const dh = vanishing(f32x4.add(loadUpTo(carried, width), loadUpTo(a.dHidden + place * row + at, width)));
    const y = loadUpTo(a.hidden + place * row + at, width);
    const through = f32x4.mul(dh, f32x4.sub(splat(1), f32x4.mul(y, y)));
    storeUpTo(carried, isThere ? splat(0) : dh, width);
    storeUpTo(a.dProjected + place * row + at, isThere ? through : splat(0), width);
  }
}
