// Images of another size, by every interpolation of Keras.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive } from "../../core/primitive.js";
import { known, shapeText, stridesOf } from "../../core/shape.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { add, divide, maximum, minimum, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { greater, greaterEqual, lessEqual } from "../elementwise/comparison.js";
import { logicalAnd } from "../elementwise/logical.js";
import { abs } from "../elementwise/powers.js";
import { floor, round } from "../elementwise/rounding.js";
import { sin } from "../elementwise/trigonometric.js";
import { where } from "../elementwise/where.js";
import { take } from "../indexing/take.js";
import { matmul } from "../linalg/matmul.js";
import { asFloat } from "../promotion.js";
import { max, min } from "../reduce/extrema.js";
import { sum } from "../reduce/sum.js";
import { axisLength } from "../shaping/axis-length.js";
import { progression } from "../shaping/create.js";
import { expandDims, ravel } from "../shaping/reshape.js";
import { embed, fillCommand, stridedOf, viewOf, type Range } from "../shaping/slice.js";
import { moveaxis } from "../shaping/transpose.js";
import { gatherView, scatterView } from "../shaping/views.js";
import { positionsAlong } from "../shaping/diagonal.js";
import { asBatch, type DataFormatOption } from "./layout.js";
import { blended, type Sampling } from "./taps.js";

type Kernel = (distance: Tensor) => Tensor;

/** Lanczos's window of a radius: sinc(x) · sinc(x / radius). */
const lanczos =
  (radius: number): Kernel =>
  (x) => {
    const isNear = greater(x, 1e-3);
    const safe = where(isNear, x, 1);
    const value = divide(
      multiply(multiply(sin(multiply(safe, Math.PI)), sin(multiply(safe, Math.PI / radius))), radius / Math.PI ** 2),
      multiply(safe, safe),
    );
    return where(greater(x, radius), 0, where(isNear, value, 1));
  };

