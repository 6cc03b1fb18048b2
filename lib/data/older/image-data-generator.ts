// ImageDataGenerator, as scripts of Keras 2 use it: images of an array, a folder or a table, changed by chance on the host, without end.
// imageDatasetFromDirectory and layers such as RandomRotation are what Keras has today.

import type { Arguments } from "../../config/index.js";
import { checkedDtype, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { boolean, integer, nullable, positiveInteger, schema } from "../../config/index.js";
import type { DirectoryHandle } from "../folder.js";
import { NumpyArrayIterator, type FlowInput } from "./images/array-iterator.js";
import { Augmenter, type ImageTransform } from "./images/augmenter.js";
import type { Dataframe, FileIterator } from "./images/file-iterators.js";
import { arrayOptions, dataframeOptions, directoryOptions, generatorOptions } from "./images/options.js";
import { pixelsOf, tensorOf } from "./images/pixels.js";

const fitOptions = schema(["augment", "rounds", "seed"], {
  augment: boolean(false),
  rounds: positiveInteger(1),
  seed: nullable(integer()),
});

const where = "ImageDataGenerator";

type Weighted<O, A, B> = O extends readonly [{ readonly sampleWeight: object }, ...unknown[]] ? B : A;

/** What a batch of arrays is. */
type FlowBatch<X, Y, O> = Batch<X extends readonly [Tensor, unknown] ? Tensor[] : Tensor, Y, O>;
type Batch<Images, Y, O> = Y extends null | undefined ? Images : Weighted<O, [Images, Tensor], [Images, Tensor, Tensor]>;

/** What a batch of files is. */
type FileBatch<O> = O extends readonly [{ readonly classMode: infer M; readonly weightCol?: infer W }, ...unknown[]]
  ? M extends null
    ? Tensor
    : W extends string
      ? [Tensor, M extends "multi_output" ? Tensor[] : Tensor, Tensor]
      : [Tensor, M extends "multi_output" ? Tensor[] : Tensor]
  : [Tensor, Tensor];

/**
 * Batches of images that are turned, moved, scaled, flipped and brought into a range, each time anew. tf.keras:
 * preprocessing.image.ImageDataGenerator
 *
 * ```ts
 * const generator = new keras.preprocessing.image.ImageDataGenerator({ rescale: 1 / 255, rotationRange: 20, horizontalFlip: true });
 * const flow = generator.flow(tf.ones([8, 28, 28, 1]), tf.zeros([8]), { batchSize: 4 });
 * const { value: [x, y] } = await flow.next();
 * x.shape; // [4, 28, 28, 1]
 * ```
 *
 * Options: `featurewiseCenter`, `featurewiseStdNormalization`, `zcaWhitening` (after `fit`), `zcaEpsilon`, `samplewiseCenter`,
 * `samplewiseStdNormalization`; `rotationRange` in degrees; `widthShiftRange` and `heightShiftRange`: a fraction below 1 is one of the size,
 * a whole number how many pixels at most, an array what is drawn from; `brightnessRange` [least, largest factor]; `shearRange` in degrees;
 * `zoomRange`: how far from 1, or [least, largest]; `channelShiftRange`; `fillMode` "nearest" (default), "constant" (`cval`), "reflect",
 * "wrap" or "mirror"; `horizontalFlip`, `verticalFlip`; `rescale`, a factor; `preprocessingFunction` of one image, before `rescale`;
 * `dataFormat`; `validationSplit`, the part of the first images that `subset: "validation"` of a flow takes; `interpolationOrder` 0 or 1;
 * `dtype`. With a seed a flow draws what Keras draws.
 */
export class ImageDataGenerator {
  readonly #augmenter: Augmenter;

  constructor(...given: Arguments<typeof generatorOptions>) {
    const options = generatorOptions.parse(where, given);
    const { validationSplit, zcaWhitening, featurewiseStdNormalization, samplewiseStdNormalization, dtype } = options;
    if (validationSplit !== 0 && !(validationSplit > 0 && validationSplit < 1))
      throw new ValueError(`${where}.validationSplit`, { given: String(validationSplit), expected: "a number between 0 and 1" });
    // Rescaled values are fractions.
    const kept = checkedDtype(dtype ?? undefined);
    if (kept !== undefined && !isFloat(kept))
      throw new ArgumentError(`${where}.dtype`, { given: text(dtype), expected: "a floating dtype" });
    // What divides also centers, and whitening takes the place of a deviation for each channel.
    this.#augmenter = new Augmenter({
      ...options,
      featurewiseCenter: options.featurewiseCenter || zcaWhitening || featurewiseStdNormalization,
      featurewiseStdNormalization: featurewiseStdNormalization && !zcaWhitening,
      samplewiseCenter: options.samplewiseCenter || samplewiseStdNormalization,
    });
  }

  /** The mean of each channel of the images that `fit` saw; null before. */
  get mean(): Float32Array | null {
    return this.#augmenter.learned.mean;
  }

  /** The standard deviation of each channel of the images that `fit` saw; null before. */
  get std(): Float32Array | null {
    return this.#augmenter.learned.std;
  }

  /**
   * Batches of images in memory, with `y` for each: `[images, labels]`, `[images, labels, weights]`, or images alone. Options: `batchSize`
   * (default 32), `shuffle` (default true), `sampleWeight`, `seed`, `subset` "training" or "validation", `ignoreClassSplit`, `saveToDir`,
   * `savePrefix`, `saveFormat`.
   *
   * @param x  [count, height, width, channels], or `[images, others]` with further inputs for each image
   */
  flow<const X extends FlowInput, const Y extends TensorLike | null = null, const O extends Arguments<typeof arrayOptions> = []>(
    x: X,
    y?: Y,
    ...options: O
  ): NumpyArrayIterator<FlowBatch<X, Y, O>> {
    return new NumpyArrayIterator(x, y ?? null, this.#augmenter, arrayOptions.parse(`${where}.flow`, options));
  }

  /**
   * Batches of the images of a folder that has a folder for each class. Options: `targetSize` (default [256, 256]), `colorMode`, `classes`,
   * `classMode` "categorical" (default), "binary", "sparse", "input" or null, `interpolation`, `keepAspectRatio`, `followLinks`, and those
   * of `flow`.
   *
   * @param directory  a path, or in a page a FileSystemDirectoryHandle
   */
  async flowFromDirectory<const O extends Arguments<typeof directoryOptions>>(
    directory: string | URL | DirectoryHandle,
    ...options: O
  ): Promise<FileIterator<FileBatch<O>>> {
    const parsed = directoryOptions.parse(`${where}.flowFromDirectory`, options);
    return (await import("./images/file-iterators.js")).flowFromDirectory(directory, this.#augmenter, parsed);
  }

  /**
   * Batches of the images that a table names. Options: `directory` before the names, `xCol` (default "filename"), `yCol` (default "class"),
   * `weightCol`, `classMode` (also "raw" and "multi_output": numbers of `yCol`), `validateFilenames` (default true: names of no files are
   * left out), and those of `flowFromDirectory`.
   *
   * @param dataframe  rows, or columns by their names
   */
  async flowFromDataframe<const O extends Arguments<typeof dataframeOptions>>(
    dataframe: Dataframe,
    ...options: O
  ): Promise<FileIterator<FileBatch<O>>> {
    const parsed = dataframeOptions.parse(`${where}.flowFromDataframe`, options);
    return (await import("./images/file-iterators.js")).flowFromDataframe(dataframe, this.#augmenter, parsed);
  }

  /** An image, or a batch of them, with the values that the options ask for. */
  standardize(x: TensorLike): Tensor {
    return tensorOf(this.#augmenter.standardize(pixelsOf(`${where}.standardize`, x)));
  }

  /** A transformation by chance for images of a shape. */
  getRandomTransform(imgShape: readonly number[], seed: number | null = null): Required<ImageTransform> {
    if (seed !== null) this.#augmenter.reseed(seed);
    return this.#augmenter.draw(imgShape);
  }

  /** An image [height, width, channels] after a transformation: degrees, pixels and factors. */
  applyTransform(x: TensorLike, transformParameters: ImageTransform): Tensor {
    const image = pixelsOf(`${where}.applyTransform`, x);
    return tensorOf(this.#augmenter.apply(image, transformParameters), image.dtype);
  }

  /** An image after a transformation by chance. */
  randomTransform(x: TensorLike, seed: number | null = null): Tensor {
    const image = pixelsOf(`${where}.randomTransform`, x);
    return this.applyTransform(x, this.getRandomTransform(image.shape, seed));
  }

  /**
   * Takes the statistics of images, rescaled: for `featurewiseCenter`, `featurewiseStdNormalization` and `zcaWhitening`. Options: `augment`
   * (default false) changes the images by chance, `rounds` times each; `seed`.
   *
   * @param x  [count, height, width, channels]
   */
  fit(x: TensorLike, ...options: Arguments<typeof fitOptions>): void {
    const { augment, rounds, seed } = fitOptions.parse(`${where}.fit`, options);
    const { values, shape } = pixelsOf(`${where}.fit`, x);
    if (shape.length !== 4) throw new ShapeError(`${where}.fit`, { given: shapeText(shape), expected: "an array of 4 axes" });
    if (seed !== null) this.#augmenter.reseed(seed);
    const { rescale } = this.#augmenter.options;
    if (rescale) for (let i = 0; i < values.length; i++) values[i]! *= Math.fround(rescale);
    if (!augment) return this.#augmenter.learn(values, shape);
    const size = values.length / shape[0]!;
    const changed = new Float32Array(values.length * rounds);
    for (let i = 0; i < rounds * shape[0]!; i++) {
      const from = (i % shape[0]!) * size;
      const image = { values: values.subarray(from, from + size), shape: shape.slice(1) };
      changed.set(this.#augmenter.apply(image, this.#augmenter.draw(image.shape)).values, i * size);
    }
    this.#augmenter.learn(changed, [rounds * shape[0]!, ...shape.slice(1)]);
  }
}
