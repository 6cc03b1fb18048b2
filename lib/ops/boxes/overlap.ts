// How much boxes overlap.

import { checkOptions } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, divide, maximum, minimum, multiply, subtract } from "../elementwise/arithmetic.js";
import { less } from "../elementwise/comparison.js";
import { logicalOr } from "../elementwise/logical.js";
import { power, square } from "../elementwise/powers.js";
import { arctan } from "../elementwise/trigonometric.js";
import { where } from "../elementwise/where.js";
import { max } from "../reduce/extrema.js";
import { swapaxes } from "../shaping/transpose.js";
import { squeeze } from "../shaping/reshape.js";
import { checkFormat, columnsOf, convertFormat } from "./formats.js";

const epsilon = 1e-7;

/** The form of the boxes, and how those that are masked count. */
export interface OverlapOptions {
  /** Whether pairs with a box of negative coordinates get `maskVal`. Default false. */
  readonly useMasking?: boolean;
  /** Default −1. */
  readonly maskVal?: number;
  /** [height, width, channels], where the format is relative. */
  readonly imageShape?: readonly number[] | null;
}

function sizeOf(where: string, format: string, imageShape: readonly number[] | null) {
  if (imageShape !== null) return { height: imageShape[0]!, width: imageShape[1]! };
  if (!checkFormat(`${where}.boundingBoxFormat`, format).startsWith("rel")) return {};
  throw new ArgumentError(where, { given: `the relative format ${format} without imageShape`, expected: "imageShape" });
}

/**
 * Intersection over union of each pair of boxes. Keras: keras.utils.bounding_boxes.compute_iou
 *
 * ```ts
 * keras.utils.boundingBoxes.computeIou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]], "xyxy"); // [[0.3333, 0]]
 * ```
 *
 * @param boxes1  `[n, 4]` or `[batch, n, 4]`
 * @param boxes2  `[m, 4]` or `[batch, m, 4]`
 * @returns       `[n, m]` or `[batch, n, m]`
 */
export function computeIou(
  boxes1: TensorLike,
  boxes2: TensorLike,
  boundingBoxFormat: string,
  { useMasking = false, maskVal = -1, imageShape = null }: OverlapOptions = {},
): Tensor {
  checkOptions("computeIou", arguments, 3, ["useMasking", "maskVal", "imageShape"]);
  const given = [asTensor(boxes1), asTensor(boxes2)] as const;
  given.forEach((boxes, i) => {
    if (boxes.rank === 2 || boxes.rank === 3) return;
    throw new ShapeError(`computeIou.boxes${i + 1}`, { given: `boxes of shape ${shapeText(boxes.shape)}`, expected: "rank 2 or 3" });
  });
  const size = sizeOf("computeIou", boundingBoxFormat, imageShape);
  const [a, b] = given.map((boxes) => convertFormat(boxes, boundingBoxFormat, "xyxy", size)) as [Tensor, Tensor];
  const [ax1, ay1, ax2, ay2] = columnsOf(a);
  const [bx1, by1, bx2, by2] = columnsOf(b).map((column) => swapaxes(column, -1, -2)) as [Tensor, Tensor, Tensor, Tensor];
  const overlap = (low1: Tensor, high1: Tensor, low2: Tensor, high2: Tensor): Tensor =>
    maximum(subtract(minimum(high1, high2), maximum(low1, low2)), 0);
  const shared = multiply(overlap(ay1, ay2, by1, by2), overlap(ax1, ax2, bx1, bx2));
  const areas = add(multiply(subtract(ay2, ay1), subtract(ax2, ax1)), multiply(subtract(by2, by1), subtract(bx2, bx1)));
  const ratio = divide(shared, add(subtract(areas, shared), epsilon));
  if (!useMasking) return ratio;
  const isOutside = (boxes: Tensor): Tensor => less(max(boxes, { axis: -1, keepdims: true }), 0);
  return where(logicalOr(isOutside(a), swapaxes(isOutside(b), -1, -2)), maskVal, ratio);
}

/**
 * Complete intersection over union of boxes that stand at the same place: it also counts how far the middles and the ratios of the sides
 * are apart. Keras: keras.utils.bounding_boxes.compute_ciou
 *
 * ```ts
 * keras.utils.boundingBoxes.computeCiou([[0, 0, 2, 2]], [[0, 0, 2, 2]], "xyxy"); // [1]
 * ```
 *
 * @returns  the shape of the boxes without the last axis
 * @see Zheng et al. 2020, Distance-IoU Loss
 */
export function computeCiou(
  boxes1: TensorLike,
  boxes2: TensorLike,
  boundingBoxFormat: string,
  { imageShape = null }: Pick<OverlapOptions, "imageShape"> = {},
): Tensor {
  checkOptions("computeCiou", arguments, 3, ["imageShape"]);
  const size = sizeOf("computeCiou", boundingBoxFormat, imageShape);
  const [a, b] = [boxes1, boxes2].map((boxes) => convertFormat(asTensor(boxes), boundingBoxFormat, "xyxy", size)) as [Tensor, Tensor];
  const [ax1, ay1, ax2, ay2] = columnsOf(a);
  const [bx1, by1, bx2, by2] = columnsOf(b);
  const [aw, ah, bw, bh] = [subtract(ax2, ax1), add(subtract(ay2, ay1), epsilon), subtract(bx2, bx1), add(subtract(by2, by1), epsilon)];
  const overlap = (low1: Tensor, high1: Tensor, low2: Tensor, high2: Tensor): Tensor =>
    maximum(subtract(minimum(high1, high2), maximum(low1, low2)), 0);
  const shared = multiply(overlap(ax1, ax2, bx1, bx2), overlap(ay1, ay2, by1, by2));
  const union = add(subtract(add(multiply(aw, ah), multiply(bw, bh)), shared), 2 * epsilon);
  const iou = squeeze(divide(shared, union), -1);
  const hull = (low1: Tensor, high1: Tensor, low2: Tensor, high2: Tensor): Tensor =>
    square(subtract(maximum(high1, high2), minimum(low1, low2)));
  const diagonal = squeeze(add(add(hull(ax1, ax2, bx1, bx2), hull(ay1, ay2, by1, by2)), epsilon), -1);
  const apart = (low1: Tensor, high1: Tensor, low2: Tensor, high2: Tensor): Tensor =>
    square(subtract(divide(add(low1, high1), 2), divide(add(low2, high2), 2)));
  const distance = squeeze(add(apart(ax1, ax2, bx1, bx2), apart(ay1, ay2, by1, by2)), -1);
  const v = squeeze(multiply(power(subtract(arctan(divide(bw, bh)), arctan(divide(aw, ah))), 2), 4 / Math.PI ** 2), -1);
  const alpha = divide(v, add(subtract(v, iou), 1 + epsilon));
  return subtract(iou, add(divide(distance, diagonal), multiply(v, alpha)));
}
