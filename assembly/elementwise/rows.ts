// The loops of elementwise functions of several inputs, with broadcasting.
//
//  (1) Sizes and strides are innermost first. The caller collapses neighbouring axes, so that the innermost axis of each operand has
//      stride 1 or 0 (broadcast); a size of 0 ends the list. Units are output elements; the output is contiguous.
//  (2) A row is one run along the innermost axis. An operand that is broadcast along it is written once to a small buffer that the row then
//      reads again and again with step 0, so one loop serves every combination.
//  (3) The counters of the outer axes live in thread scratch: COUNTERS words, then a buffer for each operand.
import { In, Out, Size, threadScratch } from "../abi";
import { loadPart, storePart } from "../lanes";

@unmanaged
export class BinaryArgs {
  a: In = 0;
  b: In = 0;
  y: Out = 0;
  sizes0: Size = 0;
  sizes1: Size = 0;
  sizes2: Size = 0;
  sizes3: Size = 0;
  sizes4: Size = 0;
  sizes5: Size = 0;
  aStrides0: Size = 0;
  aStrides1: Size = 0;
  aStrides2: Size = 0;
  aStrides3: Size = 0;
  aStrides4: Size = 0;
  aStrides5: Size = 0;
  bStrides0: Size = 0;
  bStrides1: Size = 0;
  bStrides2: Size = 0;
  bStrides3: Size = 0;
  bStrides4: Size = 0;
  bStrides5: Size = 0;
}

@unmanaged
export class TernaryArgs extends BinaryArgs {
  c: In = 0;
  cStrides0: Size = 0;
  cStrides1: Size = 0;
  cStrides2: Size = 0;
  cStrides3: Size = 0;
  cStrides4: Size = 0;
  cStrides5: Size = 0;
}

const BUFFERS: usize = 64;

/** Sets the counters of axes 1 to 5 to those of a row. */
function seekRow(sizes: usize, row: usize): void {
  const counters = threadScratch();
  for (let axis: usize = 4; axis <= 20; axis += 4) {
    const size = load<u32>(sizes + axis);
    store<u32>(counters + axis, 0);
    if (size == 0) return;
    const next = row / size;
    store<u32>(counters + axis, row - next * size);
    row = next;
  }
}

/** Steps the counters to the next row. */
function nextRow(sizes: usize): void {
  const counters = threadScratch();
  for (let axis: usize = 4; axis <= 20; axis += 4) {
    const count = load<u32>(counters + axis) + 1;
    if (count < load<u32>(sizes + axis)) {
      store<u32>(counters + axis, count);
      return;
    }
    store<u32>(counters + axis, 0);
  }
}

/** Where the current row starts in an operand, in elements. */
function rowOffset(sizes: usize, strides: usize): usize {
  const counters = threadScratch();
  let offset: usize = 0;
  for (let axis: usize = 4; axis <= 20 && load<u32>(sizes + axis) != 0; axis += 4)
    offset += load<u32>(counters + axis) * load<u32>(strides + axis);
  return offset;
}

/** The address from which a row reads its 32-bit operand: the operand itself, or a buffer of 64 bytes filled with its one value. */
// @ts-ignore: decorator
@inline
function operand32(operand: usize, stride: usize, buffer: usize): usize {
  if (stride) return operand;
  const value = v128.load32_splat(operand);
  v128.store(buffer, value);
  v128.store(buffer, value, 16);
  v128.store(buffer, value, 32);
  v128.store(buffer, value, 48);
  return buffer;
}

// @ts-ignore: decorator
@inline
function operand8(operand: usize, stride: usize, buffer: usize): usize {
  if (stride) return operand;
  v128.store(buffer, v128.load8_splat(operand));
  return buffer;
}

/** Rows shorter than this are too short for the vector loop: where one operand is the same in each, many are taken as one. */
const SHORT: usize = 64;
/** Elements of a repeated row, at most; it lies in thread scratch behind the buffers. */
const REPEATED: usize = 2048;
const REPETITION: usize = 4096;

/** Writes a row of n elements to thread scratch so often that it fills REPEATED elements; gives their number. */
function repeatRow(from: usize, n: usize, shift: usize): usize {
  const to = threadScratch() + REPETITION;
  const period = n * (REPEATED / n);
  for (let i: usize = 0; i < period; i += n) memory.copy(to + (i << shift), from, n << shift);
  return period;
}

/**
 * Runs `Row` over the rows of [begin, end); shifts are the widths of an input's and of an output's element as powers of two. Two axes of
 * which the inner one is short, with an operand that is the same in each row, become long rows: that operand is repeated beforehand.
 */
