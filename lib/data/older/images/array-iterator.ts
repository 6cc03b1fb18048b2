// Images of an array, changed and in batches.

import type { OptionValues } from "../../../config/index.js";
import { asTensor, type TensorLike } from "../../../core/convert.js";
import { ArgumentError, ShapeError, ValueError } from "../../../core/errors.js";
import { known, shapeText } from "../../../core/shape.js";
import { Chainable, type Tensor } from "../../../core/tensor.js";
import { slice, take } from "../../../ops/index.js";
import type { Augmenter } from "./augmenter.js";
import { ImageIterator, type ImageBatch } from "./iterator.js";
import type { arrayOptions } from "./options.js";
import { pixelsOf, type Pixels } from "./pixels.js";
import { rangeOfSubset } from "./subset.js";

/** Images, or images and further inputs for each. */
export type FlowInput = TensorLike | readonly [Tensor, TensorLike | readonly TensorLike[]];

const where = "ImageDataGenerator.flow";

const partsOf = (x: FlowInput): readonly [TensorLike, readonly TensorLike[]] => {
  const isPair = Array.isArray(x) && x.length === 2 && x[0] instanceof Chainable && x[0].value().rank === 4;
  if (!isPair) return [x as TensorLike, []];
  const others = x[1] as TensorLike | readonly TensorLike[];
  return [x[0] as Tensor, Array.isArray(others) && others[0] instanceof Chainable ? (others as TensorLike[]) : [others as TensorLike]];
};

const rowsOf = (value: Tensor, from: number, to: number): Tensor =>
  slice(
    value,
    value.shape.map((_, i) => (i === 0 ? from : 0)),
    value.shape.map((_, i) => (i === 0 ? to - from : -1)),
  );

/**
 * The flow of images in memory, as `ImageDataGenerator.flow` makes it. Keras: keras.preprocessing.image.NumpyArrayIterator
 *
 * ```ts
 * const generator = new keras.preprocessing.image.ImageDataGenerator();
 * generator.flow(tf.ones([5, 8, 8, 3]), null, { batchSize: 2 }).length; // 3
 * ```
 */
export class NumpyArrayIterator<B = ImageBatch> extends ImageIterator<B> {
  readonly x: Tensor;
  /** What else there is for each image. */
  readonly xMisc: readonly Tensor[];
  readonly y: Tensor | null;
  readonly sampleWeight: Tensor | null;

  constructor(input: FlowInput, labels: TensorLike | null, augmenter: Augmenter, options: OptionValues<typeof arrayOptions>) {
    const [images, others] = partsOf(input);
    const x = asTensor(images);
    if (x.rank !== 4) throw new ShapeError(where, { given: `images of shape ${shapeText(x.shape)}`, expected: "an array of 4 axes" });
    const [count] = known(x.shape, where) as [number];
    const asMany = (name: string, value: TensorLike | null): Tensor | null => {
      if (value === null) return null;
      const tensor = asTensor(value);
      if (tensor.shape[0] === count) return tensor;
      throw new ValueError(`${where}.${name}`, { given: shapeText(tensor.shape), expected: `as many as there are images, ${count}` });
    };
    const y = asMany("y", labels);
    const given = [x, y, asMany("sampleWeight", options.sampleWeight as TensorLike | null), ...others.map((each) => asMany("x", each))];
    const [from, to] = partOf(count, y, augmenter, options);
    const cut = (value: Tensor | null | undefined): Tensor | null =>
      !value || (from === 0 && to === count) ? (value ?? null) : rowsOf(value, from, to);
    super(to - from, options, augmenter);
    this.x = cut(given[0])!;
    this.y = cut(given[1]);
    this.sampleWeight = cut(given[2]);
    this.xMisc = given.slice(3).map((each) => cut(each)!);
  }

  protected override get eachShape(): readonly number[] {
    return known(this.x.shape.slice(1));
  }

  protected override async *imagesOf(indices: readonly number[]): AsyncGenerator<Pixels, void, void> {
    const { values } = pixelsOf(where, take(this.x, [...indices], 0));
    const size = values.length / indices.length;
    for (let i = 0; i < indices.length; i++) yield { values: values.subarray(i * size, (i + 1) * size), shape: this.eachShape };
  }

  protected override together(images: Tensor, indices: readonly number[]): B {
    const rows = (value: Tensor): Tensor => take(value, [...indices], 0);
    const x = this.xMisc.length === 0 ? images : [images, ...this.xMisc.map(rows)];
    if (this.y === null) return x as B;
    return (this.sampleWeight === null ? [x, rows(this.y)] : [x, rows(this.y), rows(this.sampleWeight)]) as B;
  }
}

/** The first and the last image of a part, which have the same classes as the others. */
function partOf(
  count: number,
  y: Tensor | null,
  { options: { validationSplit } }: Augmenter,
  { subset, ignoreClassSplit }: OptionValues<typeof arrayOptions>,
): readonly [number, number] {
  const [from, to] = rangeOfSubset(count, subset, validationSplit);
  if (subset === null) return [from, to];
  const split = subset === "validation" ? to : from;
  if (split === 0 || split === count) {
    const given = `subset "${subset}" with validationSplit ${validationSplit} of ${count} images`;
    throw new ArgumentError(where, { given, expected: "images for both parts", hint: "new ImageDataGenerator({ validationSplit: 0.2 })" });
  }
  if (y !== null && !ignoreClassSplit) {
    const classesOf = (from: number, to: number): string => [...new Set(rowsOf(y, from, to).data())].sort().join();
    if (classesOf(0, split) !== classesOf(split, count)) {
      throw new ValueError(where, {
        given: "other classes in the first images than in the rest",
        expected: "the same classes in both parts",
        hint: "Shuffle images that are sorted by class, or ignoreClassSplit: true.",
      });
    }
  }
  return [from, to];
}
