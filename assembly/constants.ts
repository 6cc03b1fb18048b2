// Constants of the vector maths, each in a global of its own. A vector constant in the code costs the engine three to five instructions
// wherever it is used, in a loop too; a global that may change is one load, and makes eˣ twice as fast. Nothing does change them.
//
// "Fitted", "msun" and "Cephes" as in lanes.ts.

export let ONE: v128 = f32x4.splat(1);
export let TWO: v128 = f32x4.splat(2);
export let HALF: v128 = f32x4.splat(0.5);
export let SIGN: v128 = i32x4.splat(0x80000000);

// eˣ: 1 / ln 2, ln 2 in two parts, the first of 9 bits (Cephes), and the polynomial of eʳ − 1 − r (fitted).
export let LOG2_E: v128 = f32x4.splat(1.44269504088896341);
export let LN2_HIGH: v128 = f32x4.splat(0.693359375);
export let LN2_LOW: v128 = f32x4.splat(-2.1219444e-4);
export let EXP2: v128 = f32x4.splat(0.4999999343583166);
export let EXP3: v128 = f32x4.splat(0.166665204735865);
export let EXP4: v128 = f32x4.splat(0.04166838986917484);
export let EXP5: v128 = f32x4.splat(0.008368736003558986);
export let EXP6: v128 = f32x4.splat(0.0013814570941406772);
// 1.5·2²³ and a bias: what is added to it is rounded to an integer, which stands with its bias in the low bits.
export let INTEGER_0: v128 = f32x4.splat(12582912);
export let INTEGER_126: v128 = f32x4.splat(12582912 + 126);
export let INTEGER_127: v128 = f32x4.splat(12582912 + 127);
export let INTEGER_254: v128 = f32x4.splat(12582912 + 254);
export let INTEGER_ONE: v128 = i32x4.splat(1);
export let EXPONENT: v128 = i32x4.splat(0x7f800000);
// Where eˣ is 0 or infinite, where expNegative gives 0, and where eˣ − 1 is −1.
export let EXP_LOW: v128 = f32x4.splat(-104);
export let EXP_HIGH: v128 = f32x4.splat(89);
export let FLUSH: v128 = f32x4.splat(-88);
export let EXPM1_LOW: v128 = f32x4.splat(-20);

// log x: its polynomial in s² (msun), ln 2 in two parts, the bits of √½, and what normalizes denormal numbers.
export let LOG1: v128 = f32x4.splat(0.66666662693);
export let LOG2: v128 = f32x4.splat(0.40000972152);
export let LOG3: v128 = f32x4.splat(0.28498786688);
export let LOG4: v128 = f32x4.splat(0.24279078841);
export let LOG_TWO_HIGH: v128 = f32x4.splat(6.9313812256e-1);
export let LOG_TWO_LOW: v128 = f32x4.splat(9.0580006145e-6);
export let ROOT_HALF_BITS: v128 = i32x4.splat(0x3f3504f3);
export let LEAST_NORMAL: v128 = f32x4.splat(1.17549435e-38);
/** 2⁻¹¹⁰: what times a gate and a weight may be denormal. */
export let LEAST_GRADIENT: v128 = f32x4.splat(7.703719777548943e-34);
export let TWO_25: v128 = f32x4.splat(33554432);
export let INTEGER_25: v128 = i32x4.splat(25);
export let INFINITE: v128 = f32x4.splat(Infinity);

// erf x − x over x near 0 by x², and log erfc x over x beyond 0.92 (both fitted).
export let ERF0: v128 = f32x4.splat(0.12837914955756405);
export let ERF1: v128 = f32x4.splat(-0.3761249369399836);
export let ERF2: v128 = f32x4.splat(0.11281816249269294);
export let ERF3: v128 = f32x4.splat(-0.026766619234916522);
export let ERF4: v128 = f32x4.splat(0.004993184470451623);
export let ERF5: v128 = f32x4.splat(-0.0005990873923312504);
export let ERFC0: v128 = f32x4.splat(-0.0001988049170751547);
export let ERFC1: v128 = f32x4.splat(-1.1276626731410542);
export let ERFC2: v128 = f32x4.splat(-0.6372040971857781);
export let ERFC3: v128 = f32x4.splat(-0.10391238926179452);
export let ERFC4: v128 = f32x4.splat(0.022217647146404906);
export let ERFC5: v128 = f32x4.splat(-0.003040887647823854);
export let ERFC6: v128 = f32x4.splat(0.00019569939896203975);
export let ERF_END: v128 = f32x4.splat(4);
export let ERF_NEAR: v128 = f32x4.splat(0.921875);

