// Floats of two bytes and of one, as bits: rounded to the nearest, ties to even.

const scratch = new DataView(new ArrayBuffer(4));

/** The float32 with these bits. */
export function bitsToFloat(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

export const halfToFloat = (half: number): number => smallFloat(half, 5, 10, true);

export const bfloatToFloat = (bits: number): number => bitsToFloat(bits << 16);

/**
 * A float of few bits: sign, exponent, fraction. Where the type has infinities, the largest exponent is theirs and NaN's; else NaN is all
 * ones.
 */
export function smallFloat(bits: number, exponentBits: number, fractionBits: number, hasInfinity: boolean): number {
  const sign = (bits >> (exponentBits + fractionBits)) & 1 ? -1 : 1;
  const largest = (1 << exponentBits) - 1;
  const exponent = (bits >> fractionBits) & largest;
  const all = (1 << fractionBits) - 1;
  const fraction = bits & all;
  const bias = largest >> 1;
  if (exponent === largest && hasInfinity) return fraction ? NaN : sign * Infinity;
  if (exponent === largest && fraction === all) return NaN;
  const mantissa = fraction / (all + 1);
  return sign * (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias));
}

/** A float32 rounded to bfloat16, nearest, ties to even. */
export function floatToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** A float32 rounded to float16, nearest, ties to even. */
export function floatToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || Number.MIN_VALUE)));
  const unit = 2 ** (exponent - 10);
  const scaled = size / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A subnormal has its fraction alone; 1024 there, and 2048 above, carry into the exponent by themselves.
  return sign | (rounded < 1024 ? rounded : ((exponent + 15) << 10) + (rounded - 1024));
}
