// Batches of images without end, each drawn anew: what the flows of ImageDataGenerator are.

import type { Dtype } from "../../../core/dtype.js";
import { checkedDtype } from "../../../core/convert.js";
import { ArgumentError, StateError, text } from "../../../core/errors.js";
import { adoptTensor, type Tensor } from "../../../core/tensor.js";
import { floatx } from "../../../config/index.js";
import { cast } from "../../../ops/index.js";
import { PyDataset } from "../../py-dataset.js";
import type { Augmenter } from "./augmenter.js";
import type { Pixels } from "./pixels.js";

/** What all flows take. */
export interface FlowOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  readonly saveToDir: string | null;
  readonly savePrefix: string;
  readonly saveFormat: "png" | "jpeg" | "jpg";
}

/** A batch: images alone, or with labels, or with labels and weights. */
export type ImageBatch = Tensor | unknown[];

/**
 * Batches by number, as `fit` asks for them, and one after the other without end, as `for await` does. keras.preprocessing.image.Iterator
 *
 * ```ts
 * const flow = new keras.preprocessing.image.ImageDataGenerator().flow(tf.ones([5, 8, 8, 3]));
 * flow instanceof keras.preprocessing.image.Iterator; // true
 * ```
 *
 * `n` images in batches of `batchSize`; `indexArray` is the order of this pass, and a new one is drawn after each.
 */
export abstract class ImageIterator<B = ImageBatch> extends PyDataset implements AsyncIterableIterator<B> {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  /** The number of the batch that comes next. */
  batchIndex = 0;
  totalBatchesSeen = 0;
  /** The numbers of the images in the order of this pass; null before the first. */
  indexArray: readonly number[] | null = null;
  readonly #options: FlowOptions;

  constructor(
    /** How many images there are. */
    readonly n: number,
    options: FlowOptions,
    protected readonly augmenter: Augmenter,
  ) {
    super();
    this.#options = options;
    ({ batchSize: this.batchSize, shuffle: this.shuffle, seed: this.seed } = options);
  }

  override get length(): number {
    return Math.ceil(this.n / this.batchSize);
  }

  #setIndexArray(): void {
    this.indexArray = this.shuffle ? this.augmenter.random.permutation(this.n) : Array.from({ length: this.n }, (_, i) => i);
  }

  /** What is drawn for a batch follows from the seed and from how many batches came before. */
  #reseed(): void {
    if (this.seed !== null) this.augmenter.reseed(this.seed + this.totalBatchesSeen);
  }

  /** Batch number `index` of a pass. */
  override getItem(index: number): Promise<B> {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new ArgumentError(`${this.constructor.name}.getItem`, { given: text(index), expected: `0 to ${this.length - 1}` });
    }
    this.#reseed();
    this.totalBatchesSeen++;
    if (this.indexArray === null) this.#setIndexArray();
    return this.#batch(this.indexArray!.slice(this.batchSize * index, this.batchSize * (index + 1)));
  }

  override onEpochEnd(): void {
    this.#setIndexArray();
  }

  /** The next batch is the first one. */
  reset(): void {
    this.batchIndex = 0;
  }

  /** The next batch; there is always one. */
  async next(): Promise<{ done: false; value: B }> {
    if (this.n === 0) throw new StateError(this.constructor.name, { given: "no images", expected: "one at least" });
    this.#reseed();
    if (this.batchIndex === 0) this.#setIndexArray();
    const first = (this.batchIndex * this.batchSize) % this.n;
    this.batchIndex = this.n > first + this.batchSize ? this.batchIndex + 1 : 0;
    this.totalBatchesSeen++;
    return { done: false, value: await this.#batch(this.indexArray!.slice(first, first + this.batchSize)) };
  }

  override [Symbol.asyncIterator](): AsyncGenerator<B, void, void> {
    return this as never;
  }

  /** The shape of one image as it comes. */
  protected abstract readonly eachShape: readonly number[];

  /** Images before they are changed, in the order of these numbers. */
  protected abstract imagesOf(indices: readonly number[]): AsyncIterable<Pixels>;

  /** A batch of changed images with what belongs to it. */
  protected abstract together(images: Tensor, indices: readonly number[]): B;

  /** All is drawn before the first image is waited for: batches in the making do not take each other's numbers. */
  async #batch(indices: readonly number[]): Promise<B> {
    const transforms = indices.map(() => this.augmenter.draw(this.eachShape));
    const size = this.eachShape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(indices.length * size);
    let i = 0;
    for await (const image of this.imagesOf(indices)) {
      values.set(this.augmenter.standardize(this.augmenter.apply(image, transforms[i]!)).values, i * size);
      i++;
    }
    const shape = [indices.length, ...this.eachShape];
    if (this.#options.saveToDir !== null) await this.#save(values, indices);
    const images = adoptTensor(values, shape, "float32");
    return this.together(cast(images, this.dtype), indices);
  }

  /** The dtype of images. */
  protected get dtype(): Dtype {
    return checkedDtype(this.augmenter.options.dtype ?? floatx())!;
  }

  async #save(values: Float32Array, indices: readonly number[]): Promise<void> {
    const { saveToDir, savePrefix, saveFormat } = this.#options;
    const { saveImg } = await import("../../image-files.js");
    const size = values.length / indices.length;
    const { dataFormat } = this.augmenter.options;
    for (const [i, index] of indices.entries()) {
      const image = adoptTensor(values.slice(i * size, (i + 1) * size), this.eachShape, "float32");
      const name = `${savePrefix}_${index}_${this.augmenter.random.upTo(9_999_999)}.${saveFormat}`;
      await saveImg(`${saveToDir}/${name}`, image, { dataFormat, scale: true });
    }
  }
}
