// SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, 2012): the keyed hash that TensorFlow uses where buckets have a salt.

const mask = 0xffffffffffffffffn;
const rotate = (a: bigint, by: bigint): bigint => ((a << by) & mask) | (a >> (64n - by));

/** The hash of some bytes under a key of two 64-bit numbers. */
export function sipHash24(bytes: Uint8Array, key: readonly [bigint, bigint]): bigint {
  const [key0, key1] = [BigInt.asUintN(64, key[0]), BigInt.asUintN(64, key[1])];
  let v0 = key0 ^ 0x736f6d6570736575n;
  let v1 = key1 ^ 0x646f72616e646f6dn;
  let v2 = key0 ^ 0x6c7967656e657261n;
  let v3 = key1 ^ 0x7465646279746573n;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & mask;
      v1 = rotate(v1, 13n) ^ v0;
      v0 = rotate(v0, 32n);
      v2 = (v2 + v3) & mask;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = (v0 + v3) & mask;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = (v2 + v1) & mask;
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  const absorb = (block: bigint): void => {
    v3 ^= block;
    rounds(2);
    v0 ^= block;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) absorb(view.getBigUint64(at, true));
  let rest = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) rest |= BigInt(bytes[at]!) << BigInt(8 * (at - whole));
  absorb(rest);
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}
