// tf.image: images are [height, width, channels] or [batch, height, width, channels].

import { asTensor, checkedDtype, constant, type TensorLike } from "../../core/convert.js";
import { dtypes, isFloat } from "../../core/dtype.js";
import { DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText } from "../../core/shape.js";
import { adoptTensor, type Spec, type Tensor } from "../../core/tensor.js";
import { checkOnHost } from "../../graph/print.js";
import { asIndices } from "../../ops/indexing/take.js";
import { byMethod, byNearest, insideOf, kernelsOfResize } from "../../ops/image/methods.js";
import { integers, type Integers } from "../../ops/static.js";
import { suppressed } from "../../ops/boxes/suppression.js";
import * as ops from "../../ops/index.js";
import * as random from "../../random/index.js";
import type { Seed } from "../../variables/seed-generator.js";
import { drawnFrom, fillIntegers, statelessUniform } from "./stateless.js";

export { decodeImage, decodeJpeg, decodePng, encodeJpeg, encodePng } from "./io.js";

type Name = string | null;

/**
 * How images are resized.
 *
 * ```ts
 * tf.image.ResizeMethod.BILINEAR; // "bilinear"
 * ```
 */
export const ResizeMethod = {
  BILINEAR: "bilinear",
  NEAREST_NEIGHBOR: "nearest",
  BICUBIC: "bicubic",
  AREA: "area",
  LANCZOS3: "lanczos3",
  LANCZOS5: "lanczos5",
  GAUSSIAN: "gaussian",
  MITCHELLCUBIC: "mitchellcubic",
} as const;

/** Does something with images of rank 4, and gives back as many axes as came. @throws ShapeError for other ranks than 3 and 4 */
function batched(where: string, images: TensorLike, run: (x: Tensor) => Tensor): Tensor {
  const x = asTensor(images);
  if (x.rank === 4) return run(x);
  if (x.rank !== 3)
    throw new ShapeError(where, { given: shapeText(x.shape), expected: "[height, width, channels] or [batch, height, width, channels]" });
  return ops.squeeze(run(ops.expandDims(x, 0)), 0);
}

/**
 * Images in another size: float32, but for "nearest", which keeps the dtype.
 *
 * ```ts
 * tf.image.resize([[[1], [3]]], [1, 4], { method: "nearest" }); // [[[1], [1], [3], [3]]]
 * ```
 */
export const resize = declare(
  'tf.image.resize(*images, size:ints, method="bilinear", preserveAspectRatio=false, antialias=false, name:string=null)',
  (images: TensorLike, size: Integers, method: string, preserveAspectRatio: boolean, antialias: boolean, _: Name): Tensor =>
    batched("image.resize", images, (x) => resized(x, sizeFrom("image.resize", size), method, preserveAspectRatio, antialias)),
);

function sizeFrom(where: string, size: Integers): [number, number] {
  const given = integers(size, `${where}.size`);
  if (given.length === 2 && given.every((length) => length > 0)) return given as [number, number];
  throw new ValueError(`${where}.size`, { given: text(given), expected: "[height, width], both positive" });
}

function resized(
  x: Tensor,
  [toHeight, toWidth]: readonly [number, number],
  method: string,
  keepsRatio: boolean,
  antialias: boolean,
): Tensor {
  const [, height, width] = known(x.shape, "image.resize") as [number, number, number];
  if (keepsRatio) {
    const scale = Math.min(toHeight / height, toWidth / width);
    [toHeight, toWidth] = [Math.round(height * scale), Math.round(width * scale)];
  }
  if (method === "nearest") return byNearest(x, [toHeight, toWidth]);
  const floats = ops.cast(x, "float32");
  if (height === toHeight && width === toWidth) return floats;
  if (method === "bilinear" && !antialias)
    return ops.image.resize(floats, [toHeight, toWidth], { interpolation: "bilinear", dataFormat: "channels_last" });
  if (method !== "area" && !Object.hasOwn(kernelsOfResize, method))
    throw new ValueError("image.resize.method", { given: text(method), expected: Object.values(ResizeMethod).join(", ") });
  return byMethod(floats, [toHeight, toWidth], method, antialias);
}

/**
 * The part of the images that begins at an offset.
 *
 * ```ts
 * tf.image.cropToBoundingBox([[[1], [2]], [[3], [4]]], 1, 0, 1, 2); // [[[3], [4]]]
 * ```
 *
 * @throws ValueError where it reaches outside
 */
export const cropToBoundingBox = declare(
  "tf.image.cropToBoundingBox(*image, offsetHeight:int, offsetWidth:int, targetHeight:int, targetWidth:int)",
  (image: TensorLike, offsetHeight: number, offsetWidth: number, targetHeight: number, targetWidth: number): Tensor =>
    batched("image.cropToBoundingBox", image, (x) => {
      const [, height, width] = known(x.shape, "image.cropToBoundingBox") as [number, number, number];
      const fits =
        offsetHeight >= 0 &&
        offsetWidth >= 0 &&
        targetHeight > 0 &&
        targetWidth > 0 &&
        offsetHeight + targetHeight <= height &&
        offsetWidth + targetWidth <= width;
      if (!fits)
        throw new ValueError("image.cropToBoundingBox", {
          given: `${targetHeight} × ${targetWidth} at ${offsetHeight}, ${offsetWidth}`,
          expected: `a part of ${height} × ${width}`,
        });
      return cropped(x, offsetHeight, offsetWidth, targetHeight, targetWidth);
    }),
);

const cropped = (x: Tensor, top: number, left: number, height: number, width: number): Tensor =>
  ops.getItem(x, [{}, { start: top, stop: top + height }, { start: left, stop: left + width }]);

/**
 * The images with zeros around them.
 *
 * ```ts
 * tf.image.padToBoundingBox([[[1]]], 0, 1, 1, 2); // [[[0], [1]]]
 * ```
 *
 * @throws ValueError where the target is too small
 */
