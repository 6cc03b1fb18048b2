// Boxes that move with their images: affine maps, crops, margins, and offsets from anchors.

import { checkOptions } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, maximum, multiply, subtract } from "../elementwise/arithmetic.js";
import { exp, log } from "../elementwise/exponential.js";
import { negative } from "../elementwise/powers.js";
import { cos, sin, tan } from "../elementwise/trigonometric.js";
import { asFloat } from "../promotion.js";
import { max, min } from "../reduce/extrema.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { expandDims } from "../shaping/reshape.js";
import { clipped, columnsOf, convertFormat, joined } from "./formats.js";

interface Format {
  /** "xyxy", the only one. */
  readonly boundingBoxFormat?: string;
}

function requireCorners(where: string, format: string): void {
  if (format === "xyxy") return;
  throw new ValueError(where, { given: `the format ${text(format)}`, expected: '"xyxy"', hint: "Convert the boxes with convertFormat." });
}

const degree = Math.PI / 180;

/**
 * The upright boxes around boxes that turn with their images. Keras: keras.utils.bounding_boxes.affine_transform
 *
 * ```ts
 * const turned = keras.utils.boundingBoxes.affineTransform([[[0, 0, 2, 2]]], [0], [0], [0], [1], [0], [0], 4, 4);
 * turned; // [[[0, 0, 2, 2]]]
 * ```
 *
 * @param boxes  `[batch, boxes, 4]` corners (x₁, y₁, x₂, y₂)
 * @param angle, translateX, translateY, scale, shearX, shearY  `[batch]`: degrees, parts of the image, factors, degrees
 * @param options.centerX, options.centerY  the fixed point as parts of the image; default 0.5
 */
export function affineTransform(
  boxes: TensorLike,
  angle: TensorLike,
  translateX: TensorLike,
  translateY: TensorLike,
  scale: TensorLike,
  shearX: TensorLike,
  shearY: TensorLike,
  height: TensorLike,
  width: TensorLike,
  {
    centerX = null,
    centerY = null,
    boundingBoxFormat = "xyxy",
  }: Format & { readonly centerX?: number | null; readonly centerY?: number | null } = {},
): Tensor {
  checkOptions("affineTransform", arguments, 9, ["centerX", "centerY", "boundingBoxFormat"]);
  requireCorners("affineTransform", boundingBoxFormat);
  const corners = asFloat(boxes);
  if (corners.rank !== 3 || corners.shape[2] !== 4) {
    throw new ShapeError("affineTransform.boxes", { given: `boxes of shape ${shapeText(corners.shape)}`, expected: "[batch, boxes, 4]" });
  }
  const [turn, sx, sy] = [angle, shearX, shearY].map((each) => multiply(asFloat(each), -degree)) as [Tensor, Tensor, Tensor];
  const [w, h] = [subtract(asFloat(width), 1), subtract(asFloat(height), 1)];
  const [cx, cy] = [multiply(centerX ?? 0.5, w), multiply(centerY ?? 0.5, h)];
  const [tx, ty] = [multiply(negative(asFloat(translateX)), w), multiply(negative(asFloat(translateY)), h)];
  const skewed = subtract(turn, sy);
  const a = divide(cos(skewed), cos(sy));
  const b = add(multiply(a, tan(sx)), sin(turn));
  const c = divide(negative(sin(skewed)), cos(sy));
  const d = subtract(cos(turn), multiply(c, tan(sx)));
  const [a0, a1, b0, b1] = [d, negative(b), negative(c), a].map((each) => multiply(each, asFloat(scale))) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const [fromX, fromY] = [add(cx, tx), add(cy, ty)];
  const a2 = subtract(subtract(cx, multiply(a0, fromX)), multiply(a1, fromY));
  const b2 = subtract(subtract(cy, multiply(b0, fromX)), multiply(b1, fromY));
  const [x1, y1, x2, y2] = columnsOf(corners);
  const xs = concatenate([x1, x2, x2, x1], -1);
  const ys = concatenate([y1, y1, y2, y2], -1);
  const map = (p: Tensor, q: Tensor, r: Tensor): Tensor => {
    const [u, v, t] = [p, q, r].map((each) => expandDims(each, [1, 2])) as [Tensor, Tensor, Tensor];
    return add(add(multiply(u, xs), multiply(v, ys)), t);
  };
  const [toX, toY] = [map(a0, a1, a2), map(b0, b1, b2)];
  const ends = [min, max].flatMap((extremum) => [extremum(toX, { axis: -1 }), extremum(toY, { axis: -1 })]);
  return stack(ends, -1);
}

/**
 * Boxes in a part of the image that begins at (left, top), cut off at its edges. Keras: keras.utils.bounding_boxes.crop
 *
 * ```ts
 * keras.utils.boundingBoxes.crop([[2, 2, 6, 6]], 1, 1, 4, 4); // [[1, 1, 4, 4]]
 * ```
 */
export function crop(
  boxes: TensorLike,
  top: TensorLike,
  left: TensorLike,
  height: TensorLike,
  width: TensorLike,
  { boundingBoxFormat = "xyxy" }: Format = {},
): Tensor {
  checkOptions("crop", arguments, 5, ["boundingBoxFormat"]);
  requireCorners("crop", boundingBoxFormat);
  return joined(clipped(columnsOf(moved(asTensor(boxes), negative(asFloat(left)), negative(asFloat(top)))), height, width));
}

/**
 * Boxes in an image that got margins, whose new height and width do not matter. Keras: keras.utils.bounding_boxes.pad
 *
 * ```ts
 * keras.utils.boundingBoxes.pad([[0, 0, 2, 2]], 1, 3, { height: 8, width: 8 }); // [[3, 1, 5, 3]]
 * ```
 */
