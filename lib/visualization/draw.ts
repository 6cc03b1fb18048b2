// Boxes and masks drawn into images: keras.visualization.draw_bounding_boxes, draw_segmentation_masks.

import { imageDataFormat } from "../config/settings.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { known, shapeText } from "../core/shape.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { convertFormat } from "../ops/boxes/index.js";
import { transpose } from "../ops/index.js";
import { Canvas, type Color } from "./canvas.js";
import { LETTER } from "./font.js";

/** Boxes of a batch of images, as detectors give them. */
export interface Boxes {
  /** `[images, boxes, 4]` */
  readonly boxes: TensorLike;
  /** `[images, boxes]`; −1: there is no box. */
  readonly labels: TensorLike;
  /** `[images, boxes]` */
  readonly confidences?: TensorLike;
}

/** Names of classes by number. */
export type ClassNames = Readonly<Record<number, string>> | ReadonlyMap<number, string>;
/** Colors by class. */
export type ColorMapping = Readonly<Record<number, Color>> | ReadonlyMap<number, Color>;

/** What a mapping has for a class. */
export const entryOf = <T>(mapping: Readonly<Record<number, T>> | ReadonlyMap<number, T>, key: number): T | undefined =>
  mapping instanceof Map ? (mapping as ReadonlyMap<number, T>).get(key) : (mapping as Readonly<Record<number, T>>)[key];

/** Images `[batch, height, width, 3]` as numbers, whatever the order of their axes. */
export interface ImageBatch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
  readonly isFloat: boolean;
}

/** @throws ShapeError unless the images are a batch with 1, 3 or 4 channels */
export function batchOf(where: string, images: TensorLike, dataFormat: string | null): ImageBatch {
  const given = asTensor(images);
  if (given.rank !== 4)
    throw new ShapeError(`${where}.images`, {
      given: `images of shape ${shapeText(given.shape)}`,
      expected: "[batch, height, width, channels]",
    });
  const last = formatOf(where, dataFormat) === "channels_first" ? transpose(given, [0, 2, 3, 1]) : given;
  const [count, height, width, channels] = known(last.shape, where) as [number, number, number, number];
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new ShapeError(`${where}.images`, { given: `${channels} channels`, expected: "1, 3 or 4" });
  return { count, height, width, channels, values: Float32Array.from(last.data()), isFloat: isFloat(given.dtype) };
}

/** The order of axes that is meant. */
export function formatOf(where: string, dataFormat: string | null): string {
  const format = dataFormat ?? imageDataFormat();
  if (format === "channels_last" || format === "channels_first") return format;
  throw new ValueError(`${where}.dataFormat`, { given: text(dataFormat), expected: '"channels_last" or "channels_first"' });
}

/** The pixels of an image as a canvas of three channels. */
function canvasOf({ height, width, channels, values }: ImageBatch, index: number): Canvas {
  const canvas = new Canvas(width, height, 3);
  const begin = index * height * width * channels;
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < 3; c++) canvas.data[3 * i + c] = values[begin + channels * i + (channels < 3 ? 0 : c)]!;
  return canvas;
}

/** The images in 0 to 255: floats up to 1 are stretched. */
function inBytes(batch: ImageBatch): ImageBatch {
  const isUnit = batch.isFloat && batch.values.every((value) => value <= 1);
  const values = batch.values.map((value) => Math.trunc(Math.max(0, Math.min(255, isUnit ? Math.max(0, value) * 255 : value))));
  return { ...batch, values };
}

/** @throws ValueError unless it is red, green and blue */
export function checkedColor(where: string, color: unknown): Color {
  if (Array.isArray(color) && color.length === 3 && color.every((each) => typeof each === "number" && each >= 0 && each <= 255))
    return color as unknown as Color;
  throw new ValueError(where, { given: text(color), expected: "red, green and blue from 0 to 255" });
}

/**
 * The images with boxes drawn on them, and beside each box the name of its class and how sure the model is: uint8
 * `[batch, height, width, 3]`.
 *
 * ```ts
 * const boxes = { boxes: [[[1, 1, 6, 4]]], labels: [[0]] };
 * const drawn = keras.visualization.drawBoundingBoxes(tf.zeros([1, 8, 8, 3]), boxes, "xyxy", { color: [255, 0, 0], lineThickness: 1 });
 * drawn.shape; // [1, 8, 8, 3]
 * ```
 *
 * @param images             `[batch, height, width, channels]`; floats up to 1 are taken for 0 to 255
 * @param boundingBoxes      `{ boxes: [batch, boxes, 4], labels: [batch, boxes], confidences? }`; the label −1 stands for no box
 * @param boundingBoxFormat  "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw" or "rel_" and one of them
 * @param classMapping       names of classes by number; a class without a name gets no text
 * @param lineThickness      in pixels
 * @param fontScale          1: letters of 14 pixels
 * @throws ShapeError, ArgumentError, ValueError. Keras: keras.visualization.draw_bounding_boxes
 */