export const padToBoundingBox = declare(
  "tf.image.padToBoundingBox(*image, offsetHeight:int, offsetWidth:int, targetHeight:int, targetWidth:int)",
  (image: TensorLike, offsetHeight: number, offsetWidth: number, targetHeight: number, targetWidth: number): Tensor =>
    batched("image.padToBoundingBox", image, (x) => {
      const [, height, width] = known(x.shape, "image.padToBoundingBox") as [number, number, number];
      const [below, right] = [targetHeight - offsetHeight - height, targetWidth - offsetWidth - width];
      if (offsetHeight < 0 || offsetWidth < 0 || below < 0 || right < 0)
        throw new ValueError("image.padToBoundingBox", {
          given: `${height} × ${width} at ${offsetHeight}, ${offsetWidth} in ${targetHeight} × ${targetWidth}`,
          expected: "room for the whole image",
        });
      return padded(x, [offsetHeight, below], [offsetWidth, right]);
    }),
);

const padded = (x: Tensor, rows: [number, number], columns: [number, number]): Tensor => ops.pad(x, [[0, 0], rows, columns, [0, 0]]);

/**
 * The middle of the images, with zeros around where they are smaller.
 *
 * ```ts
 * tf.image.resizeWithCropOrPad(tf.ones([4, 8, 3]), 6, 6).shape; // [6, 6, 3]
 * ```
 */
export const resizeWithCropOrPad = declare(
  "tf.image.resizeWithCropOrPad(*image, targetHeight:int, targetWidth:int)",
  (image: TensorLike, targetHeight: number, targetWidth: number): Tensor =>
    batched("image.resizeWithCropOrPad", image, (x) => {
      if (targetHeight < 1 || targetWidth < 1)
        throw new ValueError("image.resizeWithCropOrPad", { given: `${targetHeight} × ${targetWidth}`, expected: "positive lengths" });
      const [, height, width] = known(x.shape, "image.resizeWithCropOrPad") as [number, number, number];
      const [tall, wide] = [Math.min(height, targetHeight), Math.min(width, targetWidth)];
      const part = cropped(x, (height - tall) >> 1, (width - wide) >> 1, tall, wide);
      const [top, left] = [(targetHeight - tall) >> 1, (targetWidth - wide) >> 1];
      return padded(part, [top, targetHeight - tall - top], [left, targetWidth - wide - left]);
    }),
);

/**
 * The images resized so that they fit, with zeros around them.
 *
 * ```ts
 * tf.image.resizeWithPad(tf.ones([4, 8, 3]), 6, 6).shape; // [6, 6, 3]
 * ```
 */
export const resizeWithPad = declare(
  'tf.image.resizeWithPad(*image, targetHeight:int, targetWidth:int, method="bilinear", antialias=false)',
  (image: TensorLike, targetHeight: number, targetWidth: number, method: string, antialias: boolean): Tensor =>
    batched("image.resizeWithPad", image, (x) => {
      const [, height, width] = known(x.shape, "image.resizeWithPad") as [number, number, number];
      const inside = insideOf(height, width, [targetHeight, targetWidth]);
      const { top, left } = inside;
      return padded(
        resized(x, [inside.height, inside.width], method, false, antialias),
        [top, targetHeight - top - inside.height],
        [left, targetWidth - left - inside.width],
      );
    }),
);

/**
 * The middle part of the images, so much of each side.
 *
 * ```ts
 * tf.image.centralCrop(tf.ones([8, 8, 3]), 0.5).shape; // [4, 4, 3]
 * ```
 */
export const centralCrop = declare(
  "tf.image.centralCrop(*image, centralFraction:number)",
  (image: TensorLike, fraction: number): Tensor => {
    if (!(fraction > 0 && fraction <= 1))
      throw new ValueError("image.centralCrop", { given: String(fraction), expected: "above 0, at most 1" });
    return batched("image.centralCrop", image, (x) => {
      const [, height, width] = known(x.shape, "image.centralCrop") as [number, number, number];
      const [top, left] = [height, width].map((length) => Math.floor((length - length * fraction) / 2)) as [number, number];
      return cropped(x, top, left, height - 2 * top, width - 2 * left);
    });
  },
);

/**
 * Images with left and right exchanged. TensorFlow: tf.image.flip_left_right
 *
 * ```ts
 * tf.image.flipLeftRight([[[1], [2]]]); // [[[2], [1]]]
 * ```
 */
export const flipLeftRight = declare("tf.image.flipLeftRight(*image)", (image: TensorLike): Tensor =>
  batched("image.flipLeftRight", image, (x) => ops.flip(x, 2)),
);
/**
 * Images with top and bottom exchanged. TensorFlow: tf.image.flip_up_down
 *
 * ```ts
 * tf.image.flipUpDown([[[1]], [[2]]]); // [[[2]], [[1]]]
 * ```
 */
export const flipUpDown = declare("tf.image.flipUpDown(*image)", (image: TensorLike): Tensor =>
  batched("image.flipUpDown", image, (x) => ops.flip(x, 1)),
);
/**
 * Rows and columns exchanged.
 *
 * ```ts
 * tf.image.transpose([[[1], [2]], [[3], [4]]]); // [[[1], [3]], [[2], [4]]]
 * ```
 */
export const transpose = declare("tf.image.transpose(*image, name:string=null)", (image: TensorLike, _: Name): Tensor =>
  batched("image.transpose", image, (x) => ops.transpose(x, [0, 2, 1, 3])),
);
/**
 * Turned k times by 90 degrees, against the clock.
 *
 * ```ts
 * tf.image.rot90([[[1], [2]], [[3], [4]]]); // [[[2], [4]], [[1], [3]]]
 * ```
 */
export const rot90 = declare("tf.image.rot90(*image, k:int=1, name:string=null)", (image: TensorLike, k: number, _: Name): Tensor =>
  batched("image.rot90", image, (x) => ops.rot90(x, { k, axes: [1, 2] })),
);

/** The largest value that a dtype stands for: 1 for floats. */
const whiteOf = (dtype: string): number => {
  const bits = Number(/^u?int(\d+)$/.exec(dtype)?.[1] ?? 0);
  return bits === 0 ? 1 : 2 ** (dtype.startsWith("u") ? bits : bits - 1) - 1;
};

