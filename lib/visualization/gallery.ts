// Galleries of images, with labels, boxes and masks: keras.visualization.plot_*. What they show is an SVG document or a PNG file.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { gathered, type OneByOne } from "../core/one-by-one.js";
import { placeOf, write } from "../saving/place.js";
import { concatenate, expandDims, transpose } from "../ops/index.js";
import type { Tensor } from "../core/tensor.js";
import {
  batchOf,
  type Boxes,
  checkedColor,
  type ClassNames,
  type ColorMapping,
  drawBoundingBoxes,
  drawSegmentationMasks,
  entryOf,
  formatOf,
} from "./draw.js";
import type { Color, Pixels } from "./canvas.js";
import { type Scene, type Shape, toPng, toSvg } from "./scene.js";

/** One entry of a legend. */
export interface LegendHandle {
  readonly color: Color;
  readonly label: string;
}

/** How a gallery looks, and where it goes. */
export interface GalleryOptions {
  /** Rows of images. Default: as many as make it square. */
  readonly rows?: number | null;
  readonly cols?: number | null;
  /** What the least and the largest value of images are. Default: `[0, 255]`. */
  readonly valueRange?: readonly [number, number];
  /** Inches of an image. Default: 2. */
  readonly scale?: number;
  /** Where it is written: `.svg` or `.png`. Default: nowhere. */
  readonly path?: string | null;
  /** Whether a page shows it. Default: in a page, where no path is given. */
  readonly show?: boolean | null;
  /** Whether there is nothing behind the images; else white. Default: true. */
  readonly transparent?: boolean;
  /** Pixels of an inch. Default: 60. */
  readonly dpi?: number;
  readonly legendHandles?: readonly LegendHandle[] | null;
  readonly dataFormat?: string | null;
}

export interface ImageGalleryOptions extends GalleryOptions {
  /** The true class of each image. */
  readonly yTrue?: TensorLike | null;
  /** The class that a model found. */
  readonly yPred?: TensorLike | null;
  /** Names of classes by number. */
  readonly labelMap?: ClassNames | null;
}

/** In Keras's order. */
const galleryOptions = ["rows", "cols", "valueRange", "scale", "path", "show", "transparent", "dpi", "legendHandles", "dataFormat"];

/**
 * Shows images in rows and columns, each with its true and its predicted class.
 *
 * ```ts
 * const svg = await keras.visualization.plotImageGallery(tf.ones([4, 8, 8, 3]), { yTrue: [0, 1, 1, 0], labelMap: { 0: "cat", 1: "dog" } });
 * svg.startsWith("<svg"); // true
 * ```
 *
 * @param images   `[batch, height, width, channels]`
 * @param options  `yTrue` and `yPred` need `labelMap`; `path` ends in .svg or .png
 * @returns        the gallery as an SVG document. In a page it is shown where no path is given
 * @throws ShapeError, ArgumentError, ValueError. Keras: keras.visualization.plot_image_gallery
 */
export async function plotImageGallery(images: TensorLike, ...given: OneByOne<ImageGalleryOptions>): Promise<string> {
  const where = "visualization.plotImageGallery";
  const options = gathered<ImageGalleryOptions>(where, ["yTrue", "yPred", "labelMap", ...galleryOptions], given);
  const { yTrue = null, yPred = null, labelMap = null, valueRange = [0, 255], dataFormat = null } = options;
  if ((yTrue !== null || yPred !== null) && labelMap === null)
    throw new ArgumentError(`${where}.labelMap`, { given: "none beside yTrue or yPred", expected: "names of the classes" });
  const [least, largest] = Array.isArray(valueRange) ? (valueRange as readonly [number, number]) : [NaN, NaN];
  if (!(largest > least)) throw new ValueError(`${where}.valueRange`, { given: text(valueRange), expected: "[least, largest]" });
  const { count, height, width, channels, values } = batchOf(where, images, dataFormat);
  const toByte = (value: number): number => Math.max(0, Math.min(255, Math.trunc(((value - least) / (largest - least)) * 255)));
  const size = height * width;
  const pixelsOf = (index: number): Pixels => {
    const data = new Uint8Array(3 * size);
    for (let i = 0; i < size; i++)
      for (let c = 0; c < 3; c++) data[3 * i + c] = toByte(values[(index * size + i) * channels + (channels < 3 ? 0 : c)]!);
    return { width, height, data };
  };
  const nameFor = (labels: TensorLike, index: number): string => entryOf(labelMap!, Number(asTensor(labels).data()[index])) ?? "Unknown";
  const titleOf = (index: number): string =>
    [yTrue !== null && `Label: ${nameFor(yTrue, index)}`, yPred !== null && `Pred: ${nameFor(yPred, index)}`]
      .filter((part) => part !== false)
      .join("  ");
  const hasTitles = yTrue !== null || yPred !== null;
  return finish(
    where,
    galleryOf(
      where,
      Array.from({ length: count }, (_, i) => i),
      { pixelsOf, titleOf, hasTitles, width, height },
      options,
    ),
    options,
  );
}

