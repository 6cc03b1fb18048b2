// Filters of images: blur, edges, and the structural similarity that is made of them.

import { operation } from "../../core/operation.js";
import { constant, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { depthwiseConv } from "../convolution/depthwise.js";
import { add, divide, multiply, subtract } from "../elementwise/arithmetic.js";
import { mean } from "../reduce/sum.js";
import { stack } from "../shaping/concatenate.js";
import { squeeze } from "../shaping/reshape.js";
import { pad } from "../shaping/pad.js";
import { asBatch, type DataFormatOption } from "./layout.js";

/** A filter of an image: weights [height, width], the same for every channel. */
function filtered(images: Tensor, weights: readonly (readonly number[])[], padding: "same" | "valid"): Tensor {
  const channels = images.shape.at(-1)!;
  const kernel = constant(weights.map((row) => row.map((weight) => Array.from({ length: channels }, () => [weight]))));
  return depthwiseConv(images, kernel, { strides: 1, padding });
}

/** Weights of a bell of a size that sum to 1. */
function bell(size: number, sigma: number): number[] {
  const raw = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / total);
}

export interface BlurOptions extends DataFormatOption {
  /** Height and width of the filter. Default [3, 3]. */
  kernelSize?: readonly number[];
  /** Its standard deviations. Default [1, 1]. */
  sigma?: readonly number[];
}

/**
 * Images filtered with a bell.
 *
 * ```ts
 * ops.image.gaussianBlur(tf.ones([8, 8, 3]), { kernelSize: [3, 3], sigma: [1, 1] }).shape; // [8, 8, 3]
 * ```
 */
export const gaussianBlur = operation(
  "image.gaussianBlur(*images, kernelSize:ints=[3,3], sigma:numbers=[1,1], dataFormat:string=null)",
  (images: TensorLike, kernelSize: readonly number[], sigma: readonly number[], dataFormat: string | null): Tensor => {
    const { x, back } = asBatch("gaussianBlur", images, dataFormat);
    return back(blurred(x, kernelSize, sigma));
  },
);

function blurred(x: Tensor, kernelSize: readonly number[], sigma: readonly number[]): Tensor {
  const rows = filtered(x, bell(kernelSize[1]!, sigma[1]!).map((weight) => [weight]), "same"); // prettier-ignore
  return filtered(rows, [bell(kernelSize[0]!, sigma[0]!)], "same");
}

/**
 * How steep images are, by Sobel's filters: a last axis with the slopes downwards and to the right.
 *
 * ```ts
 * ops.image.sobelEdges(tf.ones([1, 4, 4, 1])).shape; // [1, 4, 4, 1, 2]
 * ```
 */
export const sobelEdges = operation(
  "image.sobelEdges(*images, dataFormat:string=null)",
  (images: TensorLike, dataFormat: string | null): Tensor => {
    const { x, back } = asBatch("sobelEdges", images, dataFormat);
    const mirrored = pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "symmetric"); // prettier-ignore
    const down = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]; // prettier-ignore
    const right = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]; // prettier-ignore
    const slopes = [down, right].map((weights) => back(filtered(mirrored, weights, "valid")));
    return stack(slopes, -1);
  },
);

export interface SimilarityOptions extends DataFormatOption {
  /** Size of the window. Default 11. */
  filterSize?: number;
  /** Its standard deviation. Default 1.5. */
  filterSigma?: number;
  /** Constants that keep divisions stable. Defaults 0.01 and 0.03. */
  k1?: number;
  k2?: number;
}

/**
 * How similar two images look, 1 for equal ones: brightness, contrast and structure compared window by window.
 *
 * ```ts
 * ops.image.ssim(tf.ones([1, 16, 16, 1]), tf.ones([1, 16, 16, 1]), 1); // [1]
 * ```
 *
 * @param maxVal  the largest value that a pixel can have
 * @returns       a number for each image
 * @see Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity", 2004
 */
export const ssim = operation(
  "image.ssim(*image1, *image2, maxVal=1.0, filterSize:int=11, filterSigma=1.5, k1=0.01, k2=0.03, dataFormat:string=null)",
  (
    image1: TensorLike,
    image2: TensorLike,
    maxVal: number,
    filterSize: number,
    filterSigma: number,
    k1: number,
    k2: number,
    dataFormat: string | null,
  ): Tensor => {
    const [first, second] = [asBatch("ssim", image1, dataFormat), asBatch("ssim", image2, dataFormat)];
    const [a, b] = [first.x, second.x];
    if (a.shape.join() !== b.shape.join())
      throw new ShapeError("ssim", { given: `${shapeText(a.shape)} and ${shapeText(b.shape)}`, expected: "equal shapes" });
    const weights = bell(filterSize, filterSigma);
    const around = (x: Tensor): Tensor =>
      filtered(
        filtered(
          x,
          weights.map((weight) => [weight]),
          "valid",
        ),
        [weights],
        "valid",
      );
    const [ma, mb] = [around(a), around(b)];
    const [aa, bb, ab] = [multiply(ma, ma), multiply(mb, mb), multiply(ma, mb)];
    const varianceA = subtract(around(multiply(a, a)), aa);
    const varianceB = subtract(around(multiply(b, b)), bb);
    const covariance = subtract(around(multiply(a, b)), ab);
    const [c1, c2] = [(k1 * maxVal) ** 2, (k2 * maxVal) ** 2];
    const over = multiply(add(multiply(ab, 2), c1), add(multiply(covariance, 2), c2));
    const under = multiply(add(add(aa, bb), c1), add(add(varianceA, varianceB), c2));
    const y = mean(divide(over, under), { axis: [1, 2, 3] });
    return first.isSingle ? squeeze(y, 0) : y;
  },
  { className: "SSIM" },
);
