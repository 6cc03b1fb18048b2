// The order of each row: a stable merge sort of (key, index) pairs as 64-bit numbers. Units are rows.
//
// NaN counts as larger than every number, as in NumPy; −0 and 0 are equal.
import { In, Out, Size } from "../abi";

@unmanaged
export class ArgsortArgs {
  x: In = 0;
  /** int32: for each place of the sorted row, where its element stands in x. */
  y: Out = 0;
  /** Two lists of `columns` 64-bit numbers for each row. */
  work: Out = 0;
  columns: Size = 0;
  /** 1 sorts from the largest to the smallest; of equals the first stays first. */
  descending: u32 = 0;
}

/** Bits that order as the floats do, unsigned. */
// @ts-ignore: decorator
@inline
function floatKey(bits: u32): u32 {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  if (bits == 0x80000000) return 0x80000000;
  return bits >> 31 ? ~bits : bits | 0x80000000;
}

/** Lengths up to which insertion sorts faster. */
const RUN: usize = 16;

/** Sorts n pairs at `from`, with as many more at `other` to work with; gives where the sorted ones are. */
function sortPairs(from: usize, other: usize, n: usize): usize {
  for (let first: usize = 0; first < n; first += RUN) {
    const last = min(first + RUN, n);
    for (let i = first + 1; i < last; i++) {
      const pair = load<u64>(from + (i << 3));
      let j = i;
      for (; j > first && load<u64>(from + ((j - 1) << 3)) > pair; j--) store<u64>(from + (j << 3), load<u64>(from + ((j - 1) << 3)));
      store<u64>(from + (j << 3), pair);
    }
  }
  for (let width = RUN; width < n; width <<= 1) {
    for (let first: usize = 0; first < n; first += width << 1) {
      const middle = min(first + width, n);
      const last = min(middle + width, n);
      let a = from + (first << 3);
      let b = from + (middle << 3);
      const aEnd = b;
      const bEnd = from + (last << 3);
      for (let to = other + (first << 3); to < other + (last << 3); to += 8) {
        if (b == bEnd || (a != aEnd && load<u64>(a) < load<u64>(b))) {
          store<u64>(to, load<u64>(a));
          a += 8;
        } else {
          store<u64>(to, load<u64>(b));
          b += 8;
        }
      }
    }
    const sorted = other;
    other = from;
    from = sorted;
  }
  return from;
}

// @ts-ignore: decorator
@inline
function argsort(args: ArgsortArgs, isFloat: bool, begin: usize, end: usize): void {
  const columns = args.columns;
  for (let row = begin; row < end; row++) {
    const x = args.x + ((row * columns) << 2);
    const work = args.work + row * (columns << 4);
    for (let i: usize = 0; i < columns; i++) {
      const bits = load<u32>(x + (i << 2));
      let key = isFloat ? floatKey(bits) : bits ^ 0x80000000;
      if (args.descending) key = ~key;
      store<u64>(work + (i << 3), ((<u64>key) << 32) | (<u64>i));
    }
    const sorted = sortPairs(work, work + (columns << 3), columns);
    for (let i: usize = 0; i < columns; i++) store<u32>(args.y + ((row * columns + i) << 2), load<u32>(sorted + (i << 3)));
  }
}

/** y = the order of the elements of each row. */
export function argsort_f32(args: ArgsortArgs, begin: usize, end: usize): void {
  argsort(args, true, begin, end);
}

/** y = the order of the elements of each row. */
export function argsort_i32(args: ArgsortArgs, begin: usize, end: usize): void {
  argsort(args, false, begin, end);
}
