// Checksums by cyclic redundancy, eight bytes at a time (Kounavis and Berry 2005, "slicing by 8"): CRC-32C (Castagnoli, RFC 3720
// appendix B.4) of checkpoints and TFRecord files, CRC-32 (ISO 3309) of zip members.

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

function makeTables(polynomial: number): Tables {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  const made = [first];
  for (let i = 1; i < 8; i++) made.push(made[i - 1]!.map((value) => (value >>> 8) ^ first[value & 255]!));
  return made as unknown as Tables;
}

/** A checksum with the polynomial, bits reversed; `before` is the checksum of the bytes that came first. */
function checksum(polynomial: number): (bytes: Uint8Array, before?: number) => number {
  let tables: Tables | undefined;
  return (bytes, before = 0) => {
    const [t0, t1, t2, t3, t4, t5, t6, t7] = (tables ??= makeTables(polynomial));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let crc = ~before;
    let at = 0;
    for (; at + 8 <= bytes.length; at += 8) {
      const low = crc ^ view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      crc =
        t7[low & 255]! ^
        t6[(low >>> 8) & 255]! ^
        t5[(low >>> 16) & 255]! ^
        t4[low >>> 24]! ^
        t3[high & 255]! ^
        t2[(high >>> 8) & 255]! ^
        t1[(high >>> 16) & 255]! ^
        t0[high >>> 24]!;
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 255]!;
    return ~crc >>> 0;
  };
}

/** CRC-32C of the bytes, as an unsigned number. */
export const crc32c = checksum(0x82f63b78);

/** CRC-32 of the bytes, as zip has it. */
export const crc32 = checksum(0xedb88320);
