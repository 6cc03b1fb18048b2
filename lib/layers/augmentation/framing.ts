// Layers that cut, resize and flip images, with their bounding boxes.

import type { LayerAttributes } from "../base/options.js";
import { boolean, integer, nullable, number, oneOf, positiveInteger, registerClasses, string } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { asTensor } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import {
  add, all, cast, equal, expandDims, flip, image, lessEqual, logicalOr, maximum, multiply, pad, slice, squeeze, subtract, take, where,
} from "../../ops/index.js"; // prettier-ignore
import { clipped, clipToImageSize, columnsOf, convertFormat, joined } from "../../ops/boxes/formats.js";
import { middlePart, partOf, smartResize } from "../../ops/image/smart-resize.js";
import { uniform } from "../../random/index.js";
import { makeDefaultSeed } from "../../variables/seed-generator.js";
import { isTracing } from "../../core/interpreter.js";
import {
  type Boxes,
  ImageLayer,
  partsOf,
  RandomImageLayer,
  type ImageData,
  type Transformation,
  type TransformOptions,
} from "./image-layer.js";
import { imageOptions } from "./options.js";

/**
 * Images of another size. Keras: keras.layers.Resizing
 *
 * ```ts
 * new keras.layers.Resizing(4, 6)(tf.ones([1, 8, 8, 3])).shape; // [1, 4, 6, 3]
 * ```
 */
export class Resizing extends ImageLayer<typeof Resizing.options> {
  static override readonly options = imageOptions.extend(["height", "width", "interpolation", "cropToAspectRatio", "padToAspectRatio"], {
    height: positiveInteger(),
    width: positiveInteger(),
    interpolation: string("bilinear"),
    cropToAspectRatio: boolean(false),
    padToAspectRatio: boolean(false),
    fillMode: string("constant"),
    fillValue: number(0),
    antialias: boolean(false),
  });

  #resized(images: Tensor, interpolation: string): Tensor {
    const { height, width, ...others } = this.options;
    const { cropToAspectRatio, padToAspectRatio, fillMode, fillValue, antialias, dataFormat } = others;
    const how = { interpolation, cropToAspectRatio, padToAspectRatio, fillMode, fillValue, antialias, dataFormat };
    return image.resize(images, [height, width], how);
  }

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    const shape = this.shapeOf(data);
    return [shape.at(this.axes.height)!, shape.at(this.axes.width)!];
  }

  override transformImages(images: Tensor): Tensor {
    return this.#resized(images, this.options.interpolation);
  }

  override transformSegmentationMasks(masks: Tensor): Tensor {
    return this.#resized(masks, "nearest");
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation): Boxes {
    const [inputHeight, inputWidth] = transformation as [number, number];
    const { height, width } = this.options;
    const { boxes } = boundingBoxes;
    const isFilling = logicalOr(all(equal(boxes, -1), { axis: -1 }), all(equal(boxes, 0), { axis: -1 }));
    const corners = convertFormat(boxes, this.boxFormat, "xyxy", { height: inputHeight, width: inputWidth });
    const { scaleX, scaleY, left, top } = this.#map(inputHeight, inputWidth);
    const [x1, y1, x2, y2] = columnsOf(corners);
    const moved = joined(
      [x1, y1, x2, y2].map((each, i) => (i % 2 === 0 ? add(multiply(each, scaleX), left) : add(multiply(each, scaleY), top))),
    );
    const inside = clipToImageSize({ ...boundingBoxes, boxes: moved }, { height, width });
    const kept = { ...inside, boxes: where(expandDims(isFilling, -1), 0, inside.boxes) };
    return convertFormat(kept, "xyxy", this.boxFormat, { height, width });
  }

  /** How corners go from the input to the output. */
  #map(inputHeight: number, inputWidth: number): { scaleX: number; scaleY: number; left: number; top: number } {
    const { height, width, padToAspectRatio, cropToAspectRatio } = this.options;
    if (padToAspectRatio) {
      const scale = Math.min(height / inputHeight, width / inputWidth);
      return {
        scaleX: scale,
        scaleY: scale,
        left: Math.floor((width - inputWidth * scale) / 2),
        top: Math.floor((height - inputHeight * scale) / 2),
      };
    }
    if (!cropToAspectRatio) return { scaleX: width / inputWidth, scaleY: height / inputHeight, left: 0, top: 0 };
    const ratio = inputWidth / inputHeight;
    const isWide = ratio > width / height;
    const [newWidth, newHeight] = [isWide ? height * ratio : width, isWide ? height : width / ratio];
    return {
      scaleX: newWidth / inputWidth,
      scaleY: newHeight / inputHeight,
      left: -Math.floor((newWidth - width) / 2),
      top: -Math.floor((newHeight - height) / 2),
    };
  }
}

