// Copies between a contiguous tensor and a strided view of another: transposition, slices with steps, flips, broadcasting, concatenation.
//
//  (1) Sizes and strides are innermost first, a size of 0 ends the list; strides may be negative or 0. Units are elements of the contiguous
//      side.
//  (2) `gather` reads the view, `scatter` writes it: then other elements of y keep what they hold.
import { In, InOut, Out, Size, threadScratch } from "../abi";

@unmanaged
export class GatherViewArgs {
  x: In = 0;
  y: Out = 0;
  offset: Size = 0;
  sizes0: Size = 0;
  sizes1: Size = 0;
  sizes2: Size = 0;
  sizes3: Size = 0;
  sizes4: Size = 0;
  sizes5: Size = 0;
  sizes6: Size = 0;
  sizes7: Size = 0;
  strides0: i32 = 0;
  strides1: i32 = 0;
  strides2: i32 = 0;
  strides3: i32 = 0;
  strides4: i32 = 0;
  strides5: i32 = 0;
  strides6: i32 = 0;
  strides7: i32 = 0;
}

@unmanaged
export class ScatterViewArgs {
  x: In = 0;
  y: InOut = 0;
  offset: Size = 0;
  sizes0: Size = 0;
  sizes1: Size = 0;
  sizes2: Size = 0;
  sizes3: Size = 0;
  sizes4: Size = 0;
  sizes5: Size = 0;
  sizes6: Size = 0;
  sizes7: Size = 0;
  strides0: i32 = 0;
  strides1: i32 = 0;
  strides2: i32 = 0;
  strides3: i32 = 0;
  strides4: i32 = 0;
  strides5: i32 = 0;
  strides6: i32 = 0;
  strides7: i32 = 0;
}

@unmanaged
export class TransposeArgs {
  x: In = 0;
  y: Out = 0;
  rows: Size = 0;
  columns: Size = 0;
}

const AXES: usize = 8;

/** Sets the counters of axes 1 to 7 (in thread scratch) to those of a row; gives where it starts in the view. */
function seek(sizes: usize, strides: usize, row: usize): isize {
  const counters = threadScratch();
  let offset: isize = 0;
  for (let axis: usize = 4; axis < AXES << 2; axis += 4) {
    const size = load<u32>(sizes + axis);
    if (size == 0) return offset;
    const next = row / size;
    const count = row - next * size;
    store<u32>(counters + axis, count);
    offset += <isize>count * load<i32>(strides + axis);
    row = next;
  }
  return offset;
}

/** Steps the counters to the next row; gives by how much the start in the view moves. */
function advance(sizes: usize, strides: usize): isize {
  const counters = threadScratch();
  let offset: isize = 0;
  for (let axis: usize = 4; axis < AXES << 2; axis += 4) {
    const size = load<u32>(sizes + axis);
    if (size == 0) return offset;
    const count = load<u32>(counters + axis) + 1;
    const stride: isize = load<i32>(strides + axis);
    if (count < size) {
      store<u32>(counters + axis, count);
      return offset + stride;
    }
    store<u32>(counters + axis, 0);
    offset -= stride * (size - 1);
  }
  return offset;
}

/** The view to the flat side, elements of type T. */
class Gather<T> {
  @inline
  run(view: usize, flat: usize, n: usize, stride: isize): void {
    if (stride == 1) return copyRun(view, flat, n * sizeof<T>());
    const step = stride * <isize>sizeof<T>();
    if (sizeof<T>() == 4) {
      if (stride == 0) {
        const value = v128.load32_splat(view);
        for (; n >= 4; n -= 4) {
          v128.store(flat, value);
          flat += 16;
        }
      }
      for (; n >= 4; n -= 4) {
        store<T>(flat, load<T>(view));
        store<T>(flat, load<T>(view + step), 4);
        store<T>(flat, load<T>(view + 2 * step), 8);
        store<T>(flat, load<T>(view + 3 * step), 12);
        view += 4 * step;
        flat += 16;
      }
    }
    for (; n != 0; n--) {
      store<T>(flat, load<T>(view));
      view += step;
      flat += sizeof<T>();
    }
  }
}

/** The flat side to the view, elements of type T. */
class Scatter<T> {
  @inline
  run(view: usize, flat: usize, n: usize, stride: isize): void {
    if (stride == 1) return copyRun(flat, view, n * sizeof<T>());
    const step = stride * <isize>sizeof<T>();
    for (; n != 0; n--) {
      store<T>(view, load<T>(flat));
      view += step;
      flat += sizeof<T>();
    }
  }
}

/** Copies bytes; short runs without the cost of a bulk copy. */
// @ts-ignore: decorator
@inline
export function copyRun(from: usize, to: usize, bytes: usize): void {
  if (bytes >= 512) {
    memory.copy(to, from, bytes);
    return;
  }
  for (; bytes >= 16; bytes -= 16) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  }
  for (; bytes >= 4; bytes -= 4) {
    store<u32>(to, load<u32>(from));
    from += 4;
    to += 4;
  }
  for (; bytes != 0; bytes--) {
    store<u8>(to, load<u8>(from));
    from += 1;
    to += 1;
  }
}

