// Uncompressed BMP files of 8 (palette), 24 and 32 bits.

import type { Picture } from "./image.js";

export function decodeBmp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  const header = view.getUint32(14, true);
  const [width, signed, bits, compression] = [
    view.getInt32(18, true),
    view.getInt32(22, true),
    view.getUint16(28, true),
    view.getUint32(30, true),
  ];
  if (header < 40 || ![8, 24, 32].includes(bits) || (compression !== 0 && compression !== 3)) {
    throw new Error(`It has ${bits} bits and compression ${compression}; 8, 24 or 32 bits without compression are read.`);
  }
  const height = Math.abs(signed);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (width <= 0 || start + stride * height > bytes.length) throw new Error("The pixels end too early.");
  const palette = 14 + header;
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    // Rows come from below unless the height is negative.
    const row = start + (signed > 0 ? height - 1 - y : y) * stride;
    for (let x = 0; x < width; x++) {
      const from = bits === 8 ? palette + bytes[row + x]! * 4 : row + (x * bits) / 8;
      for (let c = 0; c < 3; c++) pixels[(y * width + x) * 3 + c] = bytes[from + 2 - c]!;
    }
  }
  return { width, height, channels: 3, depth: 8, pixels };
}