export const drawBoundingBoxes = declare(
  "visualization.drawBoundingBoxes(images, boundingBoxes:tree, boundingBoxFormat:string, classMapping:any=null, color:any=[128,128,128], lineThickness:int=2, textThickness:int|null=1, fontScale=1, dataFormat:string|null=null)",
  (
    images: TensorLike,
    boundingBoxes: Boxes,
    boundingBoxFormat: string,
    classMapping: ClassNames | null,
    color: Color,
    lineThickness: number,
    textThickness: number | null,
    fontScale: number,
    dataFormat: string | null,
  ): Tensor => {
    const where = "visualization.drawBoundingBoxes";
    const batch = inBytes(batchOf(where, images, dataFormat));
    return boxesOn(where, batch, boundingBoxes, { boundingBoxFormat, classMapping, color, lineThickness, textThickness, fontScale });
  },
);

/** How boxes are drawn. */
export interface BoxStyle {
  readonly boundingBoxFormat: string;
  readonly classMapping: ClassNames | null;
  readonly color: Color;
  readonly lineThickness: number;
  readonly textThickness: number | null;
  readonly fontScale: number;
}

function boxesOn(where: string, batch: ImageBatch, boundingBoxes: Boxes, style: BoxStyle): Tensor {
  const { boundingBoxFormat, classMapping, lineThickness, fontScale } = style;
  const color = checkedColor(`${where}.color`, style.color);
  if (lineThickness < 1) throw new ValueError(`${where}.lineThickness`, { given: text(lineThickness), expected: "a number of pixels" });
  if (!(fontScale > 0)) throw new ValueError(`${where}.fontScale`, { given: text(fontScale), expected: "a number above 0" });
  const thickness = style.textThickness || lineThickness;
  if (typeof boundingBoxes !== "object" || boundingBoxes === null || !("boxes" in boundingBoxes) || !("labels" in boundingBoxes))
    throw new ArgumentError(`${where}.boundingBoxes`, { given: text(boundingBoxes), expected: "an object with boxes and labels" });
  const { count, height, width } = batch;
  const boxes = convertFormat(asTensor(boundingBoxes.boxes), boundingBoxFormat, "xyxy", { height, width });
  const labels = asTensor(boundingBoxes.labels);
  const perImage = boxes.shape[1];
  if (boxes.rank !== 3 || boxes.shape[0] !== count || labels.rank !== 2 || labels.shape[0] !== count || labels.shape[1] !== perImage)
    throw new ShapeError(`${where}.boundingBoxes`, {
      given: `boxes ${shapeText(boxes.shape)} and labels ${shapeText(labels.shape)} for ${count} images`,
      expected: "[batch, boxes, 4] and [batch, boxes]",
    });
  const [corners, classes] = [boxes.data(), labels.data()];
  const sure = boundingBoxes.confidences === undefined ? null : asTensor(boundingBoxes.confidences).data();
  const dot = Math.max(1, Math.round(2 * fontScale));
  const drawn = new Uint8Array(count * height * width * 3);
  for (let image = 0; image < count; image++) {
    const canvas = canvasOf(batch, image);
    for (let i = image * perImage!; i < (image + 1) * perImage!; i++) {
      const label = Math.trunc(Number(classes[i]));
      if (label === -1) continue;
      const [x1, y1, x2, y2] = [0, 1, 2, 3].map((corner) => Math.trunc(Number(corners[4 * i + corner]))) as [
        number,
        number,
        number,
        number,
      ];
      canvas.outline(x1, y1, x2, y2, color, lineThickness);
      const name = classMapping ? entryOf(classMapping, label) : undefined;
      if (name === undefined) continue;
      const words = sure ? `${name} | ${Number(sure[i]).toFixed(2)}` : name;
      const letters = LETTER.height * dot;
      // Above the box where there is room, else inside of it.
      if (y1 - 8 - letters > 0) canvas.text(x1, y1 - 8, words, dot, color, thickness);
      else canvas.text(x1 + 3, y1 + letters + thickness + 3, words, dot, color, thickness);
    }
    drawn.set(canvas.data, image * canvas.data.length);
  }
  return adoptTensor(drawn, [count, height, width, 3], "uint8");
}