/** How much an input pixel counts at a distance from where an output pixel is sampled. */
const samplingKernels: Readonly<Record<string, Kernel>> = {
  linear: (x) => maximum(subtract(1, x), 0),
  /** Keys's cubic convolution with a = −½. */
  cubic: (x) => {
    const near = add(multiply(multiply(subtract(multiply(x, 1.5), 2.5), x), x), 1);
    const far = add(multiply(subtract(multiply(add(multiply(x, -0.5), 2.5), x), 4), x), 2);
    return where(greaterEqual(x, 2), 0, where(greaterEqual(x, 1), far, near));
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};
/** Cubic convolution at distances in steps of 1/1024, as TensorFlow reads it from a table where it does not widen the filter. */
const tabulatedCubic: Kernel = (x) => samplingKernels["cubic"]!(divide(round(multiply(x, 1024)), 1024));
/** What takes so few pixels that they are gathered. */
const fewTaps: Readonly<Record<string, Sampling>> = {
  bilinear: { name: "linear", radius: 1, kernel: samplingKernels["linear"]! },
  bicubic: { name: "cubic", radius: 2, kernel: tabulatedCubic },
};
const kernelNames: Readonly<Record<string, string>> = {
  linear: "linear",
  bilinear: "linear",
  trilinear: "linear",
  triangle: "linear",
  cubic: "cubic",
  bicubic: "cubic",
  tricubic: "cubic",
  lanczos3: "lanczos3",
  lanczos5: "lanczos5",
};

/** The length of an axis: a number, or a tensor that gets it where it is not known yet. */
function lengthAlong(x: Tensor, axis: number): number | Tensor {
  const length = x.shape[axis]!;
  return length ?? axisLength(x, axis);
}

/** What each input pixel of an axis contributes to each output pixel: [input, output]. */
function weights(
  x: Tensor,
  axis: number,
  output: number,
  scale: TensorLike,
  translation: TensorLike,
  kernel: Kernel,
  antialias: boolean,
): Tensor {
  const inverse = divide(1, asFloat(scale));
  const spread = antialias ? maximum(inverse, 1) : 1;
  const centres = add(progression(0, 1, output, "float32"), 0.5);
  const places = subtract(subtract(multiply(centres, inverse), multiply(asFloat(translation), inverse)), 0.5);
  const inputs = expandDims(cast(ravel(positionsAlong(x, axis)), "float32"), 1);
  const raw = kernel(divide(abs(subtract(places, inputs)), spread));
  const total = sum(raw, { axis: 0, keepdims: true });
  const isUsable = greater(abs(total), 1000 * 2 ** -23);
  const even = where(isUsable, divide(raw, where(isUsable, total, 1)), 0);
  const isInside = logicalAnd(greaterEqual(places, -0.5), lessEqual(places, subtract(lengthAlong(x, axis), 0.5)));
  return where(isInside, even, 0);
}

/** The axis replaced by its product with a matrix of weights. */
const resampled = (x: Tensor, axis: number, matrix: Tensor): Tensor => moveaxis(matmul(moveaxis(x, axis, -1), matrix), -1, axis);

function nearest(x: Tensor, axis: number, output: number): Tensor {
  const length = lengthAlong(x, axis);
  const places = multiply(add(progression(0, 1, output, "float32"), 0.5), divide(length, output));
  return take(x, cast(floor(places), "int32"), axis);
}

// Cutting and padding to another ratio of width to height.

interface RatioAttrs {
  /** Height to width of the result, and the axes of both. */
  readonly height: number;
  readonly width: number;
  readonly axes: readonly [number, number];
}

/** The block in the middle of an image that has the wanted ratio. */
function cropRanges(shape: readonly (number | null)[], { height, width, axes: [h, w] }: RatioAttrs): Range[] {
  const [rows, columns] = [shape[h]!, shape[w]!];
  return shape.map((length, axis) => {
    if (axis !== h && axis !== w) return { begin: 0, step: 1, count: length };
    if (rows === null || columns === null) return { begin: 0, step: 1, count: null };
    const wanted = axis === h ? Math.floor((columns * height) / width) : Math.floor((rows * width) / height);
    const count = Math.max(Math.min(length!, wanted), 1);
    return { begin: Math.floor((length! - count) / 2), step: 1, count };
  });
}

const cropOp = primitive({
  name: "crop_to_ratio",
  inputs: ["x"],
  infer: ({ x }, attrs: RatioAttrs): Spec => ({ shape: cropRanges(x.shape, attrs).map(({ count }) => count), dtype: x.dtype }),
  lower: ({ x }, { y }, attrs) => gatherView(x, y, viewOf(known(x.shape), cropRanges(x.shape, attrs))),
  gradient: (dy, _, { specs, attrs }) => ({ x: () => embed(dy, specs.x.shape, cropRanges(known(specs.x.shape, "resize"), attrs)) }),
});

/** How much is added on both sides of each axis so that the ratio is the wanted one. */
function padWidths(shape: readonly (number | null)[], { height, width, axes: [h, w] }: RatioAttrs): (number | null)[] {
  const [rows, columns] = [shape[h]!, shape[w]!];
  return shape.map((length, axis) => {
    if (axis !== h && axis !== w) return 0;
    if (rows === null || columns === null) return null;
    const wanted = axis === h ? Math.floor((columns * height) / width) : Math.floor((rows * width) / height);
    return Math.floor((Math.max(length!, wanted) - length!) / 2);
  });
}

const padOp = primitive({
  name: "pad_to_ratio",
  inputs: ["x"],
  infer: ({ x }, attrs: RatioAttrs & { value: number }): Spec => {
    const widths = padWidths(x.shape, attrs);
    return { shape: x.shape.map((length, i) => (length === null || widths[i] === null ? null : length + 2 * widths[i]!)), dtype: x.dtype };
  },
  lower: ({ x }, { y }, attrs) => {
    const strides = stridesOf(known(y.shape));
    const offset = padWidths(x.shape, attrs).reduce<number>((total, each, axis) => total + each! * strides[axis]!, 0);
    return [fillCommand(y, attrs.value), scatterView(x, y, { shape: known(x.shape), strides, offset })];
  },
  gradient: (dy, _, { specs, attrs }) => ({
    x: () =>
      stridedOf(
        dy,
        padWidths(known(specs.x.shape, "resize"), attrs).map((begin, i) => ({ begin: begin!, step: 1, count: specs.x.shape[i]! })),
      ),
  }),
});

export interface ResizeOptions extends DataFormatOption {
  /** "bilinear" (default), "nearest", "bicubic", "lanczos3", "lanczos5". */
  interpolation?: string;
  /** Widens the filter where the image gets smaller. Default false. */
  antialias?: boolean;
  /** Cuts the image to the ratio of the new size first. Default false. */
  cropToAspectRatio?: boolean;
  /** Pads the image to the ratio of the new size first. Default false. */
  padToAspectRatio?: boolean;
  /** "constant", the only mode. */
  fillMode?: string;
  /** What is padded. Default 0. */
  fillValue?: number;
}

/**
 * Images in another size.
 *
 * ```ts
 * ops.image.resize([[[1], [3]]], [1, 4], { interpolation: "nearest" }); // [[[1], [1], [3], [3]]]
 * ```
 *
 * @param images  [height, width, channels], or a batch of them
 * @param size    [height, width] of the result
 */
export const resize = operation(
  'image.resize(*images, size:list, interpolation="bilinear", antialias=false, cropToAspectRatio=false, padToAspectRatio=false, fillMode="constant", fillValue=0.0, dataFormat:string=null)',
  (
    images: TensorLike,
    size: readonly number[],
    interpolation: string,
    antialias: boolean,
    cropToAspectRatio: boolean,
    padToAspectRatio: boolean,
    fillMode: string,
    fillValue: number,
    dataFormat: string | null,
  ): Tensor => {
    const fail = (given: string, expected: string): never => {
      throw new ValueError("resize", { given, expected });
    };
    const isNearest = interpolation === "nearest";
    if (!isNearest && !["bilinear", "bicubic", "lanczos3", "lanczos5"].includes(interpolation))
      fail(`interpolation ${text(interpolation)}`, "bilinear, nearest, bicubic, lanczos3 or lanczos5");
    if (fillMode !== "constant") fail(`fillMode ${text(fillMode)}`, "constant");
    if (cropToAspectRatio && padToAspectRatio) fail("cropToAspectRatio and padToAspectRatio", "one of them");
    if (size.length !== 2) fail(`size ${shapeText(size)}`, "[height, width]");
    if (size.some((length) => length < 0)) fail(`size ${shapeText(size)}`, "lengths of at least 0");
    const [height, width] = size as [number, number];
    let { x, back } = asBatch("resize", images, dataFormat);
    const attrs: RatioAttrs = { height, width, axes: [1, 2] };
    if (cropToAspectRatio) x = cropOp.apply({ x }, attrs);
    if (padToAspectRatio) x = padOp.apply({ x }, { ...attrs, value: fillValue });
    for (const [axis, output] of [
      [1, height],
      [2, width],
    ] as const) {
      if (x.shape[axis] === output) continue;
      if (isNearest) x = nearest(x, axis, output);
      else if (!antialias && x.shape[axis] && fewTaps[interpolation]) x = blended(asFloat(x), axis, output, fewTaps[interpolation]);
      else {
        const scale = divide(output, lengthAlong(x, axis));
        const kernel = interpolation === "bicubic" && !antialias ? tabulatedCubic : samplingKernels[kernelNames[interpolation]!]!;
        x = resampled(x, axis, weights(x, axis, output, scale, 0, kernel, antialias));
      }
    }
    return back(x);
  },
);

/**
 * Images scaled and moved along some axes: the output pixel at place i shows the input at (i − translation) / scale.
 *
 * ```ts
 * ops.image.scaleAndTranslate([[[1], [3]]], [1, 2, 1], [1, 1], [0, 0], [0, 1], "linear"); // [[[1], [3]]]
 * ```
 *
 * @param outputShape  of the result
 * @param scale        one factor for each of the axes
 * @param translation  one shift for each of the axes, in output pixels
 * @param spatialDims  the axes
 * @param method       "linear", "cubic", "lanczos3", "lanczos5"
 */
export const scaleAndTranslate = operation(
  "image.scaleAndTranslate(*images, *outputShape, *scale, *translation, spatialDims:ints, method:string, antialias=true)",
  (
    images: TensorLike,
    outputShape: readonly number[],
    scale: TensorLike,
    translation: TensorLike,
    spatialDims: readonly number[],
    method: string,
    antialias: boolean,
  ): Tensor => {
    const given = asTensor(images);
    const kernel = Object.hasOwn(kernelNames, method) ? samplingKernels[kernelNames[method]!]! : undefined;
    if (!kernel)
      throw new ValueError("scaleAndTranslate", { given: `method ${text(method)}`, expected: Object.keys(kernelNames).join(", ") });
    if (outputShape.length !== given.rank) {
      throw new ShapeError("scaleAndTranslate", {
        given: `outputShape ${shapeText(outputShape)} for ${shapeText(given.shape)}`,
        expected: "equal ranks",
      });
    }
    let x = asFloat(given);
    spatialDims.forEach((each, i) => {
      const axis = each < 0 ? each + x.rank : each;
      const one = (values: TensorLike): Tensor => take(asFloat(values), i, 0);
      x = resampled(x, axis, weights(x, axis, outputShape[axis]!, one(scale), one(translation), kernel, antialias));
    });
    if (isFloat(given.dtype)) return x;
    return cast(minimum(maximum(round(x), min(asFloat(given))), max(asFloat(given))), given.dtype);
  },
);
