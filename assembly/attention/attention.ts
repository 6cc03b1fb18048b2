// Scaled dot-product attention by blocks (Dao et al., "FlashAttention", 2022): weights exist for one block of targets and sources at a
// time, in thread scratch, so memory grows with the lengths and not with their product.
//  (1) Forward, a unit is a block of targets of one head: the largest score so far and the sum of exponentials are kept for each row, and
//      what was summed is brought to a new largest score when one comes.
//  (2) Backward, a unit is a head: weights are computed again from scores, largest and sum, so the sums of all three gradients run in one
//      fixed order.
//  (3) What may not be seen has NEVER added to its score, once. A row that sees nothing has equal weights for all sources, as softmax of
//      what is equally far away; such rows look at every block.
import { In, Out, Size, threadScratch } from "../abi";
import { expNegative, loadOver, splat, storePart } from "../lanes";
import { packPanels } from "../matmul/pack";
import { findRows, multiplyRows, transposeRows } from "../matmul/rows";
import { ADD, NR } from "../matmul/tile";
import { rowDot, rowMax, scaleRow, sumOfStored } from "../normalization/row-loops";
import { drawGroup, GROUP, intoOrder } from "../random/philox";

/** Far below every score, and finite (as Keras has it): −0.7 of the largest number. */
const NEVER: f32 = -0.7 * 3.4028234663852886e38;
/** A largest score below this belongs to a row that sees nothing. */
const UNSEEN: f32 = -1e38;

/** Sources of a block. */
const FORWARD_SOURCES: usize = 128;
const BACKWARD_BLOCK: usize = 64;
/** What `findRows` and `multiplyRows` need comes first in scratch. */
const SCRATCH: usize = 9216;

@unmanaged
export class AttentionArgs {
  /** [batch, targets, heads, size] */
  query: In = 0;
  /** [batch, sources, heads, size] */
  key: In = 0;
  /** [batch, sources, heads, valueSize] */
  value: In = 0;
  /** Added to the scores, by the strides below; or null. */
  bias: In = 0;
  /** Bytes, 0 where a target does not see a source, by the strides below; or null. */
  mask: In = 0;
  /** Two words, where weights are dropped; or null. */
  seed: In = 0;
  heads: Size = 0;
  targets: Size = 0;
  sources: Size = 0;
  /** At most 256 each. */
  size: Size = 0;
  valueSize: Size = 0;
  /** Strides along batch, heads, targets and sources; 0 where one serves all. */
  biasStride0: Size = 0;
  biasStride1: Size = 0;
  biasStride2: Size = 0;
  biasStride3: Size = 0;
  maskStride0: Size = 0;
  maskStride1: Size = 0;
  maskStride2: Size = 0;
  maskStride3: Size = 0;
  scale: f32 = 0;
  /** 1: a target sees sources up to its own place. */
  isCausal: u32 = 0;
  /** Weights whose random word is below are dropped, the others multiplied by `keepScale`. */
  threshold: u32 = 0;
  keepScale: f32 = 0;
}

@unmanaged
export class AttentionForwardArgs extends AttentionArgs {
  /** [batch, targets, heads, valueSize] */
  output: Out = 0;
  /** The largest score of each target, [batch, heads, targets]. */
  largest: Out = 0;
  /** Σ e^(score − largest), [batch, heads, targets]. */
  total: Out = 0;
  /** Targets of a unit, at most 128. */
  unitTargets: Size = 0;
}

@unmanaged
export class AttentionBackwardArgs extends AttentionArgs {
  output: In = 0;
  largest: In = 0;
  total: In = 0;
  /** The gradient of the output. */
  dOutput: In = 0;
  dQuery: Out = 0;
  dKey: Out = 0;
  dValue: Out = 0;
}

