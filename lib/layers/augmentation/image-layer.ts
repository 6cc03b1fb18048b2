// The base of layers that change images: also labels, bounding boxes and masks that come with them, each by the same draw.

import { toCamelCase } from "../../config/names.js";
import type { OptionValues, Schema } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ArgumentError, ShapeError, text } from "../../core/errors.js";
import { composed } from "../../core/interpreter.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { Chainable, symbolic, Tensor } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";
import { add, cast, divide, expandDims, multiply, shape as lengthsOf, squeeze, subtract } from "../../ops/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import { isInferring } from "../base/context.js";
import { Layer } from "../layer.js";
import { imageOptions, type Span } from "./options.js";

/** Bounding boxes of images: corners or sizes `[…, boxes, 4]` and a label for each. */
export interface Boxes {
  readonly boxes: Tensor;
  readonly labels: Tensor;
}

/** What a layer over images takes beside a tensor: images and what belongs to them. */
export interface ImageData {
  readonly images: Tensor;
  readonly labels?: Tensor;
  readonly boundingBoxes?: Boxes;
  readonly segmentationMasks?: Tensor;
}

/** Values that one call draws, and that change images, boxes, masks and labels alike. */
export type Transformation = Readonly<Record<string, unknown>> | readonly unknown[] | Tensor | null;

export interface TransformOptions {
  /** Whether anything is changed. Default true. */
  readonly training?: boolean | undefined;
}

/**
 * A layer that changes images, one or a batch: `[height, width, channels]` or `[batch, height, width, channels]`; and with them labels,
 * bounding boxes and segmentation masks, where it is called on a record `{ images, labels, boundingBoxes, segmentationMasks }`.
 *
 * `getRandomTransformation` draws what a call does, `transformImages`, `transformLabels`, `transformBoundingBoxes` and
 * `transformSegmentationMasks` do it. Changes happen in training, which is the default of a call outside of a model.
 */
export abstract class ImageLayer<S extends Schema = typeof imageOptions> extends Layer<S> {
  static override readonly options: Schema = imageOptions;

