// Rows of float32 as whole numbers of a byte, each with a scale of its own.
import { In, Out, Size } from "../abi";
import { loadPart, splat } from "../lanes";
import * as constants from "../constants";

@unmanaged
export class QuantizeRowsArgs {
  x: In = 0;
  /** int8, [rows, columns]. */
  y: Out = 0;
  /** [rows]. */
  scale: Out = 0;
  columns: Size = 0;
  /** Ends of the whole numbers: low ≤ 0 < high, within int8. */
  low: i32 = 0;
  high: i32 = 0;
  /** So large that no scale is infinite. */
  epsilon: f32 = 0;
}

/** The largest size of a row; NaN where there is one, since its bits are above those of all numbers. */
// @ts-ignore: decorator
@inline
function largest(x: usize, columns: usize): f32 {
  let u = i32x4.splat(0);
  let v = u;
  let n = columns;
  for (; n >= 8; n -= 8, x += 32) {
    u = i32x4.max_s(u, f32x4.abs(v128.load(x)));
    v = i32x4.max_s(v, f32x4.abs(v128.load(x, 16)));
  }
  if (n >= 4) {
    u = i32x4.max_s(u, f32x4.abs(v128.load(x)));
    x += 16;
    n -= 4;
  }
  if (n) v = i32x4.max_s(v, f32x4.abs(loadPart(x, n)));
  u = i32x4.max_s(u, v);
  u = i32x4.max_s(u, i32x4.shuffle(u, u, 2, 3, 0, 1));
  u = i32x4.max_s(u, i32x4.shuffle(u, u, 1, 0, 3, 2));
  return f32x4.extract_lane(u, 0);
}

/** The whole numbers next to four products, ties to even, for products of less than 2²². */
// @ts-ignore: decorator
@inline
function nearest(x: v128, scale: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.mul(x, scale), constants.INTEGER_0), constants.INTEGER_0);
}

/**
 * scale[r] = high / (max |x[r, :]| + epsilon), y[r, :] = clip(round(x[r, :] · scale[r]), low, high) for rows begin ≤ r < end. A row with
 * infinite numbers or NaN is 0.
 */
export function quantize_rows_f32(args: QuantizeRowsArgs, begin: usize, end: usize): void {
  const columns = args.columns;
  const low = i8x16.splat(<i8>args.low);
  const high = i8x16.splat(<i8>args.high);
  for (let r = begin; r < end; r++) {
    let x = args.x + ((r * columns) << 2);
    let y = args.y + r * columns;
    const size = largest(x, columns);
    const factor = <f32>args.high / (size + args.epsilon);
    store<f32>(args.scale + (r << 2), factor);
    if (!(size < Infinity)) {
      memory.fill(y, 0, columns);
      continue;
    }
    const scale = splat(factor);
    let n = columns;
    for (; n >= 16; n -= 16, x += 64, y += 16) {
      const u = i16x8.narrow_i32x4_s(nearest(v128.load(x), scale), nearest(v128.load(x, 16), scale));
      const v = i16x8.narrow_i32x4_s(nearest(v128.load(x, 32), scale), nearest(v128.load(x, 48), scale));
      v128.store(y, i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(u, v), low), high));
    }
    for (; n; n--, x += 4, y++) {
      const one = i32x4.extract_lane(nearest(v128.load32_zero(x), scale), 0);
      store<i8>(y, <i8>min(max(one, args.low), args.high));
    }
  }
}