/** row[j] += bias[j · stride]. */
function addBias(row: usize, bias: usize, stride: usize, n: usize): void {
  if (stride == 1) {
    for (; n >= 4; n -= 4, row += 16, bias += 16) v128.store(row, f32x4.add(v128.load(row), v128.load(bias)));
  }
  for (; n > 0; n--, row += 4, bias += stride << 2) store<f32>(row, load<f32>(row) + load<f32>(bias));
}

/** row[j] += NEVER where mask[j · stride] is 0. */
function addMask(row: usize, mask: usize, stride: usize, n: usize): void {
  const never = splat(NEVER);
  if (stride == 1) {
    for (; n >= 4; n -= 4, row += 16, mask += 4) {
      const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(mask)));
      v128.store(row, f32x4.add(v128.load(row), v128.and(never, i32x4.eq(bytes, i32x4.splat(0)))));
    }
  }
  for (; n > 0; n--, row += 4, mask += stride) if (!load<u8>(mask)) store<f32>(row, load<f32>(row) + NEVER);
}

/** row[j] += NEVER. */
function hide(row: usize, n: usize): void {
  const never = splat(NEVER);
  for (; n >= 4; n -= 4, row += 16) v128.store(row, f32x4.add(v128.load(row), never));
  for (; n > 0; n--, row += 4) store<f32>(row, load<f32>(row) + NEVER);
}

/** What bias, mask and causality do to the scores of target t and `n` sources from s on. */
function adjust(a: AttentionArgs, b: usize, h: usize, t: usize, s: usize, row: usize, n: usize): void {
  if (a.bias) {
    const at = b * a.biasStride0 + h * a.biasStride1 + t * a.biasStride2 + s * a.biasStride3;
    addBias(row, a.bias + (at << 2), a.biasStride3, n);
  }
  // Sources that causality lets be seen: they may be masked all the same, but nothing is hidden twice.
  const open: usize = a.isCausal ? (t < s ? <usize>0 : min<usize>(n, t - s + 1)) : n;
  if (a.mask) addMask(row, a.mask + b * a.maskStride0 + h * a.maskStride1 + t * a.maskStride2 + s * a.maskStride3, a.maskStride3, open);
  if (open < n) hide(row + (open << 2), n - open);
}

/**
 * x[j] = 0 where the random number of weight first + j says so, else x[j] · scale; the same for y, unless that is 0. The numbers are those
 * that dropout of all weights, [batch, heads, targets, sources], would draw.
 */
function drop(a: AttentionArgs, first: u64, x: usize, y: usize, n: usize): void {
  const at = threadScratch();
  let drawn: u64 = u64.MAX_VALUE;
  for (let j: usize = 0; j < n; j++, x += 4) {
    const i = first + j;
    if (i / GROUP != drawn) {
      drawn = i / GROUP;
      drawGroup(a.seed, <u32>drawn);
      intoOrder();
    }
    const factor: f32 = load<u32>(at + (((<usize>i) & (GROUP - 1)) << 2)) < a.threshold ? 0 : a.keepScale;
    store<f32>(x, load<f32>(x) * factor);
    if (y) {
      store<f32>(y, load<f32>(y) * factor);
      y += 4;
    }
  }
}

// @ts-ignore: decorator
@inline
function weightIndex(a: AttentionArgs, head: usize, t: usize, s: usize): u64 {
  return (<u64>head * a.targets + t) * a.sources + s;
}

/** to[i, :] = from[i, :] · scale for rows that lie `stride` bytes apart; those of `to` lie one behind the other. */
function copyScaled(from: usize, stride: usize, rows: usize, size: usize, to: usize, scale: f32): void {
  const factor = splat(scale);
  for (let i: usize = 0; i < rows; i++, from += stride) {
    let x = from;
    let n = size;
    for (; n >= 4; n -= 4, x += 16, to += 16) v128.store(to, f32x4.mul(v128.load(x), factor));
    for (; n > 0; n--, x += 4, to += 4) store<f32>(to, load<f32>(x) * scale);
  }
}