export interface Resizing extends LayerAttributes<typeof Resizing.options> {}

/**
 * The middle of images; smaller ones are cut to the ratio and enlarged. Keras: keras.layers.CenterCrop
 *
 * ```ts
 * new keras.layers.CenterCrop(1, 2)([[[[1], [2]], [[3], [4]], [[5], [6]]]]); // [[[[3], [4]]]]
 * ```
 */
export class CenterCrop extends ImageLayer<typeof CenterCrop.options> {
  static override readonly options = imageOptions.extend(["height", "width", "dataFormat"], {
    height: positiveInteger(),
    width: positiveInteger(),
  });

  override getRandomTransformation(data: Tensor | ImageData): Transformation {
    return { inputShape: this.shapeOf(data) };
  }

  #cropped(images: Tensor, interpolation: string): Tensor {
    const { height, width, dataFormat } = this.options;
    const [inputHeight, inputWidth] = this.sizeOf(images.shape);
    const [down, right] = [inputHeight - height, inputWidth - width];
    if (down < 0 || right < 0) return smartResize(images, [height, width], { interpolation, dataFormat });
    return partOf(images, { top: Math.floor(down / 2), left: Math.floor(right / 2), height, width }, dataFormat);
  }

  override transformImages(images: Tensor): Tensor {
    return this.#cropped(this.floats(images), "bilinear");
  }

  override transformSegmentationMasks(masks: Tensor): Tensor {
    return this.#cropped(masks, "nearest");
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation): Boxes {
    const { inputShape } = partsOf<{ inputShape: readonly number[] }>(transformation);
    const { height, width } = this.options;
    const [inputHeight, inputWidth] = this.sizeOf(inputShape);
    const corners = convertFormat(boundingBoxes.boxes, this.boxFormat, "xyxy", { height: inputHeight, width: inputWidth });
    const isLarge = inputHeight >= height && inputWidth >= width;
    const part = isLarge
      ? { top: Math.trunc((inputHeight - height) / 2), left: Math.trunc((inputWidth - width) / 2), height, width }
      : middlePart(inputHeight, inputWidth, [height, width]);
    const [x1, y1, x2, y2] = columnsOf(corners);
    const shifted = [subtract(x1, part.left), subtract(y1, part.top), subtract(x2, part.left), subtract(y2, part.top)] as const;
    const inside = clipped(shifted, part.height, part.width);
    const scale = [width / part.width, height / part.height];
    const boxes = joined(inside.map((each, i) => multiply(each, scale[i % 2]!)));
    const kept = clipToImageSize({ ...boundingBoxes, boxes }, { height, width });
    return convertFormat(kept, "xyxy", this.boxFormat, { height, width });
  }
}

export interface CenterCrop extends LayerAttributes<typeof CenterCrop.options> {}

/**
 * A random part of images in training, else the middle; smaller images are enlarged. Keras: keras.layers.RandomCrop
 *
 * ```ts
 * new keras.layers.RandomCrop(4, 6, { seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 4, 6, 3]
 * ```
 */
