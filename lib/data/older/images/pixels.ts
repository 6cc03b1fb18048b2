// An image as the host changes it: floats with a shape, and what becomes of them without moving.

import { asTensor, type TensorLike } from "../../../core/convert.js";
import { isFloat, type Dtype } from "../../../core/dtype.js";
import { known } from "../../../core/shape.js";
import { adoptTensor, type Tensor } from "../../../core/tensor.js";
import { cast } from "../../../ops/index.js";
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
export function flipped({ values, shape }: Pixels, axis: number): Pixels {
  const result = new Float32Array(values.length);
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const [length, block] = [shape[axis]!, shape[axis]! * inner];
  for (let start = 0; start < values.length; start += block) {
    for (let i = 0; i < length; i++) {
      const [from, to] = [start + i * inner, start + (length - 1 - i) * inner];
      for (let j = 0; j < inner; j++) result[to + j] = values[from + j]!;
    }
  }
  return { values: result, shape };
}

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