/** Whether one of the rows sees nothing in what it has looked at. */
function someUnseen(largest: usize, rows: usize): bool {
  for (let i: usize = 0; i < rows; i++) if (load<f32>(largest + (i << 2)) < UNSEEN) return true;
  return false;
}

/** Scores of a few rows without panels: what packing costs would be more than the products. */
function fewScores(query: usize, rows: usize, size: usize, key: usize, stride: usize, n: usize, scores: usize, row: usize): void {
  for (let j: usize = 0; j < n; j++, key += stride)
    for (let i: usize = 0; i < rows; i++) store<f32>(scores + i * row + (j << 2), rowDot(query + ((i * size) << 2), key, size));
}

/** y += weight · x */
function addScaled(y: usize, x: usize, n: usize, weight: f32): void {
  const w = splat(weight);
  for (; n >= 4; n -= 4, x += 16, y += 16) v128.store(y, f32x4.add(v128.load(y), f32x4.mul(w, v128.load(x))));
  for (; n > 0; n--, x += 4, y += 4) store<f32>(y, load<f32>(y) + weight * load<f32>(x));
}

/** Rows below which a product takes no panels. */
const FEW: usize = 3;

/**
 * output = softmax(scale · query · keyᵀ + bias, masked) · value, for each head. Units: blocks of targets, batch × heads × ceil(targets /
 * unitTargets) of them, along targets fastest.
 */
export function attention_f32(a: AttentionForwardArgs, begin: usize, end: usize): void {
  const blocks = (a.targets + a.unitTargets - 1) / a.unitTargets;
  const stride = (a.heads * a.size) << 2;
  const valueStride = (a.heads * a.valueSize) << 2;
  for (let unit = begin; unit < end; unit++) {
    const head = unit / blocks;
    const b = head / a.heads;
    const h = head % a.heads;
    const t = (unit % blocks) * a.unitTargets;
    const rows = min(a.unitTargets, a.targets - t);
    const query = a.query + ((((b * a.targets + t) * a.heads + h) * a.size) << 2);
    const output = a.output + ((((b * a.targets + t) * a.heads + h) * a.valueSize) << 2);
    const largest = a.largest + ((head * a.targets + t) << 2);
    const total = a.total + ((head * a.targets + t) << 2);
    const scaled = threadScratch() + SCRATCH;
    const scores = scaled + ((rows * a.size + 3) & ~3) * 4;
    const panels = scores + rows * (FORWARD_SOURCES << 2);
    copyScaled(query, stride, rows, a.size, scaled, a.scale);
    for (let i: usize = 0; i < rows; i++) {
      store<f32>(largest + (i << 2), -Infinity);
      store<f32>(total + (i << 2), 0);
      memory.fill(output + i * valueStride, 0, a.valueSize << 2);
    }
    const seen = a.isCausal ? min(a.sources, t + rows) : a.sources;
    // Where every row sees something, blocks end where causality does; where one may not, they are those of all sources.
    const last = a.mask || a.bias ? a.sources : seen;
    for (let s: usize = 0; s < seen || (s < last && someUnseen(largest, rows)); s += FORWARD_SOURCES) {
      const columns = min(FORWARD_SOURCES, last - s);
      const key = a.key + ((((b * a.sources + s) * a.heads + h) * a.size) << 2);
      const value = a.value + ((((b * a.sources + s) * a.heads + h) * a.valueSize) << 2);
      if (rows < FEW) fewScores(scaled, rows, a.size, key, stride, columns, scores, FORWARD_SOURCES << 2);
      else {
        packPanels(key, 1, stride >> 2, a.size, columns, panels);
        findRows(scaled, a.size << 2, rows);
        multiplyRows(rows, a.size, panels, columns, scores, FORWARD_SOURCES << 2, 0);
      }
      for (let i: usize = 0; i < rows; i++) {
        const row = scores + i * (FORWARD_SOURCES << 2);
        adjust(a, b, h, t + i, s, row, columns);
        const before = load<f32>(largest + (i << 2));
        const now = max(before, rowMax(row, columns));
        const shift: f32 = now == -Infinity ? 0 : now;
        const factor = f32x4.extract_lane(expNegative(splat(before - shift)), 0);
        const sum = sumOfStored(row, row, columns, shift);
        store<f32>(largest + (i << 2), now);
        store<f32>(total + (i << 2), load<f32>(total + (i << 2)) * factor + sum);
        if (s && factor != 1) scaleRow(output + i * valueStride, a.valueSize, splat(factor));
        if (a.seed) drop(a, weightIndex(a, head, t + i, s), row, 0, columns);
      }
      if (rows < FEW) {
        for (let j: usize = 0; j < columns; j++)
          for (let i: usize = 0; i < rows; i++)
            addScaled(
              output + i * valueStride,
              value + j * valueStride,
              a.valueSize,
              load<f32>(scores + i * (FORWARD_SOURCES << 2) + (j << 2)),
            );
      } else {
        packPanels(value, valueStride >> 2, 1, columns, a.valueSize, panels);
        findRows(scores, FORWARD_SOURCES << 2, rows);
        multiplyRows(rows, columns, panels, a.valueSize, output, valueStride, ADD);
      }
    }
    if (a.sources)
      for (let i: usize = 0; i < rows; i++) scaleRow(output + i * valueStride, a.valueSize, splat(1 / load<f32>(total + (i << 2))));
  }
}