  get #image(): OptionValues<typeof imageOptions> {
    return this.options as unknown as OptionValues<typeof imageOptions>;
  }

  protected get isChannelsFirst(): boolean {
    return this.#image.dataFormat === "channels_first";
  }

  /** Where height, width and channels stand, counted from the end. */
  protected get axes(): { readonly height: number; readonly width: number; readonly channels: number } {
    return this.isChannelsFirst ? { height: -2, width: -1, channels: -3 } : { height: -3, width: -2, channels: -1 };
  }

  /** The format of bounding boxes. @throws ArgumentError where none was given */
  protected get boxFormat(): string {
    const { boundingBoxFormat } = this.#image;
    if (boundingBoxFormat !== null) return boundingBoxFormat;
    throw new ArgumentError(`${this.name}.boundingBoxFormat`, {
      given: "bounding boxes without their format",
      expected: 'a format such as "xyxy"',
    });
  }

  /** What the next call does to images of a shape. */
  getRandomTransformation(_data: Tensor | ImageData, _options: TransformOptions = {}): Transformation {
    return null;
  }

  /** A batch of images, changed. */
  abstract transformImages(images: Tensor, transformation: Transformation, options?: TransformOptions): Tensor;

  /** Labels of a batch, `[batch, …]`. */
  transformLabels(labels: Tensor, _transformation: Transformation, _options: TransformOptions = {}): Tensor {
    return labels;
  }

  /** Boxes of a batch, `[batch, boxes, 4]`. */
  transformBoundingBoxes(boundingBoxes: Boxes, _transformation: Transformation, _options: TransformOptions = {}): Boxes {
    return boundingBoxes;
  }

  /** Masks of a batch, `[batch, height, width, channels]`. */
  transformSegmentationMasks(masks: Tensor, _transformation: Transformation, _options: TransformOptions = {}): Tensor {
    return masks;
  }

  override get convertsInputs(): boolean {
    return false;
  }

  override build(): void {}

  override call(data: TensorLike | Readonly<Record<string, unknown>>, { training }: { training?: boolean | null } = {}): Tensor {
    const options = { training: training ?? true };
    const sized = isInferring() ? standIns.map((size) => this.#sized(data, size)) : [data];
    if (sized[0] === data) return composed(() => this.#changed(data, options), tensorsIn);
    // A model under construction asks for shapes alone: what is not the same for two sizes of images stays open.
    const [one, other] = sized.map((each) => this.#changed(each, options));
    return common(one, other) as Tensor;
  }

  #changed(data: TensorLike | Readonly<Record<string, unknown>>, options: TransformOptions): Tensor {
    if (isRecord(data)) return this.#record(data, options) as unknown as Tensor;
    const images = this.#part(data);
    const isBatch = this.#isBatched(images);
    const transformation = this.getRandomTransformation(images, options);
    return this.#single(isBatch, images, (batch) => this.#changedImages(batch, transformation, options));
  }

  /** Changes may be computed in float32: what they give is in the dtype that the layer computes in. */
  #changedImages(batch: Tensor, transformation: Transformation, options: TransformOptions): Tensor {
    const images = this.transformImages(batch, transformation, options);
    return this.autocast && isFloat(images.dtype) ? cast(images, this.computeDtype) : images;
  }

  /** The same images and masks, with a height and a width where they are open. */
  #sized<T>(data: T, size: number): T {
    if (isRecord(data)) {
      const isSized = (key: string): boolean => key === "images" || toCamelCase(key) === "segmentationMasks";
      const sized = Object.entries(data).map(([key, value]) => [key, isSized(key) ? this.#sized(value, size) : value] as const);
      return sized.every(([key, value]) => value === data[key]) ? data : (Object.fromEntries(sized) as T);
    }
    const { shape, dtype } = asTensor(data as TensorLike);
    const { height, width } = this.axes;
    const known = shape.map((length, i) => (i - shape.length === height || i - shape.length === width ? (length ?? size) : length));
    return shapeText(known) === shapeText(shape) ? data : (symbolic({ shape: known, dtype }) as T);
  }

  #record(data: Readonly<Record<string, unknown>>, options: TransformOptions): Readonly<Record<string, unknown>> {
    const known = ["images", "labels", "boundingBoxes", "segmentationMasks"];
    const named = Object.fromEntries(Object.keys(data).map((key) => [toCamelCase(key), key]));
    const unknown = Object.keys(named).find((key) => !known.includes(key));
    if (unknown !== undefined || named["images"] === undefined) {
      throw new ArgumentError(this.name, {
        given: unknown === undefined ? `a record of ${text(Object.keys(data))}` : `the unknown part ${text(named[unknown])}`,
        expected: `images, and maybe ${known.slice(1).join(", ")}`,
      });
    }
    const images = this.#part(data["images"]);
    const isBatch = this.#isBatched(images);
    const boxes = named["boundingBoxes"] === undefined ? undefined : this.#boxesOf(data[named["boundingBoxes"]]);
    const transformation = this.getRandomTransformation({ images }, options);
    const result: Record<string, unknown> = { ...data };
    const change = (name: string, transform: (batch: Tensor) => Tensor): void => {
      if (named[name] !== undefined) result[named[name]] = this.#single(isBatch, this.#part(data[named[name]!]), transform);
    };
    change("images", (batch) => this.#changedImages(batch, transformation, options));
    change("labels", (batch) => this.transformLabels(batch, transformation, options));
    change("segmentationMasks", (batch) => this.transformSegmentationMasks(batch, transformation, options));
    if (boxes) {
      void this.boxFormat;
      const batch = isBatch ? boxes : { boxes: expandDims(boxes.boxes, 0), labels: expandDims(boxes.labels, 0) };
      const moved = this.transformBoundingBoxes(batch, transformation, options);
      result[named["boundingBoxes"]!] = isBatch ? moved : { boxes: squeeze(moved.boxes, 0), labels: squeeze(moved.labels, 0) };
    }
    return result;
  }

  /** What is given as a tensor; real numbers in the dtype that the layer computes in, as in every layer. */
  #part(value: unknown): Tensor {
    const given = asTensor(value as TensorLike);
    return this.autocast && isFloat(given.dtype) ? cast(given, this.computeDtype) : given;
  }

  #boxesOf(value: unknown): Boxes {
    if (isRecord(value) && "boxes" in value && "labels" in value) {
      return { boxes: cast(asTensor(value["boxes"] as TensorLike), "float32"), labels: asTensor(value["labels"] as TensorLike) };
    }
    throw new ArgumentError(`${this.name}.boundingBoxes`, { given: text(value), expected: "a record { boxes, labels }" });
  }

  #single(isBatch: boolean, value: Tensor, transform: (batch: Tensor) => Tensor): Tensor {
    return isBatch ? transform(value) : squeeze(transform(expandDims(value, 0)), 0);
  }

  #isBatched(images: Tensor): boolean {
    if (images.rank === 3 || images.rank === 4) return images.rank === 4;
    throw new ShapeError(this.name, { given: `images of shape ${shapeText(images.shape)}`, expected: "rank 3 (one image) or 4 (a batch)" });
  }

  /** The shape of the images as a batch, with tensors for what a trace does not know. */
  protected shapeOf(data: Tensor | ImageData): Shape {
    const shape = lengthsOf(data instanceof Tensor ? data : data.images);
    return shape.length === 3 ? [1, ...shape] : shape;
  }

  /** Height and width of the images. */
  protected sizeOf(shape: Shape): readonly [height: number, width: number] {
    return [this.#known(shape, this.axes.height), this.#known(shape, this.axes.width)];
  }

  #known(shape: Shape, axis: number): number {
    const length = shape.at(axis);
    if (typeof length === "number") return length;
    throw new ShapeError(this.name, { given: `images of shape ${shapeText(shape)}`, expected: "height and width to be known" });
  }

  /** Pixels in the dtype that the layer computes in. */
  protected floats(images: Tensor): Tensor {
    return cast(images, this.computeDtype);
  }
}

