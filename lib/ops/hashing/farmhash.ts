// Fingerprint64 of FarmHash (G. Pike, 2014; farmhashna, MIT): what TensorFlow's hash buckets are made of. Numbers are unsigned 64-bit
// BigInts.

const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;
const mask = 0xffffffffffffffffn;

const add = (a: bigint, b: bigint): bigint => (a + b) & mask;
const mul = (a: bigint, b: bigint): bigint => (a * b) & mask;
const rotate = (a: bigint, by: bigint): bigint => (a >> by) | ((a << (64n - by)) & mask);
const shiftMix = (a: bigint): bigint => a ^ (a >> 47n);

function mix16(u: bigint, v: bigint, factor: bigint): bigint {
  const a = shiftMix(mul(u ^ v, factor));
  return mul(shiftMix(mul(v ^ a, factor)), factor);
}

/** The fingerprint of some bytes. */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  if (length <= 16) return upTo16(bytes, view);
  if (length <= 32) return upTo32(view);
  return length <= 64 ? upTo64(view) : long(view);
}

function upTo16(bytes: Uint8Array, view: DataView): bigint {
  const { length } = bytes;
  const factor = k2 + BigInt(length * 2);
  if (length >= 8) {
    const a = add(view.getBigUint64(0, true), k2);
    const b = view.getBigUint64(length - 8, true);
    const c = add(mul(rotate(b, 37n), factor), a);
    const d = mul(add(rotate(a, 25n), b), factor);
    return mix16(c, d, factor);
  }
  if (length >= 4) {
    const a = BigInt(view.getUint32(0, true));
    return mix16(BigInt(length) + (a << 3n), BigInt(view.getUint32(length - 4, true)), factor);
  }
  if (length === 0) return k2;
  const y = BigInt(bytes[0]! + bytes[length >> 1]! * 256);
  const z = BigInt(length + bytes[length - 1]! * 4);
  return mul(shiftMix(mul(y, k2) ^ mul(z, k0)), k2);
}

function upTo32(view: DataView): bigint {
  const length = view.byteLength;
  const factor = k2 + BigInt(length * 2);
  const a = mul(view.getBigUint64(0, true), k1);
  const b = view.getBigUint64(8, true);
  const c = mul(view.getBigUint64(length - 8, true), factor);
  const d = mul(view.getBigUint64(length - 16, true), k2);
  return mix16(add(rotate(add(a, b), 43n) + rotate(c, 30n), d), add(a + rotate(add(b, k2), 18n), c), factor);
}

function upTo64(view: DataView): bigint {
  const length = view.byteLength;
  const factor = k2 + BigInt(length * 2);
  const a = mul(view.getBigUint64(0, true), k2);
  const b = view.getBigUint64(8, true);
  const c = mul(view.getBigUint64(length - 8, true), factor);
  const d = mul(view.getBigUint64(length - 16, true), k2);
  const y = add(rotate(add(a, b), 43n) + rotate(c, 30n), d);
  const z = mix16(y, add(a + rotate(add(b, k2), 18n), c), factor);
  const e = mul(view.getBigUint64(16, true), factor);
  const f = view.getBigUint64(24, true);
  const g = mul(add(y, view.getBigUint64(length - 32, true)), factor);
  const h = mul(add(z, view.getBigUint64(length - 24, true)), factor);
  return mix16(add(rotate(add(e, f), 43n) + rotate(g, 30n), h), add(e + rotate(add(f, a), 18n), g), factor);
}

/** 32 bytes and two seeds as two numbers. */
function weak32(view: DataView, at: number, seedA: bigint, seedB: bigint): [bigint, bigint] {
  const z = view.getBigUint64(at + 24, true);
  let a = add(seedA, view.getBigUint64(at, true));
  let b = rotate(add(seedB + a, z), 21n);
  const c = a;
  a = add(a + view.getBigUint64(at + 8, true), view.getBigUint64(at + 16, true));
  b = add(b, rotate(a, 44n));
  return [add(a, z), add(b, c)];
}

function long(view: DataView): bigint {
  const last = (view.byteLength - 1) % 64;
  const end = view.byteLength - 1 - last;
  let x = mul(81n, k2);
  let y = add(mul(81n, k1), 113n);
  let z = mul(shiftMix(add(mul(y, k2), 113n)), k2);
  let [v1, v2]: [bigint, bigint] = [0n, 0n];
  let [w1, w2]: [bigint, bigint] = [0n, 0n];
  x = add(x, view.getBigUint64(0, true));
  const round = (at: number, factor: bigint, isLast: boolean): void => {
    x = mul(rotate(add(x + y + v1, view.getBigUint64(at + 8, true)), 37n), factor);
    y = mul(rotate(add(y + v2, view.getBigUint64(at + 48, true)), 42n), factor);
    x ^= isLast ? mul(w2, 9n) : w2;
    y = add(y + (isLast ? v1 * 9n : v1), view.getBigUint64(at + 40, true));
    z = mul(rotate(add(z, w1), 33n), factor);
    [v1, v2] = weak32(view, at, mul(v2, factor), add(x, w1));
    [w1, w2] = weak32(view, at + 32, add(z, w2), add(y, view.getBigUint64(at + 16, true)));
    [x, z] = [z, x];
  };
  for (let at = 0; at < end; at += 64) round(at, k1, false);
  const factor = k1 + ((z & 0xffn) << 1n);
  w1 = add(w1, BigInt(last));
  v1 = add(v1, w1);
  w1 = add(w1, v1);
  round(end + last - 63, factor, true);
  return mix16(add(mix16(v1, w1, factor) + mul(shiftMix(y), k0), z), add(mix16(v2, w2, factor), x), factor);
}

const catFactor = 0xc6a4a7935bd1e995n;

/** Two fingerprints as one, as TensorFlow chains them in crosses. */
export function fingerprintCat64(first: bigint, second: bigint): bigint {
  const mixed = first ^ catFactor ^ mul(shiftMix(mul(second & mask, catFactor)), catFactor);
  return shiftMix(mul(shiftMix(mul(mixed, catFactor)), catFactor));
}