// @ts-ignore: decorator
@inline
function rows2<Row>(args: BinaryArgs, shift: usize, yShift: usize, begin: usize, end: usize): void {
  if (begin >= end) return;
  const sizes = changetype<usize>(args) + offsetof<BinaryArgs>("sizes0");
  const aStrides = changetype<usize>(args) + offsetof<BinaryArgs>("aStrides0");
  const bStrides = changetype<usize>(args) + offsetof<BinaryArgs>("bStrides0");
  let inner = args.sizes0;
  let repeatsA = false;
  let repeatsB = false;
  if (inner < SHORT && args.sizes1 != 0 && args.sizes2 == 0 && args.aStrides0 == 1 && args.bStrides0 == 1 && end - begin > SHORT) {
    repeatsA = args.aStrides1 == 0 && args.bStrides1 == inner;
    repeatsB = args.bStrides1 == 0 && args.aStrides1 == inner;
    if (repeatsA) inner = repeatRow(args.a, inner, shift);
    else if (repeatsB) inner = repeatRow(args.b, inner, shift);
  }
  const repeated = threadScratch() + REPETITION;
  const repeats = repeatsA || repeatsB;
  const row = args.sizes1 ? begin / inner : 0;
  let column = begin - row * inner;
  let y = args.y + (begin << yShift);
  let at = begin;
  if (!repeats) seekRow(sizes, row);
  while (true) {
    const n = min(inner - column, end - at);
    let a = args.a;
    let b = args.b;
    if (repeats) {
      a = repeatsA ? repeated + (column << shift) : a + (at << shift);
      b = repeatsB ? repeated + (column << shift) : b + (at << shift);
    } else {
      a += (rowOffset(sizes, aStrides) + column * args.aStrides0) << shift;
      b += (rowOffset(sizes, bStrides) + column * args.bStrides0) << shift;
    }
    changetype<Row>(0).run(a, b, y, n, args.aStrides0, args.bStrides0);
    at += n;
    if (at == end) return;
    y += n << yShift;
    column = 0;
    if (!repeats) nextRow(sizes);
  }
}

class Row32<Op> {
  @inline
  run(a: usize, b: usize, y: usize, n: usize, aStride: usize, bStride: usize): void {
    const op = changetype<Op>(0);
    const buffers = threadScratch() + BUFFERS;
    a = operand32(a, aStride, buffers);
    b = operand32(b, bStride, buffers + 64);
    for (; n >= 8; n -= 8) {
      const u = op.vec(v128.load(a), v128.load(b));
      const v = op.vec(v128.load(a, 16), v128.load(b, 16));
      v128.store(y, u);
      v128.store(y, v, 16);
      a += aStride << 5;
      b += bStride << 5;
      y += 32;
    }
    // At most one whole vector and one part of one: the same code again, once.
    while (n != 0) {
      const part = min<usize>(n, 4);
      const whole = part == 4;
      const u = op.vec(whole ? v128.load(a) : loadPart(a, part), whole ? v128.load(b) : loadPart(b, part));
      if (whole) v128.store(y, u);
      else storePart(y, u, part);
      a += aStride << 4;
      b += bStride << 4;
      y += part << 2;
      n -= part;
    }
  }
}

class RowToBool<Op> {
  @inline
  run(a: usize, b: usize, y: usize, n: usize, aStride: usize, bStride: usize): void {
    const op = changetype<Op>(0);
    const buffers = threadScratch() + BUFFERS;
    a = operand32(a, aStride, buffers);
    b = operand32(b, bStride, buffers + 64);
    for (; n >= 16; n -= 16) {
      const low = i16x8.narrow_i32x4_s(op.mask(v128.load(a), v128.load(b)), op.mask(v128.load(a, 16), v128.load(b, 16)));
      const high = i16x8.narrow_i32x4_s(op.mask(v128.load(a, 32), v128.load(b, 32)), op.mask(v128.load(a, 48), v128.load(b, 48)));
      v128.store(y, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)));
      a += aStride << 6;
      b += bStride << 6;
      y += 16;
    }
    for (; n != 0; n--) {
      store<u8>(y, <u8>(i32x4.extract_lane(op.mask(v128.load32_zero(a), v128.load32_zero(b)), 0) & 1));
      a += aStride << 2;
      b += bStride << 2;
      y += 1;
    }
  }
}

