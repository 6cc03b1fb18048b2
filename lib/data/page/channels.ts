// Pixels as a tensor.

import { adoptTensor, type Tensor } from "../../core/tensor.js";
import type { PixelData } from "./pixels.js";

/** The first channels of pixels: int32 `[height, width, count]`. */
export function channelsOf({ width, height, data }: PixelData, count: number): Tensor {
  const values = new Int32Array(width * height * count);
  for (let pixel = 0, at = 0; at < values.length; pixel += 4) for (let c = 0; c < count; c++) values[at++] = data[pixel + c]!;
  return adoptTensor(values, [height, width, count], "int32");
}