interface Cells {
  pixelsOf(index: number): Pixels;
  titleOf(index: number): string;
  readonly hasTitles: boolean;
  readonly width: number;
  readonly height: number;
}

const BLACK: Color = [0, 0, 0];

function galleryOf(where: string, indices: readonly number[], cells: Cells, options: GalleryOptions): Scene {
  const { scale = 2, dpi = 60, legendHandles = null, transparent = true } = options;
  for (const [name, value] of Object.entries({ scale, dpi }))
    if (!(typeof value === "number" && value > 0))
      throw new ValueError(`${where}.${name}`, { given: text(value), expected: "a number above 0" });
  for (const name of ["rows", "cols"] as const)
    if (options[name] != null && !(Number.isInteger(options[name]) && options[name] > 0))
      throw new ValueError(`${where}.${name}`, { given: text(options[name]), expected: "a positive integer" });
  const rows = options.rows ?? (options.cols ? Math.ceil(indices.length / options.cols) : Math.ceil(Math.sqrt(indices.length)));
  const cols = options.cols ?? Math.max(1, Math.ceil(indices.length / rows));
  const box = scale * dpi;
  const title = cells.hasTitles ? 16 : 0;
  const [wide, high] = cells.width >= cells.height ? [box, (box * cells.height) / cells.width] : [(box * cells.width) / cells.height, box];
  const gap = 4;
  const shapes: Shape[] = [];
  indices.slice(0, rows * cols).forEach((index, place) => {
    const x = gap + (place % cols) * (wide + gap);
    const y = gap + Math.floor(place / cols) * (high + title + gap);
    if (title > 0) shapes.push({ kind: "text", x, y: y + 11, text: cells.titleOf(index), size: 11, color: BLACK });
    shapes.push({ kind: "picture", x, y: y + title, width: wide, height: high, pixels: cells.pixelsOf(index) });
  });
  const width = gap + cols * (wide + gap);
  let height = gap + rows * (high + title + gap);
  if (legendHandles && legendHandles.length > 0) {
    let x = gap;
    for (const { color, label } of legendHandles) {
      shapes.push({
        kind: "box",
        x,
        y: height + 2,
        width: 12,
        height: 12,
        fill: checkedColor(`${where}.legendHandles`, color),
        stroke: null,
      });
      shapes.push({ kind: "text", x: x + 16, y: height + 12, text: label, size: 11, color: BLACK });
      x += 28 + label.length * 7;
    }
    height += 20;
  }
  return { width, height, background: transparent ? null : [255, 255, 255], shapes };
}

/** Writes a scene where it is to go, or shows it; gives it as SVG. */
export async function finish(where: string, scene: Scene, { path = null, show = null }: GalleryOptions): Promise<string> {
  if (path !== null && show) throw new ArgumentError(`${where}.show`, { given: "a path and show: true", expected: "one of them" });
  const svg = toSvg(scene);
  if (path !== null) {
    const ending = /\.(svg|png)$/i.exec(path)?.[1]?.toLowerCase();
    if (!ending) throw new ValueError(`${where}.path`, { given: text(path), expected: "a path that ends in .svg or .png" });
    await write(placeOf(path), ending === "svg" ? new TextEncoder().encode(svg) : toPng(scene));
  } else if (show ?? true) {
    const page = (globalThis as { document?: { body?: { insertAdjacentHTML(where: string, html: string): void } } }).document;
    if (page?.body) page.body.insertAdjacentHTML("beforeend", svg);
    else if (show)
      throw new StateError(`${where}.show`, {
        given: "show: true without a page",
        expected: "a page",
        hint: "Give a path, or use the SVG that is returned.",
      });
  }
  return svg;
}

export interface BoxGalleryOptions extends GalleryOptions {
  readonly yTrue?: Boxes | null;
  readonly yPred?: Boxes | null;
  readonly trueColor?: Color;
  readonly predColor?: Color;
  readonly lineThickness?: number;
  readonly fontScale?: number;
  readonly textThickness?: number | null;
  readonly classMapping?: ClassNames | null;
  readonly groundTruthMapping?: ClassNames | null;
  readonly predictionMapping?: ClassNames | null;
  /** Whether a legend tells the two colors apart. Default: false. */
  readonly legend?: boolean;
}

/** In Keras's order. */
const boxGalleryOptions = [
  "yTrue",
  "yPred",
  "valueRange",
  "trueColor",
  "predColor",
  "lineThickness",
  "fontScale",
  "textThickness",
  "classMapping",
  "groundTruthMapping",
  "predictionMapping",
  "legend",
  "legendHandles",
  "rows",
  "cols",
  "dataFormat",
  "scale",
  "path",
  "show",
  "transparent",
  "dpi",
];
const maskGalleryOptions = [
  "valueRange",
  "yTrue",
  "yPred",
  "colorMapping",
  "blend",
  "alpha",
  "ignoreIndex",
  "dataFormat",
  "rows",
  "cols",
  "scale",
  "path",
  "show",
  "transparent",
  "dpi",
  "legendHandles",
];

