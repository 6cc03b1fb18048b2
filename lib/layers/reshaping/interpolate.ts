// Linear interpolation of UpSampling2D.

import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { matmul, reshape } from "../../ops/index.js";

/**
 * Images `[batch, height, width, channels]` with axes longer by whole factors: between pixels, whose values are taken to
 * lie at their middles, values lie on straight lines.
 */
export function upsampleLinearly(x: Tensor, [vertical, horizontal]: readonly [number, number]): Tensor {
  const [batch, height, width, channels] = x.shape as readonly [number | null, number, number, number];
  const [rows, columns] = [height * vertical, width * horizontal];
  const tall = matmul(weights(height, vertical), reshape(x, [batch, height, width * channels]));
  const all = batch === null ? null : batch * rows;
  const wide = matmul(weights(width, horizontal), reshape(tall, [all, width, channels]));
  return reshape(wide, [batch, rows, columns, channels]);
}

/** How much each old element counts for each new one: `[length · factor, length]`. */
function weights(length: number, factor: number): Tensor {
  const matrix = new Float32Array(length * factor * length);
  for (let i = 0; i < length * factor; i++) {
    const at = Math.min(Math.max((i + 0.5) / factor - 0.5, 0), length - 1);
    const left = Math.floor(at);
    matrix[i * length + left]! += 1 - (at - left);
    matrix[i * length + Math.min(left + 1, length - 1)]! += at - left;
  }
  return adoptTensor(matrix, [length * factor, length], "float32");
}