export function pad(
  boxes: TensorLike,
  top: TensorLike,
  left: TensorLike,
  {
    height: _height = null,
    width: _width = null,
    boundingBoxFormat = "xyxy",
  }: Format & { readonly height?: number | null; readonly width?: number | null } = {},
): Tensor {
  checkOptions("pad", arguments, 3, ["height", "width", "boundingBoxFormat"]);
  requireCorners("pad", boundingBoxFormat);
  return moved(asTensor(boxes), asFloat(left), asFloat(top));
}

/** Corners moved by an amount. */
export function moved(boxes: Tensor, x: TensorLike, y: TensorLike): Tensor {
  const [x1, y1, x2, y2] = columnsOf(boxes);
  return joined([add(x1, x), add(y1, y), add(x2, x), add(y2, y)]);
}

/** Forms of anchors, boxes and deltas, and the variances that deltas are divided by. */
export interface DeltaOptions {
  /** Four numbers that the offsets are divided by. */
  readonly variance?: TensorLike | null;
  /** [height, width, channels], where a format is relative. */
  readonly imageShape?: readonly number[] | null;
}

type DeltaFormat = "center_xywh" | "center_yxhw";

function checkDeltas(where: string, format: string, variance: TensorLike | null): { format: DeltaFormat; variance: Tensor | null } {
  if (format !== "center_xywh" && format !== "center_yxhw") {
    throw new ValueError(where, { given: `the format ${text(format)}`, expected: '"center_xywh" or "center_yxhw"' });
  }
  const given = variance === null ? null : asFloat(variance);
  if (given && given.shape.at(-1) !== 4) {
    throw new ShapeError(`${where}.variance`, { given: shapeText(given.shape), expected: "four numbers" });
  }
  return { format, variance: given };
}

const sizeOf = (imageShape: readonly number[] | null) => (imageShape === null ? {} : { height: imageShape[0]!, width: imageShape[1]! });

/** The middle and the sizes of boxes, each `[…, 2]`. */
const parts = (boxes: Tensor): [Tensor, Tensor] => {
  const [a, b, c, d] = columnsOf(boxes);
  return [joined([a, b]), joined([c, d])];
};

/** A size below this counts as this. */
const least = 1e-7;

/**
 * Boxes as offsets from anchors: (middle − anchor's) / size, log(size / anchor's). Keras: keras.utils.bounding_boxes.encode_box_to_deltas
 *
 * ```ts
 * keras.utils.boundingBoxes.encodeBoxToDeltas([[0, 0, 2, 2]], [[1, 0, 3, 2]], "xyxy", "xyxy"); // [[0, 0.5, 0, 0]]
 * ```
 */
export function encodeBoxToDeltas(
  anchors: TensorLike,
  boxes: TensorLike,
  anchorFormat: string,
  boxFormat: string,
  { encodingFormat = "center_yxhw", variance = null, imageShape = null }: DeltaOptions & { readonly encodingFormat?: string } = {},
): Tensor {
  checkOptions("encodeBoxToDeltas", arguments, 4, ["encodingFormat", "variance", "imageShape"]);
  const { format, variance: scale } = checkDeltas("encodeBoxToDeltas", encodingFormat, variance);
  const [anchorMiddle, anchorSize] = parts(convertFormat(asTensor(anchors), anchorFormat, format, sizeOf(imageShape)));
  const [boxMiddle, boxSize] = parts(convertFormat(asTensor(boxes), boxFormat, format, sizeOf(imageShape)));
  const size = maximum(anchorSize, least);
  const deltas = joined([divide(subtract(boxMiddle, anchorMiddle), size), log(divide(maximum(boxSize, least), size))]);
  return scale ? divide(deltas, scale) : deltas;
}

/**
 * The way back from encodeBoxToDeltas; records of levels are decoded level by level. Keras:
 * keras.utils.bounding_boxes.decode_deltas_to_boxes
 *
 * ```ts
 * keras.utils.boundingBoxes.decodeDeltasToBoxes([[0, 0, 2, 2]], [[0.5, 0, 0, 0]], "xyxy", "xyxy"); // [[0, 1, 2, 3]]
 * ```
 */
export function decodeDeltasToBoxes<A extends TensorLike | Readonly<Record<string, TensorLike>>>(
  anchors: A,
  boxesDelta: A,
  anchorFormat: string,
  boxFormat: string,
  options: DeltaOptions & { readonly encodedFormat?: string } = {},
): A extends TensorLike ? Tensor : { [K in keyof A]: Tensor } {
  type Result = ReturnType<typeof decodeDeltasToBoxes<A>>;
  const { encodedFormat = "center_yxhw", variance = null, imageShape = null } = options;
  const { format, variance: scale } = checkDeltas("decodeDeltasToBoxes", encodedFormat, variance);
  const one = (anchor: TensorLike, delta: TensorLike): Tensor => {
    const [middle, size] = parts(convertFormat(asTensor(anchor), anchorFormat, format, sizeOf(imageShape)));
    const [shift, growth] = parts(scale ? multiply(asFloat(delta), scale) : asFloat(delta));
    const decoded = joined([add(multiply(shift, size), middle), multiply(exp(growth), size)]);
    return convertFormat(decoded, format, boxFormat, sizeOf(imageShape));
  };
  if (!isLevels(anchors)) return one(anchors as TensorLike, boxesDelta as TensorLike) as Result;
  const deltas = boxesDelta as Readonly<Record<string, TensorLike>>;
  return Object.fromEntries(Object.entries(anchors).map(([level, anchor]) => [level, one(anchor, deltas[level]!)])) as Result;
}

const isLevels = (value: unknown): value is Readonly<Record<string, TensorLike>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