/**
 * Images in another dtype, their values scaled: 0 … 1 for floats, 0 … the largest number for integers.
 *
 * ```ts
 * tf.image.convertImageDtype(tf.constant([[[255]]], { dtype: "uint8" }), "float32"); // [[[1]]]
 * ```
 */
export const convertImageDtype = declare(
  "tf.image.convertImageDtype(*image, dtype:dtype, saturate=false, name:string=null)",
  (image: TensorLike, dtype: string, saturate: boolean, _: Name): Tensor => {
    const [x, to] = [asTensor(image), checkedDtype(dtype)!];
    const odd = [x.dtype, to].find((each) => each === "bool");
    if (odd) throw new DtypeError("convertImageDtype", { given: odd, expected: "dtypes of floats or whole numbers" });
    return scaled(x, to, saturate);
  },
);

function scaled(x: Tensor, dtype: keyof typeof dtypes, saturate = false): Tensor {
  const white = whiteOf(x.dtype);
  if (x.dtype === dtype) return x;
  if (isFloat(x.dtype)) {
    const values = isFloat(dtype) ? x : ops.multiply(x, whiteOf(dtype) + 0.5);
    return saturate ? ops.saturateCast(values, dtype) : ops.cast(values, dtype);
  }
  if (isFloat(dtype)) return ops.divide(ops.cast(x, "float32"), white);
  const ratio = (whiteOf(dtype) + 1) / (white + 1);
  const wide = ops.cast(x, "int32");
  return ratio >= 1
    ? ops.cast(ops.multiply(wide, Math.floor(ratio)), dtype)
    : ops.cast(ops.floorDivide(wide, Math.round(1 / ratio)), dtype);
}

/** Does something with images as floats, and gives back their dtype. */
function asFloats(image: TensorLike, run: (x: Tensor) => Tensor): Tensor {
  const x = asTensor(image);
  return scaled(run(scaled(x, "float32")), x.dtype, true);
}

/**
 * x + delta, x being 0 … 1.
 *
 * ```ts
 * tf.image.adjustBrightness([[[0.25]]], 0.5); // [[[0.75]]]
 * ```
 */
export const adjustBrightness = declare("tf.image.adjustBrightness(*image, *delta)", (image: TensorLike, delta: TensorLike): Tensor =>
  asFloats(image, (x) => ops.add(x, delta)),
);
/**
 * (x − mean) · contrastFactor + mean, of each channel.
 *
 * ```ts
 * tf.image.adjustContrast([[[0], [1]]], 2); // [[[-0.5], [1.5]]]
 * ```
 */
export const adjustContrast = declare(
  "tf.image.adjustContrast(*images, *contrastFactor)",
  (images: TensorLike, factor: TensorLike): Tensor =>
    asFloats(images, (x) => {
      const mean = ops.mean(x, { axis: [-3, -2], keepdims: true });
      return ops.add(ops.multiply(ops.subtract(x, mean), factor), mean);
    }),
);
/**
 * gain · x ^ gamma.
 *
 * ```ts
 * tf.image.adjustGamma([[[0.5]]], 2); // [[[0.25]]]
 * ```
 */
export const adjustGamma = declare(
  "tf.image.adjustGamma(*image, *gamma=1, *gain=1)",
  (image: TensorLike, gamma: TensorLike, gain: TensorLike): Tensor => asFloats(image, (x) => ops.multiply(gain, ops.power(x, gamma))),
);

/** Changes one part of images in hue, saturation, value. */
const adjustHsv = (image: TensorLike, run: (parts: readonly [Tensor, Tensor, Tensor]) => Tensor[]): Tensor =>
  asFloats(image, (x) => {
    const [h, s, v] = ops.split(rgbToHsv(x), 3, -1) as [Tensor, Tensor, Tensor];
    return hsvToRgb(ops.concatenate(run([h, s, v]), -1));
  });

/**
 * Colors of images `[…, height, width, 3]` with their saturation times a factor. TensorFlow: tf.image.adjust_saturation
 *
 * ```ts
 * tf.image.adjustSaturation([[[1, 0.5, 0.5]]], 0); // [[[1, 1, 1]]]
 * ```
 */
export const adjustSaturation = declare(
  "tf.image.adjustSaturation(*image, *saturationFactor, name:string=null)",
  (image: TensorLike, factor: TensorLike, _: Name): Tensor =>
    adjustHsv(image, ([h, s, v]) => [h, ops.clip(ops.multiply(s, factor), 0, 1), v]),
);
/**
 * The hue turned by delta, 1 being once around.
 *
 * ```ts
 * tf.image.adjustHue([[[1, 0, 0]]], 0.5); // [[[0, 1, 1]]]
 * ```
 */
export const adjustHue = declare(
  "tf.image.adjustHue(*image, *delta, name:string=null)",
  (image: TensorLike, delta: TensorLike, _: Name): Tensor => adjustHsv(image, ([h, s, v]) => [ops.mod(ops.add(h, delta), 1), s, v]),
);

/** Colours of any shape [..., 3] as images. */
function colours(where: string, x: TensorLike, run: (images: Tensor) => Tensor): Tensor {
  const tensor = asTensor(x);
  if (tensor.rank < 1 || tensor.shape.at(-1) !== 3)
    throw new ShapeError(where, { given: shapeText(tensor.shape), expected: "a last axis of 3 colours" });
  if (tensor.rank === 3 || tensor.rank === 4) return run(tensor);
  return ops.reshape(run(ops.reshape(tensor, [1, -1, 3])), tensor.shape as number[]);
}
export const rgbToHsv = declare("tf.image.rgbToHsv(*images, name:string=null)", (images: TensorLike, _: Name): Tensor =>
  colours("image.rgbToHsv", images, (x) => ops.image.rgbToHsv(x, { dataFormat: "channels_last" })),
);
export const hsvToRgb = declare("tf.image.hsvToRgb(*images, name:string=null)", (images: TensorLike, _: Name): Tensor =>
  colours("image.hsvToRgb", images, (x) => ops.image.hsvToRgb(x, { dataFormat: "channels_last" })),
);
/** Colours by a matrix: the last axis holds red, green and blue, or what stands for them. */
const turned = (where: string, images: TensorLike, matrix: readonly (readonly number[])[]): Tensor => {
  const x = asTensor(images);
  if (!isFloat(x.dtype))
    throw new DtypeError(where, { given: x.dtype, expected: "floats", hint: "tf.image.convertImageDtype makes them." });
  return colours(where, x, (each) => ops.matmul(each, ops.cast(matrix, x.dtype)));
};
/**
 * Colours as brightness and two differences (PAL). TensorFlow: tf.image.rgb_to_yuv
 *
 * ```ts
 * tf.image.rgbToYuv([[[1, 0, 0]]]); // [[[0.299, -0.14714, 0.61498]]]
 * ```
 */
