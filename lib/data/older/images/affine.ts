// An image turned, moved, sheared and scaled on the host, as SciPy's ndimage.affine_transform does it: what ImageDataGenerator stands on.

import { field, integer, invalid, number, oneOf, schema, withDefault, type OptionValues } from "../../../config/index.js";
import { ShapeError, text, ValueError } from "../../../core/errors.js";
import type { Pixels } from "./pixels.js";

/** What stands where an image has no pixel: the nearest one, `cval`, or the image again (mirrored, mirrored at its last pixel, or as it is). */
export const fillModes = ["nearest", "constant", "reflect", "mirror", "wrap"] as const;
export type FillMode = (typeof fillModes)[number];

/** How pixels between pixels are read: 0 the nearest one, 1 between four. */
export const order = withDefault(
  field<0 | 1>({
    expected: "0 (nearest) or 1 (bilinear); splines of higher order are not made here",
    parse: (value) => (value === 0 || value === 1 ? value : invalid),
  }),
  1,
);

/** How images are filled, and which axes are which. */
export const filling = { fillMode: oneOf(fillModes, "nearest"), cval: number(0) };
export const axes = { rowAxis: integer(1), colAxis: integer(2), channelAxis: integer(0) };
export const affineOptions = schema(
  ["theta", "tx", "ty", "shear", "zx", "zy", "rowAxis", "colAxis", "channelAxis", "fillMode", "cval", "order"],
  { theta: number(0), tx: number(0), ty: number(0), shear: number(0), zx: number(1), zy: number(1), ...axes, ...filling, order },
);

/** A matrix of two rows, and a shift: rows and columns of a result to those of the image. */
type Affine = readonly [a: number, b: number, rowShift: number, c: number, d: number, colShift: number];

const times = ([a, b, e, c, d, f]: Affine, [g, h, i, j, k, l]: Affine): Affine => [
  a * g + b * j,
  a * h + b * k,
  a * i + b * l + e,
  c * g + d * j,
  c * h + d * k,
  c * i + d * l + f,
];

const swapped = ([a, b, e, c, d, f]: Affine): Affine => [d, c, f, b, a, e];

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Where a pixel of the result comes from; null where all stay in their places. */
function affineOf({ theta, tx, ty, shear, zx, zy }: OptionValues<typeof affineOptions>, height: number, width: number): Affine | null {
  const parts: Affine[] = [];
  const angle = radians(theta);
  if (theta !== 0) parts.push([Math.cos(angle), -Math.sin(angle), 0, Math.sin(angle), Math.cos(angle), 0]);
  if (tx !== 0 || ty !== 0) parts.push([1, 0, tx, 0, 1, ty]);
  if (shear !== 0) parts.push([1, -Math.sin(radians(shear)), 0, 0, Math.cos(radians(shear)), 0]);
  if (zx !== 1 || zy !== 1) parts.push([zx, 0, 0, 0, zy, 0]);
  if (parts.length === 0) return null;
  const [x, y] = [height / 2 - 0.5, width / 2 - 0.5];
  return times(times([1, 0, x, 0, 1, y], parts.reduce(times)), [1, 0, -x, 0, 1, -y]);
}

/** The place within a line of pixels that stands for one outside of it; NaN: none does. */
function within(place: number, length: number, mode: FillMode): number {
  const last = length - 1;
  if (place >= 0 && place <= last) return place;
  if (mode === "constant") return NaN;
  if (mode === "nearest" || length === 1) return Math.min(Math.max(place, 0), last);
  if (mode === "wrap") return place < 0 ? place + last * (Math.trunc(-place / last) + 1) : place - last * Math.trunc(place / last);
  // As SciPy has it, a place up to one pixel behind the last one stays: `beside` mirrors the pixels around it.
  const period = mode === "mirror" ? 2 * last : 2 * length;
  if (place >= 0) {
    const far = place % period;
    return far < length ? far : mode === "mirror" ? period - far : period - far - 1;
  }
  const near = place % period;
  if (mode === "mirror") return near <= -last ? near + period : -near;
  return near < -length ? near + period : Math.max(-near, 1e-15) - 1;
}

/** The number of a pixel beside the last or the first one. */
function beside(place: number, length: number, mode: FillMode): number {
  if (place >= 0 && place < length) return place;
  if (length === 1) return 0;
  if (mode === "reflect") return place < 0 ? -place - 1 : 2 * length - place - 1;
  return place < 0 ? -place : 2 * length - 2 - place;
}

/** The pixels of an image after the transformation of `options`: a new array, or the given one where nothing moves. */
export function transformed(where: string, image: Pixels, options: OptionValues<typeof affineOptions>): Pixels {
  const { rowAxis, colAxis, channelAxis, fillMode, cval, order: degree } = options;
  if (image.shape.length !== 3)
    throw new ShapeError(where, { given: `an array of shape [${image.shape.join(", ")}]`, expected: "an image of 3 axes" });
  if ([rowAxis, colAxis, channelAxis].sort().join() !== "0,1,2")
    throw new ValueError(where, { given: text({ rowAxis, colAxis, channelAxis }), expected: "the axes 0, 1 and 2, each once" });
  if (channelAxis === 1) throw new ValueError(`${where}.channelAxis`, { given: "1", expected: "0 or 2: channels come first or last" });
  const [height, width, channels] = [rowAxis, colAxis, channelAxis].map((axis) => image.shape[axis]!) as [number, number, number];
  const matrix = affineOf(options, height, width);
  if (matrix === null) return image;
  // Keras's matrices are of x and y: where columns come after rows, both change their places.
  const [a, b, rowShift, c, d, colShift] = colAxis > rowAxis ? swapped(matrix) : matrix;
  const strides = [image.shape[1]! * image.shape[2]!, image.shape[2]!, 1];
  const [down, right, deep] = [strides[rowAxis]!, strides[colAxis]!, strides[channelAxis]!];
  const { values } = image;
  const result = new Float32Array(values.length);
  // A channel's result is the same sum of the same four places: these are found once for all channels.
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      const at = row * down + col * right;
      const y = within(rowShift + row * a + col * b, height, fillMode);
      const x = within(colShift + row * c + col * d, width, fillMode);
      if (Number.isNaN(x) || Number.isNaN(y)) {
        for (let channel = 0; channel < channels; channel++) result[at + channel * deep] = cval;
        continue;
      }
      if (degree === 0) {
        const from = beside(Math.floor(y + 0.5), height, fillMode) * down + beside(Math.floor(x + 0.5), width, fillMode) * right;
        for (let channel = 0; channel < channels; channel++) result[at + channel * deep] = values[from + channel * deep]!;
        continue;
      }
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [lower, righter] = [y - top, x - left];
      const [above, below] = [beside(top, height, fillMode) * down, beside(top + 1, height, fillMode) * down];
      const [before, after] = [beside(left, width, fillMode) * right, beside(left + 1, width, fillMode) * right];
      for (let channel = 0; channel < channels; channel++) {
        const plane = channel * deep;
        result[at + plane] =
          values[plane + above + before]! * (1 - lower) * (1 - righter) +
          values[plane + above + after]! * (1 - lower) * righter +
          values[plane + below + before]! * lower * (1 - righter) +
          values[plane + below + after]! * lower * righter;
      }
    }
  }
  return { values: result, shape: image.shape };
}
