// What ImageDataGenerator does with one image: draws a transformation, carries it out, brings the values into a range.

import { type OptionValues } from "../../../config/index.js";
import { ArgumentError, ShapeError, StateError, text } from "../../../core/errors.js";
import { adoptTensor } from "../../../core/tensor.js";
import { asTensor } from "../../../core/convert.js";
import { thinSvd } from "../../../ops/linalg/factorizations.js";
import { divide, matmul, multiply, transpose } from "../../../ops/index.js";
import { makeDefaultSeed } from "../../../variables/seed-generator.js";
import { RandomState } from "../../known/mersenne.js";
import { affineOptions, transformed } from "./affine.js";
import type { generatorOptions } from "./options.js";
import { brightened, flipped, pixelsOf, shifted, type Pixels } from "./pixels.js";

/** A transformation of an image: degrees, pixels, factors. */
export interface ImageTransform {
  theta?: number;
  tx?: number;
  ty?: number;
  shear?: number;
  zx?: number;
  zy?: number;
  flipHorizontal?: boolean;
  flipVertical?: boolean;
  channelShiftIntensity?: number | null;
  brightness?: number | null;
}

/** What a generator has learned of sample data: one number for each channel. */
interface Statistics {
  mean: Float32Array | null;
  std: Float32Array | null;
  /** [values of an image, values of an image] */
  whitening: Float32Array | null;
}

const where = "ImageDataGenerator";
const epsilon = 1e-6;

/** The arithmetic mean and the standard deviation. */
function momentsOf(values: Float32Array): readonly [number, number] {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return [mean, Math.sqrt(squares / values.length)];
}

export class Augmenter {
  readonly learned: Statistics = { mean: null, std: null, whitening: null };
  readonly rowAxis: number;
  readonly colAxis: number;
  readonly channelAxis: number;
  #random = new RandomState(makeDefaultSeed() >>> 0);

  constructor(readonly options: OptionValues<typeof generatorOptions>) {
    [this.rowAxis, this.colAxis, this.channelAxis] = options.dataFormat === "channels_last" ? [0, 1, 2] : [1, 2, 0];
  }

  /** What is drawn from here on follows from a number. */
  reseed(seed: number): void {
    this.#random = new RandomState(seed >>> 0);
  }

  get random(): RandomState {
    return this.#random;
  }