/**
 * Shows images with true and predicted boxes.
 *
 * ```ts
 * const yTrue = { boxes: [[[0.1, 0.1, 0.6, 0.6]]], labels: [[0]] };
 * const svg = await keras.visualization.plotBoundingBoxGallery(tf.zeros([1, 32, 32, 3]), "rel_xyxy", { yTrue, legend: true });
 * svg.includes("Ground Truth"); // true
 * ```
 *
 * @returns  the gallery as an SVG document
 * @throws ShapeError, ArgumentError, ValueError. Keras: keras.visualization.plot_bounding_box_gallery
 */
export async function plotBoundingBoxGallery(
  images: TensorLike,
  boundingBoxFormat: string,
  ...given: OneByOne<BoxGalleryOptions>
): Promise<string> {
  const where = "visualization.plotBoundingBoxGallery";
  const options = gathered<BoxGalleryOptions>(where, boxGalleryOptions, given);
  const {
    yTrue = null,
    yPred = null,
    trueColor = [0, 188, 212],
    predColor = [255, 235, 59],
    lineThickness = 2,
    fontScale = 1,
    textThickness = null,
    classMapping = null,
    groundTruthMapping = null,
    predictionMapping = null,
    legend = false,
    ...gallery
  } = options;
  if (legend && gallery.legendHandles)
    throw new ArgumentError(`${where}.legend`, { given: "legend and legendHandles", expected: "one of them" });
  const style = { lineThickness, fontScale, textThickness };
  const drawn = (given: Tensor, boxes: Boxes | null, color: Color, mapping: ClassNames | null): Tensor =>
    boxes === null
      ? given
      : drawBoundingBoxes(given, boxes, boundingBoxFormat, { ...style, color, classMapping: mapping, dataFormat: "channels_last" });
  let plotted = inLast(where, images, gallery.dataFormat ?? null);
  plotted = drawn(plotted, yTrue, trueColor, groundTruthMapping ?? classMapping);
  plotted = drawn(plotted, yPred, predColor, predictionMapping ?? classMapping);
  const legendHandles = legend
    ? [
        { color: trueColor, label: "Ground Truth" },
        { color: predColor, label: "Prediction" },
      ]
    : (gallery.legendHandles ?? null);
  return plotImageGallery(plotted, { ...gallery, legendHandles, dataFormat: "channels_last" });
}

/** Images with their channels last. */
function inLast(where: string, images: TensorLike, dataFormat: string | null): Tensor {
  const given = asTensor(images);
  batchOf(where, given, dataFormat);
  return formatOf(where, dataFormat) === "channels_first" ? transpose(given, [0, 2, 3, 1]) : given;
}

export interface MaskGalleryOptions extends GalleryOptions {
  /** `[batch, height, width, 1]` or `[batch, height, width]` */
  readonly yTrue?: TensorLike | null;
  readonly yPred?: TensorLike | null;
  readonly colorMapping?: ColorMapping | null;
  readonly blend?: boolean;
  readonly alpha?: number;
  readonly ignoreIndex?: number;
}

/**
 * Shows images, and beside each one what it looks like under its true and its predicted mask.
 *
 * ```ts
 * const yTrue = tf.ones([2, 8, 8, 1], { dtype: "int32" });
 * const svg = await keras.visualization.plotSegmentationMaskGallery(tf.zeros([2, 8, 8, 3]), 2, { yTrue });
 * svg.split("<image").length - 1; // 4
 * ```
 *
 * @returns  the gallery as an SVG document: a row for each image
 * @throws ShapeError, ArgumentError, ValueError. Keras: keras.visualization.plot_segmentation_mask_gallery
 */
export async function plotSegmentationMaskGallery(
  images: TensorLike,
  numClasses: number,
  ...others: OneByOne<MaskGalleryOptions>
): Promise<string> {
  const where = "visualization.plotSegmentationMaskGallery";
  const options = gathered<MaskGalleryOptions>(where, maskGalleryOptions, others);
  const {
    yTrue = null,
    yPred = null,
    colorMapping = null,
    blend = true,
    alpha = 0.8,
    ignoreIndex = -1,
    dataFormat = null,
    ...gallery
  } = options;
  const given = inLast(where, images, dataFormat);
  const [count = 0] = given.shape as number[];
  const isFirst = formatOf(where, dataFormat) === "channels_first";
  const masked = (masks: TensorLike): Tensor => {
    const tensor = asTensor(masks).cast("int32");
    const last = isFirst && tensor.rank === 4 ? transpose(tensor, [0, 2, 3, 1]) : tensor;
    return drawSegmentationMasks(given, last, { numClasses, colorMapping, alpha, ignoreIndex, blend, dataFormat: "channels_last" });
  };
  const columns = [given, ...[yTrue, yPred].filter((masks) => masks !== null).map(masked)].map((each) => each.cast("float32"));
  const [, height, width, channels] = given.shape as number[];
  const rows = concatenate(
    columns.map((each) => expandDims(each, 1)),
    { axis: 1 },
  ).reshape([count * columns.length, height!, width!, channels!]);
  return plotImageGallery(rows, { rows: count, cols: columns.length, ...gallery, dataFormat: "channels_last" });
}