export const rgbToYuv = declare("tf.image.rgbToYuv(*images)", (images: TensorLike): Tensor =>
  turned("image.rgbToYuv", images, [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
  ]),
);
/**
 * Colours from brightness and two differences (PAL). TensorFlow: tf.image.yuv_to_rgb
 *
 * ```ts
 * tf.image.yuvToRgb([[[1, 0, 0]]]); // [[[1, 1, 1]]]
 * ```
 */
export const yuvToRgb = declare("tf.image.yuvToRgb(*images)", (images: TensorLike): Tensor =>
  turned("image.yuvToRgb", images, [
    [1, 1, 1],
    [0, -0.394642334, 2.03206185],
    [1.13988303, -0.58062185, 0],
  ]),
);
/**
 * Colours as brightness and two differences (NTSC). TensorFlow: tf.image.rgb_to_yiq
 *
 * ```ts
 * tf.image.rgbToYiq([[[1, 0, 0]]]); // [[[0.299, 0.5959, 0.2115]]]
 * ```
 */
export const rgbToYiq = declare("tf.image.rgbToYiq(*images)", (images: TensorLike): Tensor =>
  turned("image.rgbToYiq", images, [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
  ]),
);
/**
 * Colours from brightness and two differences (NTSC). TensorFlow: tf.image.yiq_to_rgb
 *
 * ```ts
 * tf.image.yiqToRgb([[[1, 0, 0]]]); // [[[1, 1, 1]]]
 * ```
 */
export const yiqToRgb = declare("tf.image.yiqToRgb(*images)", (images: TensorLike): Tensor =>
  turned("image.yiqToRgb", images, [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
  ]),
);
/**
 * 0.2989 · red + 0.587 · green + 0.114 · blue.
 *
 * ```ts
 * tf.image.rgbToGrayscale([[[1, 0, 0]]]); // [[[0.2989]]]
 * ```
 */
export const rgbToGrayscale = declare("tf.image.rgbToGrayscale(*images, name:string=null)", (images: TensorLike, _: Name): Tensor => {
  const x = asTensor(images);
  if (x.shape.at(-1) !== 3)
    throw new ShapeError("image.rgbToGrayscale", { given: shapeText(x.shape), expected: "a last axis of 3 colours" });
  const floats = scaled(x, "float32");
  return scaled(ops.sum(ops.multiply(floats, constant([0.2989, 0.587, 0.114])), { axis: -1, keepdims: true }), x.dtype);
});
/**
 * Images `[…, 1]` with their one channel three times. TensorFlow: tf.image.grayscale_to_rgb
 *
 * ```ts
 * tf.image.grayscaleToRgb([[[5]]]); // [[[5, 5, 5]]]
 * ```
 */
export const grayscaleToRgb = declare("tf.image.grayscaleToRgb(*images, name:string=null)", (images: TensorLike, _: Name): Tensor => {
  const x = asTensor(images);
  if (x.shape.at(-1) !== 1) throw new ShapeError("image.grayscaleToRgb", { given: shapeText(x.shape), expected: "a last axis of 1" });
  return ops.concatenate([x, x, x], -1);
});
/**
 * Each image with mean 0 and variance 1: (x − mean) / max(deviation, 1 / √elements).
 *
 * ```ts
 * tf.image.perImageStandardization([[[0], [2]]]); // [[[-1], [1]]]
 * ```
 */
export const perImageStandardization = declare("tf.image.perImageStandardization(*image)", (image: TensorLike): Tensor =>
  batched("image.perImageStandardization", image, (given) => {
    const x = ops.cast(given, "float32");
    const [, height, width, channels] = known(x.shape, "image.perImageStandardization") as [number, number, number, number];
    const axes = { axis: [1, 2, 3], keepdims: true };
    const deviation = ops.maximum(ops.std(x, axes), 1 / Math.sqrt(height * width * channels));
    return ops.divide(ops.subtract(x, ops.mean(x, axes)), deviation);
  }),
);
/**
 * Σ |differences of neighbours|, a number for each image.
 *
 * ```ts
 * tf.image.totalVariation([[[1], [3]]]); // 2
 * ```
 */
export const totalVariation = declare("tf.image.totalVariation(*images, name:string=null)", (images: TensorLike, _: Name): Tensor => {
  const x = asTensor(images);
  const whole = x.rank === 3 ? ops.expandDims(x, 0) : x;
  const along = (axis: number): Tensor => {
    const lead = Array.from({ length: axis }, () => ({}));
    return ops.sum(ops.abs(ops.subtract(ops.getItem(whole, [...lead, { start: 1 }]), ops.getItem(whole, [...lead, { stop: -1 }]))), {
      axis: [1, 2, 3],
    });
  };
  const total = ops.add(along(1), along(2));
  return x.rank === 3 ? ops.squeeze(total, 0) : total;
});
/**
 * The slopes of images: [..., channels, 2], along the rows' direction first.
 *
 * ```ts
 * tf.image.sobelEdges(tf.ones([1, 4, 4, 1])).shape; // [1, 4, 4, 1, 2]
 * ```
 */
export const sobelEdges = declare("tf.image.sobelEdges(*image)", (image: TensorLike): Tensor => {
  const x = asTensor(image);
  if (x.rank !== 4) throw new ShapeError("image.sobelEdges", { given: shapeText(x.shape), expected: "[batch, height, width, channels]" });
  // Beyond the edge a picture is mirrored.
  const wide = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], { mode: "reflect" }); // prettier-ignore
  return ops.getItem(ops.image.sobelEdges(wide), [{}, { start: 1, stop: -1 }, { start: 1, stop: -1 }]);
});

