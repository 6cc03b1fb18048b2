// From the samples of components to pixels: colours that have fewer samples than pixels are spread, as libjpeg does.

/** Samples of one component; `stride` apart from row to row, of which `width` × `height` count. */
export interface Plane {
  readonly samples: Uint8ClampedArray;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The samples of a plane, one for each pixel.
 *
 * @param h        pixels beside each other for a sample @param v  below each other
 * @param isFancy  whether twice as many are interpolated, each ¾ of the nearer sample and ¼ of the other one; else, and for other
 *                 ratios, samples are repeated
 */
export function spread(plane: Plane, width: number, height: number, [h, v]: readonly [number, number], isFancy: boolean): Plane {
  if (h === 1 && v === 1) return plane;
  const fancy = isFancy && (h === 1 || plane.width > 2);
  const samples = new Uint8ClampedArray(width * height);
  const made = { samples, stride: width, width, height };
  if (fancy && h === 2 && v === 1) spreadRows(plane, made);
  else if (fancy && h <= 2 && v === 2) spreadBoth(plane, made, h === 2);
  else {
    for (let y = 0, at = 0; y < height; y++) {
      const row = Math.floor(y / v) * plane.stride;
      for (let x = 0; x < width; x++) samples[at++] = plane.samples[row + Math.floor(x / h)]!;
    }
  }
  return made;
}

function spreadRows(from: Plane, { samples, width, height }: Plane): void {
  const last = from.width - 1;
  for (let y = 0; y < height; y++) {
    const [row, to] = [y * from.stride, y * width];
    for (let x = 0; x < width; x++) {
      const i = x >> 1;
      const other = Math.min(last, Math.max(0, i + (x & 1 ? 1 : -1)));
      const bias = other === i ? 0 : 1 + (x & 1);
      samples[to + x] = other === i ? from.samples[row + i]! : (from.samples[row + i]! * 3 + from.samples[row + other]! + bias) >> 2;
    }
  }
}

function spreadBoth(from: Plane, { samples, width, height }: Plane, isWide: boolean): void {
  const sums = new Int32Array(from.width);
  const last = from.width - 1;
  for (let y = 0; y < height; y++) {
    const near = (y >> 1) * from.stride;
    const far = Math.min(from.height - 1, Math.max(0, (y >> 1) + (y & 1 ? 1 : -1))) * from.stride;
    const to = y * width;
    for (let i = 0; i <= last; i++) sums[i] = from.samples[near + i]! * 3 + from.samples[far + i]!;
    if (!isWide) {
      for (let x = 0; x < width; x++) samples[to + x] = (sums[x]! + 1 + (y & 1)) >> 2;
      continue;
    }
    let before = sums[0]!;
    let here = before;
    for (let i = 0, at = to; i <= last; i++) {
      const next = i < last ? sums[i + 1]! : here;
      samples[at] = (here * 3 + before + 8) >> 4;
      if (2 * i + 1 < width) samples[at + 1] = (here * 3 + next + 7) >> 4;
      before = here;
      here = next;
      at += 2;
    }
  }
}

/** The samples of planes side by side, `width` × `height` times. */
export function interleaved(planes: readonly Plane[], width: number, height: number): Uint8ClampedArray {
  const count = planes.length;
  const pixels = new Uint8ClampedArray(width * height * count);
  for (let c = 0; c < count; c++) {
    const { samples, stride } = planes[c]!;
    for (let y = 0, to = c; y < height; y++)
      for (let x = 0, from = y * stride; x < width; x++, from++, to += count) pixels[to] = samples[from]!;
  }
  return pixels;
}

/** What a difference of colours counts in each of them (ITU-R 601), in 16 bits of fractions. */
const [RED, BLUE, GREEN_OF_RED, GREEN_OF_BLUE, HALF] = [91881, 116130, 46802, 22554, 32768];

/** Red, green and blue, and a fourth plane as it is, of brightness and two differences (ITU-R 601, all of 0 to 255). */
export function colored(planes: readonly Plane[], width: number, height: number): Uint8ClampedArray {
  const [luma, cb, cr, rest] = planes as [Plane, Plane, Plane, Plane?];
  const { samples: lights } = luma;
  const { samples: blues } = cb;
  const { samples: reds } = cr;
  const count = planes.length;
  const pixels = new Uint8ClampedArray(width * height * count);
  for (let y = 0, to = 0; y < height; y++) {
    let i = y * luma.stride;
    let j = y * cb.stride;
    let k = y * cr.stride;
    for (let x = 0; x < width; x++, to += count) {
      const light = lights[i++]!;
      const b = blues[j++]! - 128;
      const r = reds[k++]! - 128;
      pixels[to] = light + ((Math.imul(r, RED) + HALF) >> 16);
      pixels[to + 1] = light + ((HALF - Math.imul(b, GREEN_OF_BLUE) - Math.imul(r, GREEN_OF_RED)) >> 16);
      pixels[to + 2] = light + ((Math.imul(b, BLUE) + HALF) >> 16);
    }
  }
  if (rest)
    for (let y = 0, to = 3; y < height; y++) for (let x = 0; x < width; x++, to += 4) pixels[to] = rest.samples[y * rest.stride + x]!;
  return pixels;
}
