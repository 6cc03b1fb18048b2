// Sums with half of the bits on the way: each process sums one part of all, from halves of the others, in float32, and gives it back as
// halves.

import type { Communicator } from "../runtime/communicator.js";
import { allocate, release } from "../runtime/heap.js";
import { bytes as memoryBytes } from "../runtime/memory.js";

/** float32 to IEEE half, rounded to nearest, ties to even; too large numbers are infinite. */
export function toHalves(from: Float32Array, to: Uint16Array): void {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i]!;
    const sign = (x >>> 16) & 0x8000;
    const magnitude = x & 0x7fffffff;
    if (magnitude >= 0x47800000) to[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    else if (magnitude >= 0x38800000) {
      const half = magnitude - 0x38000000;
      to[i] = sign | ((half + 0xfff + ((half >>> 13) & 1)) >>> 13);
    } else if (magnitude < 0x33000000) to[i] = sign;
    else {
      const shift = 126 - (magnitude >>> 23);
      const mantissa = (magnitude & 0x7fffff) | 0x800000;
      const half = mantissa >>> shift;
      const rest = mantissa & ((1 << shift) - 1);
      const middle = 1 << (shift - 1);
      to[i] = sign | (half + (rest > middle || (rest === middle && (half & 1) === 1) ? 1 : 0));
    }
  }
}

/** All halves as float32. */
const table = /* @__PURE__ */ (() => {
  let values: Float32Array | undefined;
  return (): Float32Array => {
    if (values) return values;
    values = new Float32Array(65536);
    for (let half = 0; half < 65536; half++) {
      const [exponent, fraction] = [(half >>> 10) & 31, half & 1023];
      const magnitude =
        exponent === 31 ? (fraction ? NaN : Infinity) : exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
      values[half] = half & 0x8000 ? -magnitude : magnitude;
    }
    return values;
  };
})();

/** The sum of all processes' elements, in place. */
export function exchangeHalves(communicator: Communicator, address: number, count: number): void {
  const { size, rank } = communicator;
  const part = Math.ceil(count / size);
  const padded = part * size;
  const bytes = 2 * padded;
  const [mine, theirs] = [allocate(bytes + 64), allocate(bytes + 64)];
  try {
    const { buffer } = memoryBytes();
    const elements = new Float32Array(buffer, address, count);
    const out = new Uint16Array(buffer, mine, padded);
    toHalves(elements, out);
    out.fill(0, count);
    communicator.allToAll(mine, theirs, 2 * part);
    const incoming = new Uint16Array(memoryBytes().buffer, theirs, padded);
    const values = table();
    const sums = new Float32Array(part);
    for (let i = 0; i < part; i++) {
      let sum = 0;
      for (let process = 0; process < size; process++) sum += values[incoming[process * part + i]!]!;
      sums[i] = sum;
    }
    toHalves(sums, new Uint16Array(memoryBytes().buffer, mine + 2 * part * rank, part));
    const own = new Uint16Array(memoryBytes().buffer, mine + 2 * part * rank, part).slice();
    new Uint16Array(memoryBytes().buffer, mine, part).set(own);
    communicator.allGather(
      mine,
      theirs,
      Array.from({ length: size }, () => 2 * part),
    );
    const all = new Uint16Array(memoryBytes().buffer, theirs, padded);
    const result = new Float32Array(memoryBytes().buffer, address, count);
    for (let i = 0; i < count; i++) result[i] = values[all[i]!]!;
  } finally {
    release(mine, bytes + 64);
    release(theirs, bytes + 64);
  }
}