/**
 * 20 · log₁₀(maxVal) − 10 · log₁₀(mean squared difference), for each image.
 *
 * ```ts
 * tf.image.psnr([[[0.5]]], [[[0.4]]], 1); // 20
 * ```
 */
export const psnr = declare(
  "tf.image.psnr(*a, *b, *maxVal, name:string=null)",
  (a: TensorLike, b: TensorLike, maxVal: TensorLike, _: Name): Tensor => {
    const [x, y] = [a, b].map((each) => scaled(asTensor(each), "float32")) as [Tensor, Tensor];
    const white = scaledValue(maxVal, asTensor(a).dtype);
    const error = ops.mean(ops.squaredDifference(x, y), { axis: [-3, -2, -1] });
    return ops.subtract(ops.multiply(20, ops.log10(white)), ops.multiply(10, ops.log10(error)));
  },
);
const scaledValue = (value: TensorLike, dtype: string): Tensor => ops.divide(ops.cast(asTensor(value), "float32"), whiteOf(dtype));

/**
 * The structural similarity of images, for each (Wang et al. 2004).
 *
 * ```ts
 * tf.image.ssim(tf.ones([16, 16, 1]), tf.ones([16, 16, 1]), 1); // 1
 * ```
 *
 * @param returnIndexMap  gives it for each place instead
 */
export const ssim = declare(
  "tf.image.ssim(*img1, *img2, *maxVal, filterSize:int=11, filterSigma:number=1.5, k1:number=0.01, k2:number=0.03, returnIndexMap=false)",
  (
    img1: TensorLike,
    img2: TensorLike,
    maxVal: TensorLike,
    filterSize: number,
    filterSigma: number,
    k1: number,
    k2: number,
    returnIndexMap: boolean,
  ): Tensor => {
    const [x, y] = [img1, img2].map((each) => scaled(asTensor(each), "float32")) as [Tensor, Tensor];
    const white = scaledValue(maxVal, asTensor(img1).dtype);
    const [height, width, channels] = known(x.shape, "image.ssim").slice(-3) as [number, number, number];
    if (height < filterSize || width < filterSize)
      throw new ShapeError("image.ssim", { given: shapeText(x.shape), expected: `images of at least ${filterSize} × ${filterSize}` });
    const one = Array.from({ length: filterSize }, (_, i) => Math.exp(-((i - (filterSize - 1) / 2) ** 2) / (2 * filterSigma ** 2)));
    const total = one.reduce((sum, each) => sum + each, 0) ** 2;
    const kernel = constant(
      Float32Array.from({ length: filterSize ** 2 * channels }, (_, i) => {
        const place = Math.floor(i / channels);
        return (one[Math.floor(place / filterSize)]! * one[place % filterSize]!) / total;
      }),
      { shape: [filterSize, filterSize, channels, 1] },
    );
    const lead = x.shape.slice(0, -3) as number[];
    const blurred = (z: Tensor): Tensor =>
      ops.depthwiseConv(ops.reshape(z, [-1, height, width, channels]), kernel, { dataFormat: "channels_last" });
    const [c1, c2] = [ops.square(ops.multiply(white, k1)), ops.square(ops.multiply(white, k2))];
    const [mx, my] = [blurred(x), blurred(y)];
    const product = ops.multiply(ops.multiply(mx, my), 2);
    const squares = ops.add(ops.square(mx), ops.square(my));
    const luminance = ops.divide(ops.add(product, c1), ops.add(squares, c1));
    const covariance = ops.subtract(ops.multiply(blurred(ops.multiply(x, y)), 2), product);
    const variances = ops.subtract(blurred(ops.add(ops.square(x), ops.square(y))), squares);
    const map = ops.multiply(luminance, ops.divide(ops.add(covariance, c2), ops.add(variances, c2)));
    if (returnIndexMap) return ops.reshape(ops.mean(map, { axis: -1 }), [...lead, height - filterSize + 1, width - filterSize + 1]);
    return ops.reshape(ops.mean(map, { axis: [1, 2, 3] }), lead);
  },
);

/**
 * Patches of images as channels: [batch, rows, columns, height · width · channels]. `sizes`, `strides`, `rates` are four numbers each.
 *
 * ```ts
 * const patches = tf.image.extractPatches(tf.ones([1, 4, 4, 1]), [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID");
 * patches.shape; // [1, 2, 2, 4]
 * ```
 */
export const extractPatches = declare(
  "tf.image.extractPatches(*images, sizes:ints, strides:ints, rates:ints, padding:string, name:string=null)",
  (images: TensorLike, sizes: Integers, strides: Integers, rates: Integers, padding: string, _: Name): Tensor => {
    const inner = (name: string, given: Integers): [number, number] => {
      const values = integers(given, `image.extractPatches.${name}`);
      if (values.length === 4 && values[0] === 1 && values[3] === 1) return [values[1]!, values[2]!];
      throw new ValueError(`image.extractPatches.${name}`, { given: text(values), expected: "[1, rows, columns, 1]" });
    };
    const kind = padding.toLowerCase();
    if (kind !== "valid" && kind !== "same")
      throw new ValueError("image.extractPatches.padding", { given: text(padding), expected: "VALID or SAME" });
    return ops.image.extractPatches(images, inner("sizes", sizes), {
      strides: inner("strides", strides),
      dilationRate: inner("rates", rates) as never,
      padding: kind,
      dataFormat: "channels_last",
    });
  },
);

/**
 * Parts of images, each resized to one size.
 *
 * ```ts
 * tf.image.cropAndResize(tf.ones([1, 8, 8, 3]), [[0, 0, 1, 1]], [0], [4, 4]).shape; // [1, 4, 4, 3]
 * ```
 *
 * @param boxes       [boxes, 4]: top, left, bottom, right, 1 being the last pixel
 * @param boxIndices  the image of each box
 * @param extrapolationValue  what stands outside of the image
 */
