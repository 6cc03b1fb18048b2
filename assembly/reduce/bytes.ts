// Largest and smallest byte along one axis: any and all of bool, max and min of uint8. Units are those of reduce.ts.
import { ReduceArgs, TILE } from "./reduce";

class Largest {
  @inline
  neutral(): v128 {
    return i8x16.splat(0);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i8x16.max_u(a, b);
  }
}

class Smallest {
  @inline
  neutral(): v128 {
    return i8x16.splat(-1);
  }

  @inline
  join(a: v128, b: v128): v128 {
    return i8x16.min_u(a, b);
  }
}

// @ts-ignore: decorator
@inline
function reduceBytes<Op>(args: ReduceArgs, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  const inner = args.inner;
  const reduced = args.reduced;
  const block = args.block;
  const blocks: usize = reduced == 0 ? 1 : (reduced + block - 1) / block;
  const tiles = (inner + TILE - 1) / TILE;
  for (let unit = begin; unit < end; unit++) {
    const row = unit / tiles;
    const outer = row / blocks;
    const first = (row - outer * blocks) * block;
    const rows = min(block, reduced - first);
    const column = (unit - row * tiles) * TILE;
    let x = args.x + (outer * reduced + first) * inner + column;
    let y = args.y + row * inner + column;
    let acc = op.neutral();
    if (inner == 1) {
      let n = rows;
      for (; n >= 16; n -= 16) {
        acc = op.join(acc, v128.load(x));
        x += 16;
      }
      for (; n != 0; n--) {
        acc = op.join(acc, v128.load8_splat(x));
        x += 1;
      }
      acc = op.join(acc, i64x2.splat(i64x2.extract_lane(acc, 1)));
      acc = op.join(acc, i64x2.shr_u(acc, 32));
      acc = op.join(acc, i64x2.shr_u(acc, 16));
      acc = op.join(acc, i64x2.shr_u(acc, 8));
      store<u8>(y, i8x16.extract_lane_u(acc, 0));
      continue;
    }
    let columns = min(TILE, inner - column);
    while (columns != 0) {
      const part: usize = columns >= 16 ? 16 : 1;
      let p = x;
      acc = op.neutral();
      for (let r = rows; r != 0; r--) {
        acc = op.join(acc, part == 16 ? v128.load(p) : v128.load8_splat(p));
        p += inner;
      }
      if (part == 16) v128.store(y, acc);
      else store<u8>(y, i8x16.extract_lane_u(acc, 0));
      x += part;
      y += part;
      columns -= part;
    }
  }
}

/** y = the largest x along the reduced axis, for each block of it; of bool, whether any is set. */
export function max_u8(args: ReduceArgs, begin: usize, end: usize): void {
  reduceBytes<Largest>(args, begin, end);
}

/** y = the smallest x along the reduced axis, for each block of it; of bool, whether all are set. */
export function min_u8(args: ReduceArgs, begin: usize, end: usize): void {
  reduceBytes<Smallest>(args, begin, end);
}
