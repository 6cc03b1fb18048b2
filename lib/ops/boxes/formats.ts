// Bounding boxes in the formats of keras.utils.bounding_boxes, and from one to another by way of corners (x₁, y₁, x₂, y₂).

import { checkOptions } from "../../core/options.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { add, divide, maximum, minimum, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { greater } from "../elementwise/comparison.js";
import { where } from "../elementwise/where.js";
import { concatenate } from "../shaping/concatenate.js";
import { split } from "../shaping/split.js";
import { squeeze } from "../shaping/reshape.js";

const formats = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"] as const;

/** How four numbers say where a box is: corners, a corner and sizes, the middle and sizes; in pixels, or in parts of the image ("rel_"). */
export type BoxFormat = (typeof formats)[number];

/** Boxes `[…, 4]`, or a record of boxes and what belongs to them. */
export type BoxesLike = TensorLike | (Readonly<Record<string, unknown>> & { readonly boxes: TensorLike });

export type Corners = readonly [x1: Tensor, y1: Tensor, x2: Tensor, y2: Tensor];

/** The name of a format, in any case. @throws ValueError for others */
export function checkFormat(where_: string, format: unknown): BoxFormat {
  const found = typeof format === "string" ? formats.find((each) => each === format.toLowerCase()) : undefined;
  if (found) return found;
  throw new ValueError(where_, { given: `the format ${text(format)}`, expected: `one of ${formats.join(", ")}` });
}

/** Four columns `[…, 1]` of boxes. */
export const columnsOf = (boxes: Tensor): Corners => split(boxes, 4, -1) as unknown as Corners;

export const joined = (columns: readonly Tensor[]): Tensor => concatenate(columns, -1);

const half = (x: Tensor): Tensor => divide(x, 2);

/** Corners of boxes whose numbers are a, b, c, d. */
const toCorners: Readonly<Record<string, (a: Tensor, b: Tensor, c: Tensor, d: Tensor) => Corners>> = {
  xyxy: (x1, y1, x2, y2) => [x1, y1, x2, y2],
  yxyx: (y1, x1, y2, x2) => [x1, y1, x2, y2],
  xywh: (x, y, w, h) => [x, y, add(x, w), add(y, h)],
  center_xywh: (x, y, w, h) => [subtract(x, half(w)), subtract(y, half(h)), add(x, half(w)), add(y, half(h))],
  center_yxhw: (y, x, h, w) => [subtract(x, half(w)), subtract(y, half(h)), add(x, half(w)), add(y, half(h))],
};

const fromCorners: Readonly<Record<string, (...corners: Corners) => readonly Tensor[]>> = {
  xyxy: (x1, y1, x2, y2) => [x1, y1, x2, y2],
  yxyx: (x1, y1, x2, y2) => [y1, x1, y2, x2],
  xywh: (x1, y1, x2, y2) => [x1, y1, subtract(x2, x1), subtract(y2, y1)],
  center_xywh: (x1, y1, x2, y2) => [middle(x1, x2), middle(y1, y2), subtract(x2, x1), subtract(y2, y1)],
  center_yxhw: (x1, y1, x2, y2) => [middle(y1, y2), middle(x1, x2), subtract(y2, y1), subtract(x2, x1)],
};

const middle = (low: Tensor, high: Tensor): Tensor => add(low, half(subtract(high, low)));

/** From which form of boxes to which, for images of which size. */
export interface FormatOptions {
  /** Height of the images, where a format is relative. */
  readonly height?: TensorLike | null;
  /** Width of the images, where a format is relative. */
  readonly width?: TensorLike | null;
  /** Default float32. */
  readonly dtype?: string;
}

/**
 * Boxes in another format. Keras: keras.utils.bounding_boxes.convert_format
 *
 * ```ts
 * keras.utils.boundingBoxes.convertFormat([[0, 0, 2, 4]], "xyxy", "center_xywh"); // [[1, 2, 2, 4]]
 * ```
 *
 * @param boxes   `[…, 4]`, or a record whose `boxes` are converted
 * @param source  the format that they have: "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh",
 * "rel_center_xywh"
 * @param target  the format that they get
 * @throws ValueError for other formats, and for relative ones without the size of the images
 */