export class RandomCrop extends RandomImageLayer<typeof RandomCrop.options> {
  static override readonly options = imageOptions.extend(["height", "width", "seed", "dataFormat", "name"], {
    height: positiveInteger(),
    width: positiveInteger(),
    seed: {
      ...nullable(integer()),
      parse: (value: unknown, where_: string) => nullable(integer()).parse(value, where_) ?? makeDefaultSeed(),
    },
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    const { height, width } = this.options;
    const [inputHeight, inputWidth] = this.sizeOf(this.shapeOf(data));
    if (training && inputHeight > height && inputWidth > width) {
      const start = (most: number): Tensor => cast(uniform([], { minval: 0, maxval: most, seed: this.seedGenerator }), "int32");
      return [start(inputHeight - height + 1), start(inputWidth - width + 1)];
    }
    const { top, left } = middlePart(inputHeight, inputWidth, [height, width]);
    return [top, left];
  }

  #cropped(images: Tensor, transformation: Transformation, interpolation: string): Tensor {
    const { height, width, dataFormat } = this.options;
    const [top, left] = transformation as readonly [number | Tensor, number | Tensor];
    const [inputHeight, inputWidth] = this.sizeOf(images.shape);
    const along = (x: Tensor, axis: number, start: number | Tensor, length: number, most: number): Tensor => {
      const count = Math.min(length, most);
      if (typeof start === "number") return cutAlong(x, axis, start, Math.min(count, most - start));
      if (!start.isSymbolic && !isTracing())
        return cutAlong(x, axis, start.item() as number, Math.min(count, most - (start.item() as number)));
      return take(
        x,
        add(
          start,
          Int32Array.from({ length: count }, (_, i) => i),
        ),
        axis,
      );
    };
    const { height: heightAxis, width: widthAxis } = this.axes;
    const rows = along(images, images.rank + heightAxis, top, height, inputHeight);
    const part = along(rows, images.rank + widthAxis, left, width, inputWidth);
    const [partHeight, partWidth] = this.sizeOf(part.shape);
    return partHeight === height && partWidth === width ? part : image.resize(part, [height, width], { interpolation, dataFormat });
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training ? this.#cropped(this.floats(images), transformation, "bilinear") : images;
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training ? this.#cropped(masks, transformation, "nearest") : masks;
  }

  // As in Keras, x is moved by the first row and y by the first column.
  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training) return boundingBoxes;
    const [top, left] = (transformation as readonly (number | Tensor)[]).map((each) => cast(asTensor(each), "float32")) as [Tensor, Tensor];
    const { height, width } = this.options;
    const columns = columnsOf(convertFormat(boundingBoxes.boxes, this.boxFormat, "xyxy", { height, width }));
    const boxes = joined(columns.map((each, i) => maximum(subtract(each, i % 2 === 0 ? top : left), 0)));
    return { ...boundingBoxes, boxes: convertFormat(boxes, "xyxy", this.boxFormat, { height, width }) };
  }
}

export interface RandomCrop extends LayerAttributes<typeof RandomCrop.options> {}

const cutAlong = (x: Tensor, axis: number, start: number, count: number): Tensor =>
  slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((_, i) => (i === axis ? count : -1)),
  );

/**
 * Flips images, each with probability one half. Keras: keras.layers.RandomFlip
 *
 * ```ts
 * const layer = new keras.layers.RandomFlip("horizontal", { seed: 1 });
 * layer(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 */