/** Colors of classes that have none of their own, as Keras makes them. */
const paletteColor = (index: number): Color =>
  [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1].map((each) => (index * each) % 255) as unknown as Color;

/**
 * The images with each pixel colored by its class: `alpha · color + (1 − alpha) · image`, uint8 `[batch, height, width, channels]`; without
 * `blend` the colors alone, float32.
 *
 * ```ts
 * const masks = tf.constant([[[[0], [1]]]], { dtype: "int32" });
 * const options = { colorMapping: { 0: [0, 0, 0], 1: [200, 100, 0] } } as const;
 * const drawn = keras.visualization.drawSegmentationMasks(tf.zeros([1, 1, 2, 3]), masks, options);
 * drawn.array(); // [[[[0, 0, 0], [160, 80, 0]]]]
 * ```
 *
 * @param images             `[batch, height, width, 3]`, values 0 to 255
 * @param segmentationMasks  integers `[batch, height, width, 1]` or `[batch, height, width]`: the class of each pixel
 * @param numClasses         default: one more than the largest class
 * @param colorMapping       colors by class; default: colors that differ
 * @param ignoreIndex        the class of pixels that stay as they are
 * @throws ShapeError, DtypeError, ValueError. Keras: keras.visualization.draw_segmentation_masks
 */
export const drawSegmentationMasks = declare(
  "visualization.drawSegmentationMasks(images, segmentationMasks, numClasses:int|null=null, colorMapping:any=null, alpha=0.8, blend=true, ignoreIndex:int=-1, dataFormat:string|null=null)",
  (
    images: TensorLike,
    segmentationMasks: TensorLike,
    numClasses: number | null,
    colorMapping: ColorMapping | null,
    alpha: number,
    blend: boolean,
    ignoreIndex: number,
    dataFormat: string | null,
  ): Tensor => {
    const where = "visualization.drawSegmentationMasks";
    const { count, height, width, channels, values } = batchOf(where, images, dataFormat);
    if (channels !== 3) throw new ShapeError(`${where}.images`, { given: `${channels} channels`, expected: "3" });
    if (!(alpha >= 0 && alpha <= 1)) throw new ValueError(`${where}.alpha`, { given: text(alpha), expected: "a number from 0 to 1" });
    const masks = asTensor(segmentationMasks);
    if (isFloat(masks.dtype))
      throw new DtypeError(`${where}.segmentationMasks`, { given: masks.dtype, expected: "an integer dtype", hint: "Cast them first." });
    if (masks.size !== count * height * width || masks.rank < 3 || masks.rank > 4)
      throw new ShapeError(`${where}.segmentationMasks`, {
        given: `masks of shape ${shapeText(masks.shape)}`,
        expected: `[${count}, ${height}, ${width}] or [${count}, ${height}, ${width}, 1]`,
      });
    const classes = Int32Array.from(masks.data());
    const largest = classes.reduce((most, each) => (each === ignoreIndex ? most : Math.max(most, each)), 0);
    const total = numClasses ?? largest + 1;
    const colors = Array.from({ length: total }, (_, i) => {
      const color = colorMapping ? entryOf(colorMapping, i) : paletteColor(i);
      if (color !== undefined) return checkedColor(`${where}.colorMapping[${i}]`, color);
      throw new ValueError(`${where}.colorMapping`, { given: `none for the class ${i}`, expected: `colors for 0 to ${total - 1}` });
    });
    const drawn = Float32Array.from(values);
    classes.forEach((label, pixel) => {
      const color = label === ignoreIndex ? undefined : colors[label];
      if (!color && !blend) return;
      for (let c = 0; c < 3; c++) {
        const own = values[3 * pixel + c]!;
        // A class that no color is for keeps the image's.
        const painted = color ? color[c]! : own;
        drawn[3 * pixel + c] = blend && label !== ignoreIndex ? own * (1 - alpha) + painted * alpha : painted;
      }
    });
    const shape = [count, height, width, 3];
    if (!blend) return adoptTensor(drawn, shape, "float32");
    const bytes = Uint8Array.from(drawn, (value) => Math.max(0, Math.min(255, Math.trunc(Math.fround(value)))));
    return adoptTensor(bytes, shape, "uint8");
  },
);
