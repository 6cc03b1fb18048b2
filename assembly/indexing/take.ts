// Rows picked by indices, and the reverse: rows added (or otherwise combined) where indices say.
//
//  (1) x is [outer, length, inner] and indices are [count]; the picked rows are [outer, count, inner].
//  (2) An index below 0 counts from the end. One outside picks `fill`, and is left out where rows are written; who gives a `site` hears of
//      it.
//  (3) Rows that go to the same place are combined in the order of the indices, by one thread: the result is always the same.
import { In, InOut, Out, refuse, Size } from "../abi";
import { loadPart, loadUpTo, storePart, storeUpTo } from "../lanes";
import { copyRun } from "./strided";

@unmanaged
export class TakeArgs {
  x: In = 0;
  /** int32. */
  indices: In = 0;
  y: Out = 0;
  length: Size = 0;
  count: Size = 0;
  /** Elements of a row. */
  inner: Size = 0;
  /** The bits of the element that stands for what is outside. */
  fill: u32 = 0;
  /** What is added to an index below 0: the length, or 0 where there are none. */
  wrap: Size = 0;
  /** Who wants to know of an index outside, and the number of the axis for it. */
  site: u32 = 0;
  axis: u32 = 0;
}

@unmanaged
export class PutArgs {
  /** [outer, count, inner]. */
  x: In = 0;
  /** int32. */
  indices: In = 0;
  /** [outer, length, inner]. */
  y: InOut = 0;
  length: Size = 0;
  count: Size = 0;
  inner: Size = 0;
}

@unmanaged
export class AddAtArgs {
  /** [outer, count, inner]. */
  x: In = 0;
  /** int32. */
  indices: In = 0;
  /** [outer, length, inner]. */
  y: Out = 0;
  length: Size = 0;
  count: Size = 0;
  inner: Size = 0;
  /** Rows of y that a unit writes. */
  block: Size = 0;
}

/** An index as a place from 0 to length − 1, or a larger number for one outside; what is below 0 counts from `wrap`. */
// @ts-ignore: decorator
@inline
function place(index: i32, wrap: usize): usize {
  return index < 0 ? <usize>index + wrap : <usize>index;
}

// @ts-ignore: decorator
@inline
function take<T>(args: TakeArgs, begin: usize, end: usize): void {
  const inner = args.inner;
  const bytes = inner * sizeof<T>();
  let outer = begin / args.count;
  let k = begin - outer * args.count;
  let y = args.y + begin * bytes;
  for (let row = begin; row < end; row++) {
    const index = load<i32>(args.indices + (k << 2));
    const at = place(index, args.wrap);
    const x = args.x + (outer * args.length + at) * bytes;
    if (at >= args.length) {
      refuse(args.site, index, args.axis, args.length);
      for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(y + i, <T>args.fill);
    } else if (inner == 1) store<T>(y, load<T>(x));
    else copyRun(x, y, bytes);
    y += bytes;
    if (++k == args.count) {
      k = 0;
      outer++;
    }
  }
}

/** y[outer, k] = x[outer, indices[k]], elements of 32 bits. Units are rows of y. */
export function take_32(args: TakeArgs, begin: usize, end: usize): void {
  take<u32>(args, begin, end);
}

/** y[outer, k] = x[outer, indices[k]], elements of 16 bits. Units are rows of y. */
export function take_16(args: TakeArgs, begin: usize, end: usize): void {
  take<u16>(args, begin, end);
}

/** y[outer, k] = x[outer, indices[k]], elements of 8 bits. Units are rows of y. */
export function take_8(args: TakeArgs, begin: usize, end: usize): void {
  take<u8>(args, begin, end);
}

class Add {
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

class AddIntegers {
  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }
}

class Multiply {
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

class MultiplyIntegers {
  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }
}

class Largest {
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

class LargestInteger {
  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.max_s(a, b);
  }
}