  #shift(range: number | readonly number[], length: number): number {
    const among = typeof range === "number" ? null : range;
    if (range === 0 || among?.length === 0) return 0;
    const most = among ? Math.max(...among) : (range as number);
    const unit = most < 1 ? length : 1;
    // Whole numbers are how many pixels at most, as numpy.random.choice takes them.
    if (!among && !(Number.isInteger(range) && most > 0)) return this.#random.uniform(-most, most) * unit;
    const drawn = among ? among[this.#random.upTo(among.length - 1)]! : this.#random.upTo(most - 1);
    return drawn * [-1, 1][this.#random.upTo(1)]! * unit;
  }

  /** A transformation by chance, for images of this shape. */
  draw(shape: readonly number[]): Required<ImageTransform> {
    const { rotationRange, heightShiftRange, widthShiftRange, shearRange, zoomRange, horizontalFlip, verticalFlip } = this.options;
    const { channelShiftRange, brightnessRange } = this.options;
    const random = this.#random;
    const around = (range: number): number => (range === 0 ? 0 : random.uniform(-range, range));
    const theta = around(rotationRange);
    const tx = this.#shift(heightShiftRange, shape[this.rowAxis]!);
    const ty = this.#shift(widthShiftRange, shape[this.colAxis]!);
    const shear = around(shearRange);
    const [nearest, farthest] = zoomRange as [number, number];
    const [zx, zy] = nearest === 1 && farthest === 1 ? [1, 1] : [random.uniform(nearest, farthest), random.uniform(nearest, farthest)];
    const flipHorizontal = random.random() < 0.5 && horizontalFlip;
    const flipVertical = random.random() < 0.5 && verticalFlip;
    const channelShiftIntensity = channelShiftRange === 0 ? null : around(channelShiftRange);
    const brightness = brightnessRange === null ? null : random.uniform(...brightnessRange);
    return { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical, channelShiftIntensity, brightness };
  }

  /** An image after a transformation. */
  apply(image: Pixels, transform: ImageTransform): Pixels {
    const { fillMode, cval, interpolationOrder: order } = this.options;
    const { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical, channelShiftIntensity, brightness, ...others } = transform;
    const unknown = Object.keys(others)[0];
    if (unknown !== undefined)
      throw new ArgumentError(`${where}.applyTransform`, { given: text(unknown), expected: "what getRandomTransform gives" });
    const { rowAxis, colAxis, channelAxis } = this;
    const moves = { theta, tx, ty, shear, zx, zy, rowAxis, colAxis, channelAxis, fillMode, cval, order };
    let result = transformed(where, image, affineOptions.parse(`${where}.applyTransform`, [moves]));
    if (channelShiftIntensity != null) result = shifted(result, channelShiftIntensity);
    if (flipHorizontal) result = flipped(result, colAxis);
    if (flipVertical) result = flipped(result, rowAxis);
    if (brightness != null) result = brightened(result, brightness, false);
    return result;
  }

  /** The values of an image, or of a batch, as the options want them. */
  standardize(given: Pixels): Pixels {
    const { preprocessingFunction, rescale, samplewiseCenter, samplewiseStdNormalization } = this.options;
    const called = preprocessingFunction?.(adoptTensor(given.values, given.shape, "float32"));
    const { values: before, shape } = called === undefined ? given : pixelsOf(`${where}.preprocessingFunction`, asTensor(called as never));
    let values = new Float32Array(before);
    if (rescale) for (let i = 0, factor = Math.fround(rescale); i < values.length; i++) values[i]! *= factor;
    // The deviation is that of the values around their mean: the mean of these is 0.
    if (samplewiseCenter || samplewiseStdNormalization) {
      const [mean, deviation] = momentsOf(values);
      const scale = samplewiseStdNormalization ? deviation + epsilon : 1;
      for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i]! - mean) / scale;
    }
    const { mean: means, std, whitening } = this.#needed();
    const channel = this.channelOf(shape);
    if (means) for (let i = 0; i < values.length; i++) values[i]! -= means[channel(i)]!;
    if (std) for (let i = 0; i < values.length; i++) values[i]! /= std[channel(i)]! + epsilon;
    if (whitening) {
      const size = Math.sqrt(whitening.length);
      if (shape.slice(-3).reduce((a, b) => a * b, 1) !== size)
        throw new ShapeError(where, {
          given: `an image of shape [${shape.join(", ")}]`,
          expected: `${size} values, as those that fit saw`,
        });
      const rows = adoptTensor(values, [values.length / size, size], "float32");
      values = Float32Array.from(matmul(rows, adoptTensor(whitening, [size, size], "float32")).data());
    }
    return { values, shape };
  }

  /** The statistics that the options ask for. */
  #needed(): Statistics {
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening } = this.options;
    const { mean, std, whitening } = this.learned;
    const pick = <T>(isWanted: boolean, value: T | null, name: string): T | null => {
      if (!isWanted) return null;
      if (value !== null) return value;
      throw new StateError(where, {
        given: `${name} before fit`,
        expected: "generator.fit(images) first: it takes the statistics of images",
      });
    };
    return {
      mean: pick(featurewiseCenter, mean, "featurewiseCenter"),
      std: pick(featurewiseStdNormalization, std, "featurewiseStdNormalization"),
      whitening: pick(zcaWhitening, whitening, "zcaWhitening"),
    };
  }

  /** What tells the channel of a place. */
  channelOf(shape: readonly number[]): (place: number) => number {
    const channels = shape.at(this.channelAxis - 3)!;
    const inner = this.channelAxis === 2 ? 1 : shape.at(-1)! * shape.at(-2)!;
    return (place) => Math.floor(place / inner) % channels;
  }

  /** Takes the statistics of images [count, …], whose values are changed. */
  learn(values: Float32Array, shape: readonly number[]): void {
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening, zcaEpsilon } = this.options;
    const channel = this.channelOf(shape);
    const channels = shape[this.channelAxis + 1]!;
    const each = values.length / channels;
    const meanOf = (of: (value: number, channel: number) => number): Float64Array => {
      const sums = new Float64Array(channels);
      for (let i = 0; i < values.length; i++) sums[channel(i)]! += of(values[i]!, channel(i));
      return sums.map((sum) => sum / each);
    };
    if (featurewiseCenter) {
      const mean = Float32Array.from(meanOf((value) => value));
      for (let i = 0; i < values.length; i++) values[i]! -= mean[channel(i)]!;
      this.learned.mean = mean;
    }
    if (featurewiseStdNormalization) {
      const means = meanOf((value) => value);
      const std = Float32Array.from(
        meanOf((value, at) => (value - means[at]!) ** 2),
        Math.sqrt,
      );
      for (let i = 0; i < values.length; i++) values[i]! /= std[channel(i)]! + epsilon;
      this.learned.std = std;
    }
    if (zcaWhitening) {
      const count = shape[0]!;
      const { s, v } = thinSvd(adoptTensor(values, [count, values.length / count], "float32"));
      const scaled = multiply(v, divide(Math.sqrt(count), s.add(zcaEpsilon)));
      this.learned.whitening = Float32Array.from(matmul(scaled, transpose(v)).data());
    }
  }
}