export const cropAndResize = declare(
  'tf.image.cropAndResize(*image, *boxes, *boxIndices, cropSize:ints, method="bilinear", extrapolationValue:number=0, name:string=null)',
  (
    image: TensorLike,
    boxes: TensorLike,
    boxIndices: TensorLike,
    cropSize: Integers,
    method: string,
    extrapolationValue: number,
    _: Name,
  ): Tensor => {
    const where = "image.cropAndResize";
    if (method !== "bilinear" && method !== "nearest")
      throw new ValueError(`${where}.method`, { given: text(method), expected: "bilinear or nearest" });
    const x = ops.cast(asTensor(image), "float32");
    const [batch, height, width, channels] = known(x.shape, where) as [number, number, number, number];
    const [tall, wide] = sizeFrom(where, cropSize);
    const corners = asTensor(boxes);
    const which = asIndices(boxIndices);
    const count = known(corners.shape, where)[0]!;
    if (corners.rank !== 2 || corners.shape[1] !== 4 || which.rank !== 1 || which.shape[0] !== count)
      throw new ShapeError(where, {
        given: `boxes ${shapeText(corners.shape)} and boxIndices ${shapeText(which.shape)}`,
        expected: "[boxes, 4] and [boxes]",
      });
    checkOnHost(where, [which], ([values]) => {
      const outside = values!.view().find((i) => i < 0 || i >= batch);
      if (outside !== undefined) throw new ValueError(where, { given: `the box index ${outside}`, expected: `0 to ${batch - 1}` });
    });
    const [y1, x1, y2, x2] = ops.split(corners, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    /** Where new pixels stand along an axis: [boxes, length]. */
    const places = (from: Tensor, to: Tensor, length: number, of: number): Tensor => {
      if (length === 1) return ops.multiply(ops.add(from, to), 0.5 * (of - 1));
      const step = ops.divide(ops.multiply(ops.subtract(to, from), of - 1), length - 1);
      return ops.add(ops.multiply(from, of - 1), ops.multiply(constant(Float32Array.from({ length }, (_, i) => i)), step));
    };
    const [rows, columns] = [places(y1, y2, tall, height), places(x1, x2, wide, width)];
    const within = (at: Tensor, of: number): Tensor => ops.logicalAnd(ops.greaterEqual(at, 0), ops.lessEqual(at, of - 1));
    const inside = ops.logicalAnd(ops.expandDims(within(rows, height), 2), ops.expandDims(within(columns, width), 1));
    const flat = ops.reshape(x, [batch * height * width, channels]);
    const at = (row: Tensor, column: Tensor): Tensor => {
      const place = ops.add(
        ops.expandDims(
          ops.add(
            ops.multiply(ops.expandDims(which, 1), height * width),
            ops.multiply(ops.clip(ops.cast(row, "int32"), 0, height - 1), width),
          ),
          2,
        ),
        ops.expandDims(ops.clip(ops.cast(column, "int32"), 0, width - 1), 1),
      );
      return ops.take(flat, place, 0);
    };
    let made: Tensor;
    if (method === "nearest") {
      // Halves go away from zero, as C's roundf has it.
      const nearest = (z: Tensor): Tensor => ops.floor(ops.add(z, 0.5));
      made = at(nearest(rows), nearest(columns));
    } else {
      const [top, left] = [ops.floor(rows), ops.floor(columns)];
      const [down, right] = [
        ops.reshape(ops.subtract(rows, top), [count, tall, 1, 1]),
        ops.reshape(ops.subtract(columns, left), [count, 1, wide, 1]),
      ];
      const mix = (a: Tensor, b: Tensor, share: Tensor): Tensor => ops.add(a, ops.multiply(ops.subtract(b, a), share));
      const [below, next] = [ops.ceil(rows), ops.ceil(columns)];
      made = mix(mix(at(top, left), at(top, next), right), mix(at(below, left), at(below, next), right), down);
    }
    return ops.where(ops.expandDims(inside, 3), made, extrapolationValue);
  },
);

/**
 * The boxes with the largest scores, without those that overlap one of them by more than iouThreshold: their numbers.
 *
 * ```ts
 * tf.image.nonMaxSuppression([[0, 0, 2, 2], [0, 0, 2, 2.1], [5, 5, 6, 6]], [0.9, 0.8, 0.7], 3); // [0, 2]
 * ```
 */
export const nonMaxSuppression = declare(
  "tf.image.nonMaxSuppression(*boxes, *scores, maxOutputSize:int, iouThreshold:number=0.5, scoreThreshold:number=null, name:string=null)",
  (boxes: TensorLike, scores: TensorLike, maxOutputSize: number, iouThreshold: number, scoreThreshold: number | null, _: Name): Tensor => {
    const [b, s] = [asTensor(boxes), asTensor(scores)];
    if (b.rank !== 2 || b.shape[1] !== 4 || s.rank !== 1 || s.shape[0] !== b.shape[0])
      throw new ShapeError("image.nonMaxSuppression", {
        given: `boxes ${shapeText(b.shape)} and scores ${shapeText(s.shape)}`,
        expected: "[boxes, 4] and [boxes]",
      });
    if (!(iouThreshold >= 0 && iouThreshold <= 1))
      throw new ValueError("image.nonMaxSuppression.iouThreshold", { given: String(iouThreshold), expected: "0 to 1" });
    return suppressed(b, s, { most: maxOutputSize, iou: iouThreshold, least: scoreThreshold ?? -Infinity });
  },
);

type SeedGiven = Seed | null;
const drawn = (minval: number, maxval: number, seed: SeedGiven): Tensor =>
  random.uniform([], { minval, maxval, ...(seed !== null && { seed: seed as NonNullable<Seed> }) });

const byWhole = (where: string, seed: TensorLike, low: number, high: number): Tensor =>
  ops.add(ops.multiply(statelessUniform([], seed), high - low), checkedBetween(where, low, high));

function checkedBetween(where: string, low: number, high: number): number {
  if (high > low) return low;
  throw new ValueError(where, { given: `${low} and ${high}`, expected: "the first below the second" });
}

/**
 * Images with a brightness that the seed decides, up to maxDelta more or less. TensorFlow: tf.image.stateless_random_brightness
 *
 * ```ts
 * tf.image.statelessRandomBrightness(tf.ones([2, 2, 3]), 0.2, [1, 2]).shape; // [2, 2, 3]
 * ```
 */
export const statelessRandomBrightness = declare(
  "tf.image.statelessRandomBrightness(*image, maxDelta:number, *seed)",
  (image: TensorLike, maxDelta: number, seed: TensorLike): Tensor => {
    if (!(maxDelta >= 0))
      throw new ValueError("image.statelessRandomBrightness.maxDelta", { given: String(maxDelta), expected: "at least 0" });
    return adjustBrightness(image, ops.subtract(ops.multiply(statelessUniform([], seed), 2 * maxDelta), maxDelta));
  },
);
/**
 * Images with a contrast from lower to upper that the seed decides. TensorFlow: tf.image.stateless_random_contrast
 *
 * ```ts
 * tf.image.statelessRandomContrast(tf.ones([2, 2, 3]), 0.5, 1.5, [1, 2]).shape; // [2, 2, 3]
 * ```
 */
export const statelessRandomContrast = declare(
  "tf.image.statelessRandomContrast(*image, lower:number, upper:number, *seed)",
  (image: TensorLike, lower: number, upper: number, seed: TensorLike): Tensor => {
    checkRange("image.statelessRandomContrast", lower, upper);
    return adjustContrast(image, byWhole("image.statelessRandomContrast", seed, lower, upper));
  },
);
/**
 * Images with a saturation from lower to upper that the seed decides. TensorFlow: tf.image.stateless_random_saturation
 *
 * ```ts
 * tf.image.statelessRandomSaturation(tf.ones([2, 2, 3]), 0.5, 1.5, [1, 2]).shape; // [2, 2, 3]
 * ```
 */
export const statelessRandomSaturation = declare(
  "tf.image.statelessRandomSaturation(*image, lower:number, upper:number, *seed=null)",
  (image: TensorLike, lower: number, upper: number, seed: TensorLike | null): Tensor => {
    const where = "image.statelessRandomSaturation";
    if (seed === null) throw new ValueError(`${where}.seed`, { given: "nothing", expected: "two whole numbers" });
    checkRange(where, lower, upper);
    return adjustSaturation(image, byWhole(where, seed, lower, upper));
  },
);
/**
 * Images with a hue turned by up to maxDelta as the seed decides. TensorFlow: tf.image.stateless_random_hue
 *
 * ```ts
 * tf.image.statelessRandomHue(tf.ones([2, 2, 3]), 0.2, [1, 2]).shape; // [2, 2, 3]
 * ```
 */
export const statelessRandomHue = declare(
  "tf.image.statelessRandomHue(*image, maxDelta:number, *seed)",
  (image: TensorLike, maxDelta: number, seed: TensorLike): Tensor => {
    if (!(maxDelta >= 0 && maxDelta <= 0.5))
      throw new ValueError("image.statelessRandomHue.maxDelta", { given: String(maxDelta), expected: "0 to 0.5" });
    return adjustHue(image, byWhole("image.statelessRandomHue.maxDelta", seed, -maxDelta, maxDelta));
  },
);
/**
 * A part of a tensor of a size, at a place that the seed decides. TensorFlow: tf.image.stateless_random_crop
 *
 * ```ts
 * tf.image.statelessRandomCrop(tf.ones([8, 8, 3]), [4, 4, 3], [1, 2]).shape; // [4, 4, 3]
 * ```
 *
 * @throws ValueError where the size is larger
 */
export const statelessRandomCrop = declare(
  "tf.image.statelessRandomCrop(*value, size:ints, *seed, name:string=null)",
  (value: TensorLike, size: Integers, seed: TensorLike, _: Name): Tensor => {
    const x = asTensor(value);
    const { lengths, shape } = partOf("image.statelessRandomCrop", x, size);
    const numbers = ops.unstack(
      drawnFrom("statelessRandomCrop", seed, { shape: [shape.length], fill: fillIntegers(0, MOST), dtype: "int32" }),
    );
    return cutAt(x, shape, lengths, (axis, room) => ops.mod(numbers[axis]!, room + 1));
  },
);

/** The largest int32: TensorFlow draws places below it and takes what a division leaves. */
const MOST = 2 ** 31 - 1;

/** The lengths of a part and of the whole. @throws ValueError where the part is larger */
function partOf(where: string, x: Tensor, size: Integers): { readonly lengths: readonly number[]; readonly shape: readonly number[] } {
  const lengths = integers(size, `${where}.size`);
  const shape = known(x.shape, where);
  if (lengths.length === shape.length && lengths.every((length, axis) => length <= shape[axis]! && length >= 0)) return { lengths, shape };
  throw new ValueError(`${where}.size`, { given: text(lengths), expected: `at most ${shapeText(shape)}` });
}

function cutAt(
  x: Tensor,
  shape: readonly number[],
  lengths: readonly number[],
  beginOf: (axis: number, room: number) => TensorLike,
): Tensor {
  return shape.reduce((part, length, axis) => {
    const room = length - lengths[axis]!;
    if (room === 0) return part;
    return ops.take(part, ops.add(beginOf(axis, room), constant(Int32Array.from({ length: lengths[axis]! }, (_, i) => i))), axis);
  }, x);
}

/** Images, each flipped with probability ½. */
function sometimes(where: string, image: TensorLike, axis: number, draw: (shape: number[]) => Tensor): Tensor {
  const x = asTensor(image);
  return batched(where, x, (images) => {
    const count = known(images.shape, where)[0]!;
    const number = x.rank === 3 ? ops.reshape(draw([]), [1]) : draw([count]);
    // One image is flipped below a half, those of a batch from a half on, as TensorFlow draws them.
    const flips = x.rank === 3 ? ops.less(number, 0.5) : ops.notEqual(ops.round(number), 0);
    return ops.where(ops.reshape(flips, [count, 1, 1, 1]), ops.flip(images, axis), images);
  });
}
const numbersFrom = (seed: SeedGiven) => (shape: number[]) =>
  random.uniform(shape, seed === null ? {} : { seed: seed as NonNullable<Seed> });

/**
 * Images mirrored at random, left and right. TensorFlow: tf.image.random_flip_left_right
 *
 * ```ts
 * tf.image.randomFlipLeftRight(tf.ones([2, 2, 3]), { seed: 1 }).shape; // [2, 2, 3]
 * ```
 */
export const randomFlipLeftRight = declare(
  "tf.image.randomFlipLeftRight(*image, seed:any=null)",
  (image: TensorLike, seed: SeedGiven): Tensor => sometimes("image.randomFlipLeftRight", image, 2, numbersFrom(seed)),
);
/**
 * Images mirrored at random, top and bottom. TensorFlow: tf.image.random_flip_up_down
 *
 * ```ts
 * tf.image.randomFlipUpDown(tf.ones([2, 2, 3]), { seed: 1 }).shape; // [2, 2, 3]
 * ```
 */
export const randomFlipUpDown = declare("tf.image.randomFlipUpDown(*image, seed:any=null)", (image: TensorLike, seed: SeedGiven): Tensor =>
  sometimes("image.randomFlipUpDown", image, 1, numbersFrom(seed)),
);
/**
 * The same image for the same seed, an int32 [2].
 *
 * ```ts
 * tf.image.statelessRandomFlipLeftRight(tf.ones([2, 2, 3]), [1, 2]).shape; // [2, 2, 3]
 * ```
 */
export const statelessRandomFlipLeftRight = declare(
  "tf.image.statelessRandomFlipLeftRight(*image, *seed)",
  (image: TensorLike, seed: TensorLike): Tensor =>
    sometimes("image.statelessRandomFlipLeftRight", image, 2, (shape) => statelessUniform(shape, seed)),
);
/**
 * Images mirrored top and bottom as the seed decides: the same for the same seed. TensorFlow: tf.image.stateless_random_flip_up_down
 *
 * ```ts
 * tf.image.statelessRandomFlipUpDown(tf.ones([2, 2, 3]), [1, 2]).shape; // [2, 2, 3]
 * ```
 */
export const statelessRandomFlipUpDown = declare(
  "tf.image.statelessRandomFlipUpDown(*image, *seed)",
  (image: TensorLike, seed: TensorLike): Tensor =>
    sometimes("image.statelessRandomFlipUpDown", image, 1, (shape) => statelessUniform(shape, seed)),
);

function checkRange(where: string, lower: number, upper: number): void {
  if (!(lower >= 0 && upper > lower))
    throw new ValueError(where, { given: `${lower} to ${upper}`, expected: "numbers from 0 on, the upper one larger" });
}
/**
 * Images brighter or darker by a random difference up to maxDelta. TensorFlow: tf.image.random_brightness
 *
 * ```ts
 * tf.image.randomBrightness(tf.ones([2, 2, 3]), 0.2, { seed: 1 }).shape; // [2, 2, 3]
 * ```
 */
export const randomBrightness = declare(
  "tf.image.randomBrightness(*image, maxDelta:number, seed:any=null)",
  (image: TensorLike, maxDelta: number, seed: SeedGiven): Tensor => {
    if (!(maxDelta >= 0)) throw new ValueError("image.randomBrightness.maxDelta", { given: String(maxDelta), expected: "at least 0" });
    return adjustBrightness(image, drawn(-maxDelta, maxDelta, seed));
  },
);
/**
 * Images with a random contrast from lower to upper. TensorFlow: tf.image.random_contrast
 *
 * ```ts
 * tf.image.randomContrast(tf.ones([2, 2, 3]), 0.5, 1.5, { seed: 1 }).shape; // [2, 2, 3]
 * ```
 */
export const randomContrast = declare(
  "tf.image.randomContrast(*image, lower:number, upper:number, seed:any=null)",
  (image: TensorLike, lower: number, upper: number, seed: SeedGiven): Tensor => {
    checkRange("image.randomContrast", lower, upper);
    return adjustContrast(image, drawn(lower, upper, seed));
  },
);
/**
 * Images with a random saturation from lower to upper. TensorFlow: tf.image.random_saturation
 *
 * ```ts
 * tf.image.randomSaturation(tf.ones([2, 2, 3]), 0.5, 1.5, { seed: 1 }).shape; // [2, 2, 3]
 * ```
 */
export const randomSaturation = declare(
  "tf.image.randomSaturation(*image, lower:number, upper:number, seed:any=null)",
  (image: TensorLike, lower: number, upper: number, seed: SeedGiven): Tensor => {
    checkRange("image.randomSaturation", lower, upper);
    return adjustSaturation(image, drawn(lower, upper, seed));
  },
);
/**
 * Images with a hue turned at random by up to maxDelta. TensorFlow: tf.image.random_hue
 *
 * ```ts
 * tf.image.randomHue(tf.ones([2, 2, 3]), 0.2, { seed: 1 }).shape; // [2, 2, 3]
 * ```
 */
export const randomHue = declare(
  "tf.image.randomHue(*image, maxDelta:number, seed:any=null)",
  (image: TensorLike, maxDelta: number, seed: SeedGiven): Tensor => {
    if (!(maxDelta >= 0 && maxDelta <= 0.5))
      throw new ValueError("image.randomHue.maxDelta", { given: String(maxDelta), expected: "0 to 0.5" });
    return adjustHue(image, drawn(-maxDelta, maxDelta, seed));
  },
);

/**
 * A part of a tensor of a size, at a random place.
 *
 * ```ts
 * tf.image.randomCrop(tf.ones([8, 8, 3]), [4, 4, 3], { seed: 1 }).shape; // [4, 4, 3]
 * ```
 *
 * @throws ValueError where the size is larger
 */
export const randomCrop = declare(
  "tf.image.randomCrop(*value, size:ints, seed:any=null, name:string=null)",
  (value: TensorLike, size: Integers, seed: SeedGiven, __: Name): Tensor => {
    const x = asTensor(value);
    const { lengths, shape } = partOf("image.randomCrop", x, size);
    return cutAt(x, shape, lengths, (_, room) => random.randint([], 0, room + 1, seed === null ? {} : { seed: seed as NonNullable<Seed> }));
  },
);