class Smallest {
  @inline
  join(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

class SmallestInteger {
  @inline
  join(a: v128, b: v128): v128 {
    return i32x4.min_s(a, b);
  }
}

class Last {
  @inline
  join(a: v128, b: v128): v128 {
    return b;
  }
}

/** Columns of one unit. */
const TILE: usize = 32;

/** Units are (outer, tile) pairs, a tile being 32 columns. */
// @ts-ignore: decorator
@inline
function put<Op>(args: PutArgs, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  const inner = args.inner;
  const tiles = (inner + TILE - 1) / TILE;
  for (let unit = begin; unit < end; unit++) {
    const outer = unit / tiles;
    const first = (unit - outer * tiles) * TILE;
    const width = min(TILE, inner - first);
    let x = args.x + ((outer * args.count * inner + first) << 2);
    for (let k: usize = 0; k < args.count; k++) {
      const at = place(load<i32>(args.indices + (k << 2)), args.length);
      if (at < args.length) {
        const y = args.y + (((outer * args.length + at) * inner + first) << 2);
        for (let c: usize = 0; c < width; c += 4) {
          const n = min<usize>(width - c, 4);
          storeUpTo(y + (c << 2), op.join(loadUpTo(y + (c << 2), n), loadUpTo(x + (c << 2), n)), n);
        }
      }
      x += inner << 2;
    }
  }
}

/** y[outer, indices[k]] *= x[outer, k]. Units are (outer, 32 columns) pairs. */
export function put_mul_f32(args: PutArgs, begin: usize, end: usize): void {
  put<Multiply>(args, begin, end);
}

/** y[outer, indices[k]] *= x[outer, k]. Units are (outer, 32 columns) pairs. */
export function put_mul_i32(args: PutArgs, begin: usize, end: usize): void {
  put<MultiplyIntegers>(args, begin, end);
}

/** y[outer, indices[k]] = the larger of it and x[outer, k]. Units are (outer, 32 columns) pairs. */
export function put_max_f32(args: PutArgs, begin: usize, end: usize): void {
  put<Largest>(args, begin, end);
}

/** y[outer, indices[k]] = the larger of it and x[outer, k]. Units are (outer, 32 columns) pairs. */
export function put_max_i32(args: PutArgs, begin: usize, end: usize): void {
  put<LargestInteger>(args, begin, end);
}

/** y[outer, indices[k]] = the smaller of it and x[outer, k]. Units are (outer, 32 columns) pairs. */
export function put_min_f32(args: PutArgs, begin: usize, end: usize): void {
  put<Smallest>(args, begin, end);
}

/** y[outer, indices[k]] = the smaller of it and x[outer, k]. Units are (outer, 32 columns) pairs. */
export function put_min_i32(args: PutArgs, begin: usize, end: usize): void {
  put<SmallestInteger>(args, begin, end);
}

/** y[outer, indices[k]] = x[outer, k], the last one where several meet; elements of 32 bits. Units are (outer, 32 columns) pairs. */
export function put_32(args: PutArgs, begin: usize, end: usize): void {
  put<Last>(args, begin, end);
}

/** y[outer, indices[k]] = x[outer, k], the last one where several meet; elements of 8 bits. Units are (outer, 32 columns) pairs. */
export function put_8(args: PutArgs, begin: usize, end: usize): void {
  const inner = args.inner;
  const tiles = (inner + TILE - 1) / TILE;
  for (let unit = begin; unit < end; unit++) {
    const outer = unit / tiles;
    const first = (unit - outer * tiles) * TILE;
    const width = min(TILE, inner - first);
    for (let k: usize = 0; k < args.count; k++) {
      const at = place(load<i32>(args.indices + (k << 2)), args.length);
      if (at >= args.length) continue;
      copyRun(args.x + (outer * args.count + k) * inner + first, args.y + (outer * args.length + at) * inner + first, width);
    }
  }
}

/** A block of y is set to zero and filled by all rows that go there while it is in the cache; other rows are left to the other units. */
// @ts-ignore: decorator
@inline
function addAt<Op>(args: AddAtArgs, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  const bytes = args.inner << 2;
  const blocks = (args.length + args.block - 1) / args.block;
  for (let unit = begin; unit < end; unit++) {
    const outer = unit / blocks;
    const first = (unit - outer * blocks) * args.block;
    const rows = min(args.block, args.length - first);
    const base = args.y + (outer * args.length + first) * bytes;
    memory.fill(base, 0, rows * bytes);
    let x = args.x + outer * args.count * bytes;
    for (let k: usize = 0; k < args.count; k++, x += bytes) {
      const at = place(load<i32>(args.indices + (k << 2)), args.length);
      if (at >= args.length || at - first >= rows) continue;
      const y = base + (at - first) * bytes;
      let c: usize = 0;
      for (; c + 16 <= bytes; c += 16) v128.store(y + c, op.join(v128.load(y + c), v128.load(x + c)));
      if (c < bytes) storePart(y + c, op.join(loadPart(y + c, (bytes - c) >> 2), loadPart(x + c, (bytes - c) >> 2)), (bytes - c) >> 2);
    }
  }
}

/** y[outer, j] = Σ x[outer, k] over all k with indices[k] = j. Units are (outer, block of rows) pairs. */
export function add_at_f32(args: AddAtArgs, begin: usize, end: usize): void {
  addAt<Add>(args, begin, end);
}

/** y[outer, j] = Σ x[outer, k] over all k with indices[k] = j. Units are (outer, block of rows) pairs. */
export function add_at_i32(args: AddAtArgs, begin: usize, end: usize): void {
  addAt<AddIntegers>(args, begin, end);
}

// One index for each element: x is [outer, length, inner], indices and picked elements are [outer, count, inner].

// @ts-ignore: decorator
@inline
function takeAlong<T>(args: TakeArgs, begin: usize, end: usize): void {
  const inner = args.inner;
  for (let i = begin; i < end; i++) {
    const row = i / inner;
    const index = load<i32>(args.indices + (i << 2));
    const at = place(index, args.wrap);
    const outer = row / args.count;
    const from = args.x + ((outer * args.length + at) * inner + (i - row * inner)) * sizeof<T>();
    let element = <T>args.fill;
    if (at < args.length) element = load<T>(from);
    else refuse(args.site, index, args.axis, args.length);
    store<T>(args.y + i * sizeof<T>(), element);
  }
}

/** y[outer, k, i] = x[outer, indices[outer, k, i], i], elements of 32 bits. Units are elements of y. */
export function take_along_32(args: TakeArgs, begin: usize, end: usize): void {
  takeAlong<u32>(args, begin, end);
}

/** y[outer, k, i] = x[outer, indices[outer, k, i], i], elements of 8 bits. Units are elements of y. */
export function take_along_8(args: TakeArgs, begin: usize, end: usize): void {
  takeAlong<u8>(args, begin, end);
}

/** y[outer, indices[outer, k, i], i] += x[outer, k, i]. Units are columns: elements of [outer, inner]. */
export function put_along_add_f32(args: PutArgs, begin: usize, end: usize): void {
  const inner = args.inner;
  for (let unit = begin; unit < end; unit++) {
    const outer = unit / inner;
    const column = unit - outer * inner;
    for (let k: usize = 0; k < args.count; k++) {
      const from = ((outer * args.count + k) * inner + column) << 2;
      const at = place(load<i32>(args.indices + from), args.length);
      if (at >= args.length) continue;
      const to = args.y + (((outer * args.length + at) * inner + column) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(args.x + from));
    }
  }
}

@unmanaged
export class PlacesArgs {
  /** int32 [rows, depth]: coordinates along the first axes of something. */
  x: In = 0;
  /** int32 [depth]. */
  lengths: In = 0;
  /** int32 [rows]. */
  y: Out = 0;
  depth: Size = 0;
  /** Whether a coordinate below 0 counts from the end. */
  wraps: u32 = 0;
  /** Who wants to know of a coordinate outside, and the number of the first axis for it. */
  site: u32 = 0;
  axis: u32 = 0;
}

/** y[row] = the place that coordinates name in C order; a place outside where one of them is. Units are rows. */
export function places_i32(args: PlacesArgs, begin: usize, end: usize): void {
  const depth = args.depth;
  for (let row = begin; row < end; row++) {
    let place: i32 = 0;
    for (let axis: usize = 0; axis < depth; axis++) {
      const index = load<i32>(args.x + ((row * depth + axis) << 2));
      const length = load<i32>(args.lengths + (axis << 2));
      const at = index < 0 && args.wraps ? index + length : index;
      if (<u32>at >= <u32>length) {
        refuse(args.site, index, args.axis + <u32>axis, length);
        place = i32.MAX_VALUE;
        break;
      }
      place = place * length + at;
    }
    store<i32>(args.y + (row << 2), place);
  }
}