export function convertFormat<B extends BoxesLike>(
  boxes: B,
  source: string,
  target: string,
  { height = null, width = null, dtype = "float32" }: FormatOptions = {},
): B extends { readonly boxes: unknown } ? B & { boxes: Tensor } : Tensor {
  checkOptions("convertFormat", arguments, 3, ["height", "width", "dtype"]);
  type Result = ReturnType<typeof convertFormat<B>>;
  if (isBoxRecord(boxes)) {
    return { ...(boxes as object), boxes: convertFormat(boxes.boxes, source, target, { height, width, dtype }) } as Result;
  }
  const given = asTensor(boxes as TensorLike);
  if (given.shape.at(-1) !== 4) {
    throw new ShapeError("convertFormat.boxes", { given: `boxes of shape ${shapeText(given.shape)}`, expected: "a last axis of 4" });
  }
  let [from, to]: string[] = [checkFormat("convertFormat.source", source), checkFormat("convertFormat.target", target)];
  const isRelative = (format: string): boolean => format.startsWith("rel_");
  if ((isRelative(from!) || isRelative(to!)) && (height === null || width === null)) {
    throw new ArgumentError("convertFormat", {
      given: `${from} to ${to} without ${height === null ? "height" : "width"}`,
      expected: "height and width",
    });
  }
  const kept = cast(given, dtype);
  if (from === to) return kept as Result;
  if (isRelative(from!) && isRelative(to!)) [from, to] = [from!.slice(4), to!.slice(4)];
  const scaled = (corners: Corners, operation: typeof multiply): Corners => {
    const [h, w] = [cast(asTensor(height!), dtype), cast(asTensor(width!), dtype)];
    const [x1, y1, x2, y2] = corners;
    return [operation(x1, w), operation(y1, h), operation(x2, w), operation(y2, h)];
  };
  let corners = toCorners[from!.replace("rel_", "")]!(...columnsOf(kept));
  if (isRelative(from!)) corners = scaled(corners, multiply);
  if (isRelative(to!)) corners = scaled(corners, divide);
  return joined(fromCorners[to!.replace("rel_", "")]!(...corners)) as Result;
}

export const isBoxRecord = (boxes: unknown): boxes is { readonly boxes: TensorLike } =>
  typeof boxes === "object" && boxes !== null && !(boxes instanceof Chainable) && "boxes" in boxes;

/** Height and width of the image, and the form of the boxes. */
export interface ClipOptions {
  readonly height?: TensorLike | null;
  readonly width?: TensorLike | null;
  /** "xyxy" (default) or "rel_xyxy". */
  readonly boundingBoxFormat?: string;
}

/** Corners within limits. */
export const clipped = ([x1, y1, x2, y2]: Corners, height: TensorLike, width: TensorLike): Corners => {
  const within = (value: Tensor, most: TensorLike): Tensor => minimum(maximum(value, 0), most);
  return [within(x1, width), within(y1, height), within(x2, width), within(y2, height)];
};

/**
 * Boxes cut off at the edges of the image; what has no area left gets the label −1. Keras: keras.utils.bounding_boxes.clip_to_image_size
 *
 * ```ts
 * keras.utils.boundingBoxes.clipToImageSize({ boxes: [[-1, 0, 9, 3]] }, { height: 4, width: 8 }).boxes; // [[0, 0, 8, 3]]
 * ```
 *
 * @param boundingBoxes  a record with `boxes` `[…, 4]` and maybe `labels`
 */
export function clipToImageSize<B extends { readonly boxes: TensorLike; readonly labels?: TensorLike }>(
  boundingBoxes: B,
  { height = null, width = null, boundingBoxFormat = "xyxy" }: ClipOptions = {},
): B & { boxes: Tensor } {
  checkOptions("clipToImageSize", arguments, 1, ["height", "width", "boundingBoxFormat"]);
  const format = checkFormat("clipToImageSize", boundingBoxFormat);
  if (format !== "xyxy" && format !== "rel_xyxy") {
    throw new ValueError("clipToImageSize", { given: `the format ${text(format)}`, expected: '"xyxy" or "rel_xyxy"' });
  }
  if (format === "xyxy" && (height === null || width === null)) {
    throw new ArgumentError("clipToImageSize", {
      given: `no ${height === null ? "height" : "width"}`,
      expected: 'height and width for "xyxy"',
    });
  }
  const boxes = asTensor(boundingBoxes.boxes);
  const limit = (size: TensorLike | null): TensorLike => (format === "xyxy" ? cast(asTensor(size!), boxes.dtype) : 1);
  const [x1, y1, x2, y2] = clipped(columnsOf(boxes), limit(height), limit(width));
  const result = { ...boundingBoxes, boxes: joined([x1, y1, x2, y2]) };
  if (boundingBoxes.labels === undefined) return result;
  const area = squeeze(multiply(subtract(x2, x1), subtract(y2, y1)), -1);
  return { ...result, labels: where(greater(area, 0), asTensor(boundingBoxes.labels), -1) };
}
