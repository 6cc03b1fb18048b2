// The loop of all elementwise functions of one input. An operator is a class without fields:
//
//   vec(x, p, q)  four lanes at once; p and q are the call's two parameters in every lane (unused ones cost nothing)
//
// The last one to three elements go through the same code, padded with zeros.
import { In, Out } from "../abi";
import { loadPart, storePart } from "../lanes";

@unmanaged
export class MapArgs {
  x: In = 0;
  y: Out = 0;
}

@unmanaged
export class ParametricArgs extends MapArgs {
  p: f32 = 0;
  q: f32 = 0;
}

// @ts-ignore: decorator
@inline
export function map<Op>(a: MapArgs, begin: usize, end: usize): void {
  mapLanes<Op>(a.x, a.y, i32x4.splat(0), i32x4.splat(0), begin, end);
}

// @ts-ignore: decorator
@inline
export function mapWith<Op>(a: ParametricArgs, begin: usize, end: usize): void {
  mapLanes<Op>(a.x, a.y, f32x4.splat(a.p), f32x4.splat(a.q), begin, end);
}

// @ts-ignore: decorator
@inline
function mapLanes<Op>(x: usize, y: usize, p: v128, q: v128, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  let i = x + (begin << 2);
  let o = y + (begin << 2);
  let n = end - begin;
  for (; n >= 8; n -= 8) {
    const u = op.vec(v128.load(i), p, q);
    const v = op.vec(v128.load(i, 16), p, q);
    v128.store(o, u);
    v128.store(o, v, 16);
    i += 32;
    o += 32;
  }
  // At most one whole vector and one part of one: the same code again, once.
  while (n != 0) {
    const part = min<usize>(n, 4);
    const u = op.vec(part == 4 ? v128.load(i) : loadPart(i, part), p, q);
    if (part == 4) v128.store(o, u);
    else storePart(o, u, part);
    i += 16;
    o += 16;
    n -= part;
  }
}

/** The same loop to one byte a result: the operator gives a mask. */
// @ts-ignore: decorator
@inline
export function mapToBool<Op>(a: MapArgs, begin: usize, end: usize): void {
  const op = changetype<Op>(0);
  let i = a.x + (begin << 2);
  let o = a.y + begin;
  let n = end - begin;
  for (; n >= 16; n -= 16) {
    const low = i16x8.narrow_i32x4_s(op.mask(v128.load(i)), op.mask(v128.load(i, 16)));
    const high = i16x8.narrow_i32x4_s(op.mask(v128.load(i, 32)), op.mask(v128.load(i, 48)));
    v128.store(o, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)));
    i += 64;
    o += 16;
  }
  for (; n != 0; n--) {
    store<u8>(o, <u8>(i32x4.extract_lane(op.mask(v128.load32_zero(i)), 0) & 1));
    i += 4;
    o += 1;
  }
}
