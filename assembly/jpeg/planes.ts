// From the samples of components to pixels: colours that have fewer samples than pixels are spread, as libjpeg does. Whole vectors are read
// and written: rows of planes have room up to the next multiple of 16, and 32 bytes follow whatever is read or written.

/** @param sums  `width` + 16 int16 behind 16 bytes of room: what the two nearest rows give */
function addRows(near: usize, far: usize, width: u32, sums: usize): void {
  for (let i: usize = 0; i < width; i += 8) {
    const here = v128.load8x8_u(near + i);
    v128.store(sums + 2 * i, i16x8.add(i16x8.add(i16x8.shl(here, 1), here), v128.load8x8_u(far + i)));
  }
}

function copyRow(from: usize, width: u32, sums: usize): void {
  for (let i: usize = 0; i < width; i += 8) v128.store(sums + 2 * i, v128.load8x8_u(from + i));
}

/** Twice as many of a row: ¾ of the nearer and ¼ of the other one, rounded one way and the other by turns. */
function widen(sums: usize, width: u32, to: usize, even: i16, odd: i16, shift: i32): void {
  store<i16>(sums - 2, load<i16>(sums));
  store<i16>(sums + 2 * width, load<i16>(sums + 2 * (width - 1)));
  for (let i: usize = 0; i < width; i += 8) {
    const here = v128.load(sums + 2 * i);
    const three = i16x8.add(i16x8.shl(here, 1), here);
    const left = i16x8.add(i16x8.add(three, v128.load(sums + 2 * i - 2)), i16x8.splat(even));
    const right = i16x8.add(i16x8.add(three, v128.load(sums + 2 * i + 2)), i16x8.splat(odd));
    // Both fit in a byte: the right one goes into the upper half of each pair.
    v128.store(to + 2 * i, v128.or(i16x8.shr_u(left, shift), i16x8.shl(i16x8.shr_u(right, shift), 8)));
  }
}

/**
 * The samples of a plane, one for each pixel.
 *
 * @param h        pixels beside each other for a sample @param v  below each other
 * @param isFancy  whether twice as many are interpolated, each ¾ of the nearer sample and ¼ of the other one; else, and for other
 *                 ratios, samples are repeated
 * @param sums     room for a row of int16
 */
export function spread(
  from: usize,
  stride: usize,
  width: u32,
  height: u32,
  to: usize,
  toStride: usize,
  pixelsAcross: u32,
  pixelsDown: u32,
  h: u32,
  v: u32,
  isFancy: bool,
  sums: usize,
): void {
  const isEven = isFancy && (h === 1 || (h === 2 && width > 2)) && v <= 2;
  for (let y: u32 = 0; y < pixelsDown; y++, to += toStride) {
    const middle: i32 = y / v;
    const near = from + <usize>middle * stride;
    if (!isEven) {
      for (let x: u32 = 0; x < pixelsAcross; x++) store<u8>(to + x, load<u8>(near + x / h));
      continue;
    }
    if (v === 1) {
      copyRow(near, width, sums);
      widen(sums, width, to, 1, 2, 2);
      continue;
    }
    const other = max(0, min(<i32>height - 1, y & 1 ? middle + 1 : middle - 1));
    addRows(near, from + <usize>other * stride, width, sums);
    if (h === 2) widen(sums, width, to, 8, 7, 4);
    else {
      const half = i16x8.splat(y & 1 ? 2 : 1);
      for (let i: usize = 0; i < width; i += 8) {
        const eight = i16x8.shr_u(i16x8.add(v128.load(sums + 2 * i), half), 2);
        v128.store64_lane(to + i, i8x16.narrow_i16x8_u(eight, eight), 0);
      }
    }
  }
}

/** The samples of a plane as every `step`-th byte. */
export function interleave(from: usize, stride: usize, to: usize, width: u32, height: u32, step: u32): void {
  for (let y: u32 = 0; y < height; y++, from += stride) {
    if (step === 1) {
      memory.copy(to, from, width);
      to += width;
    } else for (let x: u32 = 0; x < width; x++, to += step) store<u8>(to, load<u8>(from + x));
  }
}

// What a difference of colours counts in each of them (ITU-R 601), in 16 bits of fractions.
const RED: i32 = 91881;
const BLUE: i32 = 116130;
const GREEN_OF_RED: i32 = 46802;
const GREEN_OF_BLUE: i32 = 22554;
const HALF: i32 = 32768;

// @ts-ignore: decorator
@inline
function part(x: v128, factor: i32): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.mul(x, i32x4.splat(factor)), i32x4.splat(HALF)), 16);
}

// @ts-ignore: decorator
@inline
function green(b: v128, r: v128): v128 {
  const both = i32x4.add(i32x4.mul(b, i32x4.splat(GREEN_OF_BLUE)), i32x4.mul(r, i32x4.splat(GREEN_OF_RED)));
  return i32x4.shr_s(i32x4.sub(i32x4.splat(HALF), both), 16);
}

/** Red, green and blue of brightness and two differences (ITU-R 601, all of 0 to 255), `step` bytes from pixel to pixel. */
export function color(
  light: usize,
  lightStride: usize,
  blue: usize,
  blueStride: usize,
  red: usize,
  redStride: usize,
  to: usize,
  width: u32,
  height: u32,
  step: u32,
): void {
  for (let y: u32 = 0; y < height; y++) {
    for (let x: usize = 0; x < width; x += 8) {
      const l = v128.load8x8_u(light + x);
      const b = i16x8.sub(v128.load8x8_u(blue + x), i16x8.splat(128));
      const r = i16x8.sub(v128.load8x8_u(red + x), i16x8.splat(128));
      const b0 = i32x4.extend_low_i16x8_s(b);
      const b1 = i32x4.extend_high_i16x8_s(b);
      const r0 = i32x4.extend_low_i16x8_s(r);
      const r1 = i32x4.extend_high_i16x8_s(r);
      const reds = i16x8.add(l, i16x8.narrow_i32x4_s(part(r0, RED), part(r1, RED)));
      const greens = i16x8.add(l, i16x8.narrow_i32x4_s(green(b0, r0), green(b1, r1)));
      const blues = i16x8.add(l, i16x8.narrow_i32x4_s(part(b0, BLUE), part(b1, BLUE)));
      const two = i8x16.narrow_i16x8_u(reds, greens);
      const third = i8x16.narrow_i16x8_u(blues, blues);
      if (step === 3) {
        const p = to + 3 * x;
        v128.store(p, v128.shuffle<u8>(two, third, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5));
        v128.store64_lane(p, v128.shuffle<u8>(two, third, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0), 0, 16);
      } else {
        const p = to + 4 * x;
        v128.store(p, v128.shuffle<u8>(two, third, 0, 8, 16, 0, 1, 9, 17, 0, 2, 10, 18, 0, 3, 11, 19, 0));
        v128.store(p, v128.shuffle<u8>(two, third, 4, 12, 20, 0, 5, 13, 21, 0, 6, 14, 22, 0, 7, 15, 23, 0), 16);
      }
    }
    light += lightStride;
    blue += blueStride;
    red += redStride;
    to += width * step;
  }
}