/** weights = e^(scores − largest) / total along a row. */
function weigh(row: usize, n: usize, largest: f32, total: f32): void {
  const shift = splat(largest == -Infinity ? 0 : largest);
  const factor = splat(1 / total);
  for (; n >= 4; n -= 4, row += 16) v128.store(row, f32x4.mul(expNegative(f32x4.sub(v128.load(row), shift)), factor));
  if (n) storePart(row, f32x4.mul(expNegative(f32x4.sub(loadOver(row, n, splat(-Infinity)), shift)), factor), n);
}

/** d = weights · (d − dot) · scale along a row: back through softmax. */
function throughSoftmax(d: usize, weights: usize, n: usize, dot: f32, scale: f32): void {
  const shift = splat(dot);
  const factor = splat(scale);
  for (; n >= 4; n -= 4, d += 16, weights += 16)
    v128.store(d, f32x4.mul(f32x4.mul(v128.load(weights), f32x4.sub(v128.load(d), shift)), factor));
  for (; n > 0; n--, d += 4, weights += 4) store<f32>(d, load<f32>(weights) * (load<f32>(d) - dot) * scale);
}

/** The gradients of query, key and value. Units: heads, batch × heads of them. */
export function attention_grad_f32(a: AttentionBackwardArgs, begin: usize, end: usize): void {
  const stride = (a.heads * a.size) << 2;
  const valueStride = (a.heads * a.valueSize) << 2;
  const wide = (a.size + NR - 1) & ~(NR - 1);
  const wideValue = (a.valueSize + NR - 1) & ~(NR - 1);
  const square = BACKWARD_BLOCK * BACKWARD_BLOCK * 4;
  const row = BACKWARD_BLOCK << 2;
  // Keys and values of a block of sources as the right-hand sides of three products, then what changes with the block of targets.
  const scorePanels = threadScratch() + SCRATCH;
  const weightPanels = scorePanels + BACKWARD_BLOCK * a.size * 4;
  const keyPanels = weightPanels + BACKWARD_BLOCK * a.valueSize * 4;
  const scaled = keyPanels + BACKWARD_BLOCK * wide * 4;
  const panels = scaled + BACKWARD_BLOCK * wide * 4;
  const weights = panels + BACKWARD_BLOCK * max(wide, wideValue) * 4;
  const changes = weights + square;
  const turned = changes + square;
  for (let head = begin; head < end; head++) {
    const b = head / a.heads;
    const h = head % a.heads;
    for (let s: usize = 0; s < a.sources; s += BACKWARD_BLOCK) {
      const columns = min(BACKWARD_BLOCK, a.sources - s);
      const at = (b * a.sources + s) * a.heads + h;
      const key = a.key + ((at * a.size) << 2);
      const value = a.value + ((at * a.valueSize) << 2);
      const dKey = a.dKey + ((at * a.size) << 2);
      const dValue = a.dValue + ((at * a.valueSize) << 2);
      packPanels(key, 1, stride >> 2, a.size, columns, scorePanels);
      packPanels(value, 1, valueStride >> 2, a.valueSize, columns, weightPanels);
      packPanels(key, stride >> 2, 1, columns, a.size, keyPanels);
      for (let j: usize = 0; j < columns; j++) {
        memory.fill(dKey + j * stride, 0, a.size << 2);
        memory.fill(dValue + j * valueStride, 0, a.valueSize << 2);
      }
      for (let t: usize = 0; t < a.targets; t += BACKWARD_BLOCK) {
        const rows = min(BACKWARD_BLOCK, a.targets - t);
        const largest = a.largest + ((head * a.targets + t) << 2);
        const total = a.total + ((head * a.targets + t) << 2);
        const from = (b * a.targets + t) * a.heads + h;
        const query = a.query + ((from * a.size) << 2);
        const dQuery = a.dQuery + ((from * a.size) << 2);
        const output = a.output + ((from * a.valueSize) << 2);
        const dOutput = a.dOutput + ((from * a.valueSize) << 2);
        if (s == 0) for (let i: usize = 0; i < rows; i++) memory.fill(dQuery + i * stride, 0, a.size << 2);
        if (a.isCausal && s >= t + rows && !someUnseen(largest, rows)) continue;
        copyScaled(query, stride, rows, a.size, scaled, a.scale);
        findRows(scaled, a.size << 2, rows);
        multiplyRows(rows, a.size, scorePanels, columns, weights, row, 0);
        findRows(dOutput, valueStride, rows);
        multiplyRows(rows, a.valueSize, weightPanels, columns, changes, row, 0);
        for (let i: usize = 0; i < rows; i++) {
          const w = weights + i * row;
          const d = changes + i * row;
          adjust(a, b, h, t + i, s, w, columns);
          weigh(w, columns, load<f32>(largest + (i << 2)), load<f32>(total + (i << 2)));
          if (a.seed) {
            // Dropped weights make the gradient of the values; those before it, what goes on.
            const dropped = turned + ((i * columns) << 2);
            memory.copy(dropped, w, columns << 2);
            drop(a, weightIndex(a, head, t + i, s), dropped, d, columns);
          }
          // Σ weights · changes is output · dOutput as well. Where one block has them all, the former: a weight of 1 gives exactly nothing.
          const isWhole = a.sources <= BACKWARD_BLOCK;
          const dot = isWhole ? rowDot(w, d, columns) : rowDot(dOutput + i * valueStride, output + i * valueStride, a.valueSize);
          throughSoftmax(d, w, columns, dot, a.scale);
        }
        if (a.seed) for (let i: usize = 0; i < rows; i++) memory.copy(weights + i * row, turned + ((i * columns) << 2), columns << 2);
        transposeRows(weights, row, rows, columns, turned);
        packPanels(dOutput, valueStride >> 2, 1, rows, a.valueSize, panels);
        findRows(turned, rows << 2, columns);
        multiplyRows(columns, rows, panels, a.valueSize, dValue, valueStride, ADD);
        transposeRows(changes, row, rows, columns, turned);
        packPanels(query, stride >> 2, 1, rows, a.size, panels);
        findRows(turned, rows << 2, columns);
        multiplyRows(columns, rows, panels, a.size, dKey, stride, ADD);
        findRows(changes, row, rows);
        multiplyRows(rows, columns, keyPanels, a.size, dQuery, stride, ADD);
      }
    }
  }
}
