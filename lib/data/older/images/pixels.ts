// An image as the host changes it: floats with a shape, and what becomes of them without moving.

import { asTensor, type TensorLike } from "../../../core/convert.js";
import { isFloat, type Dtype } from "../../../core/dtype.js";
import { known } from "../../../core/shape.js";
import { adoptTensor, type Tensor } from "../../../core/tensor.js";
import { cast, flip } from "../../../ops/index.js";
import { arrayToImg } from "../../images.js";

export interface Pixels {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** The values of a tensor, which stay as they are. */
export function pixelsOf(where: string, x: TensorLike): Pixels & { readonly dtype: Dtype } {
  const tensor = asTensor(x);
  return { values: new Float32Array(tensor.data()), shape: known(tensor.shape, where), dtype: tensor.dtype };
}

/** A tensor of pixels; whole numbers are rounded. */
export function tensorOf({ values, shape }: Pixels, dtype: Dtype = "float32"): Tensor {
  const floats = adoptTensor(
    isFloat(dtype) ? values : values.map((value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5)),
    shape,
    "float32",
  );
  return dtype === "float32" ? floats : cast(floats, dtype);
}

/** The least and the largest value. */
export function rangeOf(values: Float32Array): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** Each value and a number more, within the least and the largest value. */
export function shifted({ values, shape }: Pixels, intensity: number): Pixels {
  const [least, most] = rangeOf(values);
  return { values: values.map((value) => Math.min(Math.max(Math.fround(value + Math.fround(intensity)), least), most)), shape };
}

/** Rows or columns in the opposite order. */
export const flipped = (image: Pixels, axis: number): Pixels => pixelsOf("flip", flip(tensorOf(image), axis));

/** Lighter or darker as Pillow does it, in 8 bits; `scale` stretches the result over 0 to 255, else the given range comes back. */
export function brightened({ values, shape }: Pixels, brightness: number, scale: boolean): Pixels {
  const [least, most] = rangeOf(values);
  const leaves = least < 0 || most > 255;
  const bytes = arrayToImg(adoptTensor(values, shape, "float32"), { scale: leaves || scale }).data();
  const alpha = Math.fround(brightness);
  const keepsAlpha = shape[2] === 4;
  const result = Float32Array.from(bytes, (value, i) =>
    keepsAlpha && i % 4 === 3 ? value : Math.min(Math.max(Math.trunc(Math.fround(alpha * value)), 0), 255),
  );
  if (!scale && leaves)
    result.forEach((value, i) => (result[i] = Math.fround(Math.fround(Math.fround(value / 255) * Math.fround(most - least)) + least)));
  return { values: result, shape };
}