export class RandomFlip extends RandomImageLayer<typeof RandomFlip.options> {
  static override readonly options = imageOptions.extend(["mode", "seed", "dataFormat"], {
    mode: oneOf(["horizontal", "vertical", "horizontal_and_vertical"], "horizontal_and_vertical"),
    seed: nullable(integer()),
  });

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const inputShape = this.shapeOf(data);
    return { flips: lessEqual(uniform([inputShape[0]!, 1, 1, 1], { seed: this.seedGenerator }), 0.5), inputShape };
  }

  #flipped(images: Tensor, transformation: Transformation): Tensor {
    if (transformation === null) return images;
    const { flips } = partsOf<{ flips: Tensor }>(transformation);
    const { mode } = this.options;
    const along = (x: Tensor, axis: number): Tensor => where(flips, flip(x, axis), x);
    const across = mode === "vertical" ? images : along(images, this.axes.width);
    return mode === "horizontal" ? across : along(across, this.axes.height);
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    return training ? this.#flipped(x, transformation) : x;
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    return training ? this.#flipped(masks, transformation) : masks;
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training || transformation === null) return boundingBoxes;
    const { flips, inputShape } = partsOf<{ flips: Tensor; inputShape: readonly number[] }>(transformation);
    const [height, width] = this.sizeOf(inputShape);
    const isFlipped = squeeze(flips, -1);
    const { mode } = this.options;
    let boxes = convertFormat(boundingBoxes.boxes, this.boxFormat, "rel_xyxy", { height, width });
    const swap = (low: 0 | 1): void => {
      const columns = [...columnsOf(boxes)];
      [columns[low], columns[low + 2]] = [subtract(1, columns[low + 2]!), subtract(1, columns[low]!)];
      boxes = where(isFlipped, joined(columns), boxes);
    };
    if (mode !== "vertical") swap(0);
    if (mode !== "horizontal") swap(1);
    // Keras clips parts of the image at its size in pixels: a label is lost where nothing is left.
    const kept = clipToImageSize({ ...boundingBoxes, boxes }, { height, width });
    return convertFormat(kept, "rel_xyxy", this.boxFormat, { height, width });
  }
}

export interface RandomFlip extends LayerAttributes<typeof RandomFlip.options> {}

/**
 * As many bounding boxes for each image: more are cut off, missing ones filled up with boxes and labels of `fillValue`. Keras:
 * keras.layers.MaxNumBoundingBoxes
 *
 * ```ts
 * const layer = new keras.layers.MaxNumBoundingBoxes(2, { boundingBoxFormat: "xyxy" });
 * const padded = layer({ images: tf.ones([1, 8, 8, 3]), boundingBoxes: { boxes: [[[0, 0, 1, 1]]], labels: [[3]] } });
 * Object.keys(padded); // ["images", "boundingBoxes"]
 * ```
 */
export class MaxNumBoundingBoxes extends ImageLayer<typeof MaxNumBoundingBoxes.options> {
  static override readonly options = imageOptions.extend(["maxNumber", "fillValue"], {
    maxNumber: positiveInteger(),
    fillValue: { ...integer(-1), serialize: () => undefined },
  });

  override transformImages(images: Tensor): Tensor {
    return images;
  }

  override transformBoundingBoxes(boundingBoxes: Boxes): Boxes {
    const { maxNumber, fillValue } = this.options;
    const count = boundingBoxes.boxes.shape[1];
    if (typeof count !== "number") throw new ArgumentError(this.name, { given: "an open number of boxes", expected: "a known one" });
    const fit = (x: Tensor): Tensor => {
      const first = cutAlong(x, 1, 0, Math.min(count, maxNumber));
      const widths = x.shape.map((_, axis): [number, number] => [0, axis === 1 ? Math.max(0, maxNumber - count) : 0]);
      return count >= maxNumber ? first : pad(first, widths, "constant", fillValue);
    };
    return { ...boundingBoxes, boxes: fit(boundingBoxes.boxes), labels: fit(boundingBoxes.labels) };
  }
}

export interface MaxNumBoundingBoxes extends LayerAttributes<typeof MaxNumBoundingBoxes.options> {}

registerClasses("keras.layers", { Resizing, CenterCrop, RandomCrop, RandomFlip, MaxNumBoundingBoxes });
