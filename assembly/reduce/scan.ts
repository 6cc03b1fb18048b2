// Cumulative sums and products along the middle axis of [outer, length, inner], forwards or, for gradients, backwards.
// Units are columns: elements of [outer, inner].
import { In, Out, Size } from "../abi";
import { loadPart, storePart } from "../lanes";

@unmanaged
export class ScanArgs {
  x: In = 0;
  y: Out = 0;
  length: Size = 0;
  inner: Size = 0;
  /** 1 runs from the last element to the first. */
  reverse: u32 = 0;
}

class AddFloats {
  @inline
  neutral(): v128 {
    return f32x4.splat(0);
  }

  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

class MultiplyFloats {
  @inline
  neutral(): v128 {
    return f32x4.splat(1);
  }

  @inline
  vec(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

class AddIntegers {
  @inline
  neutral(): v128 {
    return i32x4.splat(0);
  }

  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.add(a, b);
  }
}

class MultiplyIntegers {
  @inline
  neutral(): v128 {
    return i32x4.splat(1);
  }

  @inline
  vec(a: v128, b: v128): v128 {
    return i32x4.mul(a, b);
  }
}

// @ts-ignore: decorator
@inline
function scan<Op>(args: ScanArgs, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  const inner = args.inner;
  const length = args.length;
  const step: isize = args.reverse ? -((<isize>inner) << 2) : (<isize>inner) << 2;
  let unit = begin;
  while (unit < end) {
    const outer = unit / inner;
    const column = unit - outer * inner;
    const columns = min<usize>(min(inner - column, end - unit), 4);
    let offset = (outer * length * inner + column) << 2;
    if (args.reverse) offset += ((length - 1) * inner) << 2;
    let acc = op.neutral();
    let x = args.x + offset;
    let y = args.y + offset;
    for (let i = length; i != 0; i--) {
      acc = op.vec(acc, columns == 4 ? v128.load(x) : loadPart(x, columns));
      if (columns == 4) v128.store(y, acc);
      else storePart(y, acc, columns);
      x += step;
      y += step;
    }
    unit += columns;
  }
}

/** y = the sums of x up to each element. */
export function cumsum_f32(args: ScanArgs, begin: usize, end: usize): void {
  scan<AddFloats>(args, begin, end);
}

/** y = the products of x up to each element. */
export function cumprod_f32(args: ScanArgs, begin: usize, end: usize): void {
  scan<MultiplyFloats>(args, begin, end);
}

/** y = the sums of x up to each element. */
export function cumsum_i32(args: ScanArgs, begin: usize, end: usize): void {
  scan<AddIntegers>(args, begin, end);
}

/** y = the products of x up to each element. */
export function cumprod_i32(args: ScanArgs, begin: usize, end: usize): void {
  scan<MultiplyIntegers>(args, begin, end);
}