// Bytes that tell what relaxed dot products do beyond seven bits; 128 is also what lies between signed and unsigned ones.
export let BYTES_127: v128 = i8x16.splat(127);
export let BYTES_128: v128 = i8x16.splat(-128);
export let BYTES_255: v128 = i8x16.splat(-1);

// log Φ(−x) for 0 ≤ x ≤ 6 (fitted to the weight that it has in x · Φ(x)); beyond, it falls on, and from GELU_END on e to it is 0.
export let GELU0: v128 = f32x4.splat(-0.6931471228599548);
export let GELU1: v128 = f32x4.splat(-0.7978886961936951);
export let GELU2: v128 = f32x4.splat(-0.3182676434516907);
export let GELU3: v128 = f32x4.splat(-0.036494333297014236);
export let GELU4: v128 = f32x4.splat(0.005067421589046717);
export let GELU5: v128 = f32x4.splat(-0.00023770575353410095);
export let GELU6: v128 = f32x4.splat(-6.611621211050078e-5);
export let GELU7: v128 = f32x4.splat(1.3496407518687192e-5);
export let GELU8: v128 = f32x4.splat(-7.914501907180238e-7);
export let GELU_END: v128 = f32x4.splat(64);

// Halves: the upper one of two, float16's exponent and fraction where float32 has them with the sign above (of the lower and of the upper
// one), its bits without the sign, and the least of those that are infinite or NaN.
export let UPPER: v128 = i32x4.splat(0xffff0000);
export let LOWER_PARTS: v128 = i32x4.splat(0x8fffffff);
export let UPPER_PARTS: v128 = i32x4.splat(0x8fffe000);
export let UNSIGNED_HALVES: v128 = i16x8.splat(0x7fff);
export let SPECIAL_HALVES: v128 = i16x8.splat(0x7c00);

// The four whole numbers of four bits in the lower half of each lane, and what makes all eight unsigned.
export let NIBBLE0: v128 = i32x4.splat(0xf);
export let NIBBLE1: v128 = i32x4.splat(0xf0);
export let NIBBLE2: v128 = i32x4.splat(0xf00);
export let NIBBLE3: v128 = i32x4.splat(0xf000);
export let NIBBLE_SIGNS: v128 = i32x4.splat(0x88888888);

/** Never called. What an exported function may change, the compiler can't put back into the code. */
export function keepConstantsInGlobals(): void {
  const x = v128.load(0);
  ONE = x;
  TWO = x;
  HALF = x;
  SIGN = x;
  LOG2_E = x;
  LN2_HIGH = x;
  LN2_LOW = x;
  EXP2 = x;
  EXP3 = x;
  EXP4 = x;
  EXP5 = x;
  EXP6 = x;
  INTEGER_0 = x;
  INTEGER_126 = x;
  INTEGER_127 = x;
  INTEGER_254 = x;
  INTEGER_ONE = x;
  EXPONENT = x;
  EXP_LOW = x;
  EXP_HIGH = x;
  FLUSH = x;
  EXPM1_LOW = x;
  LOG1 = x;
  LOG2 = x;
  LOG3 = x;
  LOG4 = x;
  LOG_TWO_HIGH = x;
  LOG_TWO_LOW = x;
  ROOT_HALF_BITS = x;
  LEAST_NORMAL = x;
  LEAST_GRADIENT = x;
  TWO_25 = x;
  INTEGER_25 = x;
  INFINITE = x;
  ERF0 = x;
  ERF1 = x;
  ERF2 = x;
  ERF3 = x;
  ERF4 = x;
  ERF5 = x;
  ERFC0 = x;
  ERFC1 = x;
  ERFC2 = x;
  ERFC3 = x;
  ERFC4 = x;
  ERFC5 = x;
  ERFC6 = x;
  ERF_END = x;
  ERF_NEAR = x;
  BYTES_127 = x;
  BYTES_128 = x;
  BYTES_255 = x;
  GELU0 = x;
  GELU1 = x;
  GELU2 = x;
  GELU3 = x;
  GELU4 = x;
  GELU5 = x;
  GELU6 = x;
  GELU7 = x;
  GELU8 = x;
  GELU_END = x;
}