// @ts-ignore: decorator
@inline
function runs<Run>(view: usize, flat: usize, sizes: usize, strides: usize, shift: usize, begin: usize, end: usize): void {
  if (begin >= end) return;
  const inner: usize = load<u32>(sizes);
  const stride: isize = load<i32>(strides);
  const row = begin / inner;
  let column = begin - row * inner;
  let rest = end - begin;
  let start = seek(sizes, strides, row);
  flat += begin << shift;
  while (true) {
    const n = min(inner - column, rest);
    changetype<Run>(0).run(view + ((start + <isize>column * stride) << shift), flat, n, stride);
    rest -= n;
    if (rest == 0) return;
    flat += n << shift;
    column = 0;
    start += advance(sizes, strides);
  }
}

// @ts-ignore: decorator
@inline
function gather<Run>(args: GatherViewArgs, shift: usize, begin: usize, end: usize): void {
  const sizes = changetype<usize>(args) + offsetof<GatherViewArgs>("sizes0");
  const strides = changetype<usize>(args) + offsetof<GatherViewArgs>("strides0");
  runs<Run>(args.x + (args.offset << shift), args.y, sizes, strides, shift, begin, end);
}

// @ts-ignore: decorator
@inline
function scatter<Run>(args: ScatterViewArgs, shift: usize, begin: usize, end: usize): void {
  const sizes = changetype<usize>(args) + offsetof<ScatterViewArgs>("sizes0");
  const strides = changetype<usize>(args) + offsetof<ScatterViewArgs>("strides0");
  runs<Run>(args.y + (args.offset << shift), args.x, sizes, strides, shift, begin, end);
}

/** y = the view of x, elements of 32 bits. */
export function gather_view_32(args: GatherViewArgs, begin: usize, end: usize): void {
  gather<Gather<u32>>(args, 2, begin, end);
}

/** y = the view of x, elements of 8 bits. */
export function gather_view_8(args: GatherViewArgs, begin: usize, end: usize): void {
  gather<Gather<u8>>(args, 0, begin, end);
}

/** The view of y = x, elements of 32 bits. */
export function scatter_view_32(args: ScatterViewArgs, begin: usize, end: usize): void {
  scatter<Scatter<u32>>(args, 2, begin, end);
}

/** The view of y = x, elements of 8 bits. */
export function scatter_view_8(args: ScatterViewArgs, begin: usize, end: usize): void {
  scatter<Scatter<u8>>(args, 0, begin, end);
}

/** Columns of x that one unit turns into rows of y. */
const BAND: usize = 32;

/** y[batch, columns, rows] = x[batch, rows, columns] of 32-bit elements. Units are (batch, band) pairs, a band being 32 columns of x. */
export function transpose_32(args: TransposeArgs, begin: usize, end: usize): void {
  const rows = args.rows;
  const columns = args.columns;
  const bands = (columns + BAND - 1) / BAND;
  for (let unit = begin; unit < end; unit++) {
    const batch = unit / bands;
    const first = (unit - batch * bands) * BAND;
    const last = min(first + BAND, columns);
    const x = args.x + ((batch * rows * columns) << 2);
    const y = args.y + ((batch * rows * columns) << 2);
    for (let top: usize = 0; top < rows; top += TALL) transposeBlock(x, y, rows, columns, top, min(top + TALL, rows), first, last);
  }
}

/** Rows that are turned together: a line of the cache, so that each line of y is written at once. */
const TALL: usize = 16;

function transposeBlock(x: usize, y: usize, rows: usize, columns: usize, top: usize, bottom: usize, first: usize, last: usize): void {
  const xStep = columns << 2;
  const yStep = rows << 2;
  let c = first;
  for (; c + 4 <= last; c += 4) {
    let r = top;
    let from = x + ((r * columns + c) << 2);
    let to = y + ((c * rows + r) << 2);
    for (; r + 4 <= bottom; r += 4) {
      const p = v128.load(from);
      const q = v128.load(from + xStep);
      const s = v128.load(from + 2 * xStep);
      const t = v128.load(from + 3 * xStep);
      const pqLow = v128.shuffle<i32>(p, q, 0, 4, 1, 5);
      const pqHigh = v128.shuffle<i32>(p, q, 2, 6, 3, 7);
      const stLow = v128.shuffle<i32>(s, t, 0, 4, 1, 5);
      const stHigh = v128.shuffle<i32>(s, t, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<i64>(pqLow, stLow, 0, 2));
      v128.store(to + yStep, v128.shuffle<i64>(pqLow, stLow, 1, 3));
      v128.store(to + 2 * yStep, v128.shuffle<i64>(pqHigh, stHigh, 0, 2));
      v128.store(to + 3 * yStep, v128.shuffle<i64>(pqHigh, stHigh, 1, 3));
      from += 4 * xStep;
      to += 16;
    }
    for (; r < bottom; r++) {
      for (let k: usize = 0; k < 4; k++) store<u32>(to + k * yStep, load<u32>(from + (k << 2)));
      from += xStep;
      to += 4;
    }
  }
  for (; c < last; c++) for (let r = top; r < bottom; r++) store<u32>(y + ((c * rows + r) << 2), load<u32>(x + ((r * columns + c) << 2)));
}