class Row8<Op> {
  @inline
  run(a: usize, b: usize, y: usize, n: usize, aStride: usize, bStride: usize): void {
    const op = changetype<Op>(0);
    const buffers = threadScratch() + BUFFERS;
    a = operand8(a, aStride, buffers);
    b = operand8(b, bStride, buffers + 64);
    for (; n >= 16; n -= 16) {
      v128.store(y, op.vec(v128.load(a), v128.load(b)));
      a += aStride << 4;
      b += bStride << 4;
      y += 16;
    }
    for (; n != 0; n--) {
      store<u8>(y, i8x16.extract_lane_u(op.vec(i8x16.splat(load<u8>(a)), i8x16.splat(load<u8>(b))), 0));
      a += aStride;
      b += bStride;
      y += 1;
    }
  }
}

/** y = op(a, b) on 32-bit elements; the operator has vec(a, b). */
// @ts-ignore: decorator
@inline
export function binary<Op>(args: BinaryArgs, begin: usize, end: usize): void {
  rows2<Row32<Op>>(args, 2, 2, begin, end);
}

/** y = op(a, b) from 32-bit elements to bool; the operator has mask(a, b). */
// @ts-ignore: decorator
@inline
export function compare<Op>(args: BinaryArgs, begin: usize, end: usize): void {
  rows2<RowToBool<Op>>(args, 2, 0, begin, end);
}

/** y = op(a, b) on bytes; the operator has vec(a, b). */
// @ts-ignore: decorator
@inline
export function binary8<Op>(args: BinaryArgs, begin: usize, end: usize): void {
  rows2<Row8<Op>>(args, 0, 0, begin, end);
}

/** y = c ? a : b; c is bool, the others have elements of 1 << shift bytes. */
// @ts-ignore: decorator
@inline
export function choose(args: TernaryArgs, shift: usize, begin: usize, end: usize): void {
  if (begin >= end) return;
  const sizes = changetype<usize>(args) + offsetof<TernaryArgs>("sizes0");
  const aStrides = changetype<usize>(args) + offsetof<TernaryArgs>("aStrides0");
  const bStrides = changetype<usize>(args) + offsetof<TernaryArgs>("bStrides0");
  const cStrides = changetype<usize>(args) + offsetof<TernaryArgs>("cStrides0");
  const inner = args.sizes0;
  const row = begin / inner;
  let column = begin - row * inner;
  let y = args.y + (begin << shift);
  let rest = end - begin;
  seekRow(sizes, row);
  while (true) {
    const n = min(inner - column, rest);
    const a = args.a + ((rowOffset(sizes, aStrides) + column * args.aStrides0) << shift);
    const b = args.b + ((rowOffset(sizes, bStrides) + column * args.bStrides0) << shift);
    const c = args.c + rowOffset(sizes, cStrides) + column * args.cStrides0;
    if (shift == 2) chooseRow32(a, b, c, y, n, args.aStrides0, args.bStrides0, args.cStrides0);
    else chooseRow8(a, b, c, y, n, args.aStrides0, args.bStrides0, args.cStrides0);
    rest -= n;
    if (rest == 0) return;
    y += n << shift;
    column = 0;
    nextRow(sizes);
  }
}

// @ts-ignore: decorator
@inline
function chooseRow32(a: usize, b: usize, c: usize, y: usize, n: usize, aStride: usize, bStride: usize, cStride: usize): void {
  const buffers = threadScratch() + BUFFERS;
  const zero = i32x4.splat(0);
  a = operand32(a, aStride, buffers);
  b = operand32(b, bStride, buffers + 64);
  c = operand8(c, cStride, buffers + 128);
  for (; n >= 8; n -= 8) {
    const mask = v128.load8x8_u(c);
    const low = i32x4.ne(i32x4.extend_low_i16x8_u(mask), zero);
    const high = i32x4.ne(i32x4.extend_high_i16x8_u(mask), zero);
    const u = v128.bitselect(v128.load(a), v128.load(b), low);
    const v = v128.bitselect(v128.load(a, 16), v128.load(b, 16), high);
    v128.store(y, u);
    v128.store(y, v, 16);
    a += aStride << 5;
    b += bStride << 5;
    c += cStride << 3;
    y += 32;
  }
  for (; n != 0; n--) {
    store<u32>(y, load<u8>(c) ? load<u32>(a) : load<u32>(b));
    a += aStride << 2;
    b += bStride << 2;
    c += cStride;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function chooseRow8(a: usize, b: usize, c: usize, y: usize, n: usize, aStride: usize, bStride: usize, cStride: usize): void {
  for (; n != 0; n--) {
    store<u8>(y, load<u8>(c) ? load<u8>(a) : load<u8>(b));
    a += aStride;
    b += bStride;
    c += cStride;
    y += 1;
  }
}