const standIns = [61, 67] as const;

const tensorsIn = (value: unknown): Tensor[] =>
  value instanceof Tensor ? [value] : isBranch(value) ? Object.values(value).flatMap(tensorsIn) : [];

/** Tensors of the shapes that two answers have in common. */
function common(one: unknown, other: unknown): unknown {
  if (one instanceof Tensor && other instanceof Tensor) {
    const shape = one.shape.map((length, i) => (length === other.shape[i] ? length : null));
    return shape.includes(null) ? symbolic({ shape, dtype: one.dtype }) : one;
  }
  if (!isBranch(one)) return one;
  return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, common(value, (other as Record<string, unknown>)[key])]));
}

/** A layer over images that draws random numbers. */
export abstract class RandomImageLayer<S extends Schema = typeof imageOptions> extends ImageLayer<S> {
  readonly seedGenerator = new SeedGenerator((this.options as unknown as { seed: number | null }).seed);
}

/** Pixels of one range in another one. */
export function rescaled(images: Tensor, from: Span, to: Span): Tensor {
  if (from[0] === to[0] && from[1] === to[1]) return images;
  return add(multiply(divide(subtract(images, from[0]), from[1] - from[0]), to[1] - to[0]), to[0]);
}

/** The parts of a transformation, whose keys may be Keras's own. */
export function partsOf<T>(transformation: Transformation): T {
  if (!isRecord(transformation)) return transformation as T;
  return Object.fromEntries(Object.entries(transformation).map(([key, value]) => [toCamelCase(key), value])) as T;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Chainable) && !ArrayBuffer.isView(value);
