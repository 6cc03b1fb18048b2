// How a camera was held: the orientation in a JPEG's EXIF data (JEITA CP-3451), and pictures turned accordingly.

import type { Picture } from "./image.js";

/** The orientation that a JPEG states, 1 to 8; 1 where it states none. */
export function orientationOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const size = view.getUint16(at + 2);
    const isExif =
      bytes[at + 1] === 0xe1 && at + 2 + size <= bytes.length && String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "Exif";
    if (isExif) return orientationIn(new DataView(view.buffer, view.byteOffset + at + 10, size - 8));
    if (bytes[at + 1] === 0xda) break;
    at += 2 + size;
  }
  return 1;
}

function orientationIn(tiff: DataView): number {
  if (tiff.byteLength < 8) return 1;
  const isLittle = tiff.getUint16(0) === 0x4949;
  const first = tiff.getUint32(4, isLittle);
  if (first + 2 > tiff.byteLength) return 1;
  const count = tiff.getUint16(first, isLittle);
  for (let i = 0; i < count; i++) {
    const entry = first + 2 + i * 12;
    if (entry + 12 > tiff.byteLength) break;
    if (tiff.getUint16(entry, isLittle) !== 0x0112) continue;
    const value = tiff.getUint16(entry + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The picture as it was seen. */
export function turned(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width, height, channels, pixels } = picture;
  // 5 to 8 swap the axes; then x and y are mirrored as below.
  const isAcross = orientation >= 5;
  const [newWidth, newHeight] = isAcross ? [height, width] : [width, height];
  const mirrorsX = [2, 3, 7, 8].includes(orientation);
  const mirrorsY = [3, 4, 6, 7].includes(orientation);
  const result = pixels.slice();
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [u, v] = isAcross ? [y, x] : [x, y];
      const from = ((mirrorsY ? height - 1 - v : v) * width + (mirrorsX ? width - 1 - u : u)) * channels;
      for (let c = 0; c < channels; c++) result[(y * newWidth + x) * channels + c] = pixels[from + c]!;
    }
  }
  return { ...picture, width: newWidth, height: newHeight, pixels: result };
}
