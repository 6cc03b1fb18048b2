// RandAugment, AugMix and Pipeline: layers made of other layers.

import type { LayerAttributes } from "../base/options.js";
import {
  boolean,
  DTypePolicy,
  integer,
  list,
  nonNegativeInteger,
  nullable,
  positiveInteger,
  positiveNumber,
  registerClasses,
  schema,
  string,
} from "../../config/index.js";
import type { Json } from "../../config/index.js";
import { isTracing } from "../../core/interpreter.js";
import type { Tensor } from "../../core/tensor.js";
import { Random } from "../../data/random.js";
import { add, cast, clip, divide, equal, getItem, multiply, subtract, sum, where, zerosLike } from "../../ops/index.js";
import { beta, gamma, randint } from "../../random/index.js";
import { layerField } from "../base/wrapper.js";
import { Layer } from "../layer.js";
import { RandomBrightness, RandomColorDegeneration, RandomContrast, RandomPosterization, Solarization } from "./color.js";
import { RandomSharpness } from "./filtering.js";
import { AutoContrast, Equalization } from "./histogram.js";
import {
  type Boxes,
  type ImageData,
  ImageLayer,
  partsOf,
  RandomImageLayer,
  type Transformation,
  type TransformOptions,
} from "./image-layer.js";
import { imageOptions, sampling, span, type Span, valueRange } from "./options.js";
import { RandomRotation, RandomShear, RandomTranslation } from "./warping.js";

const seed = () => nullable(integer());
const commonDtype = new DTypePolicy();

interface PolicyOptions {
  readonly factor: Span;
  readonly valueRange: Span;
  readonly interpolation: "nearest" | "bilinear";
  readonly dataFormat: "channels_last" | "channels_first";
  readonly seed: number | null;
  readonly boundingBoxFormat: string | null;
}

type Step = ImageLayer<never>;

/** The changes that policies choose from, by Keras's names. */
function stepsOf(options: PolicyOptions): Readonly<Record<string, Step>> {
  const { factor, interpolation, valueRange, ...others } = options;
  const common = { seed: others.seed, dataFormat: others.dataFormat, boundingBoxFormat: others.boundingBoxFormat };
  const fixed = { valueRange, dataFormat: others.dataFormat, boundingBoxFormat: others.boundingBoxFormat };
  const steps = {
    random_shear: new RandomShear({ xFactor: factor, yFactor: factor, interpolation, ...common }),
    random_translation: new RandomTranslation({ heightFactor: factor, widthFactor: factor, interpolation, ...common }),
    random_rotation: new RandomRotation({ factor, interpolation, ...common }),
    random_brightness: new RandomBrightness({ factor, valueRange, ...common }),
    random_color_degeneration: new RandomColorDegeneration({ factor, valueRange, ...common }),
    random_contrast: new RandomContrast({ factor, valueRange, ...common }),
    random_sharpness: new RandomSharpness({ factor, valueRange, ...common }),
    random_posterization: new RandomPosterization({ factor: Math.max(1, Math.trunc(8 * factor[1])), valueRange, ...common }),
    solarization: new Solarization({ additionFactor: factor, thresholdFactor: factor, valueRange, ...common }),
    auto_contrast: new AutoContrast(fixed),
    equalization: new Equalization(fixed),
  };
  return steps as unknown as Readonly<Record<string, Step>>;
}

interface Chosen {
  readonly layerIdxes: Tensor;
  readonly transforms: Readonly<Record<string, Transformation>>;
}

/**
 * Changes a batch `numOps` times, each time by one of eleven changes that is drawn anew.
 *
 * Eagerly only what was drawn is computed; a traced function computes all and picks. Keras: keras.layers.RandAugment
 *
 * ```ts
 * new keras.layers.RandAugment({ valueRange: [0, 1], seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 *
 * @see Cubuk et al. 2019, RandAugment
 */
export class RandAugment extends RandomImageLayer<typeof RandAugment.options> {
  static override readonly options = imageOptions.extend(["valueRange", "numOps", "factor", "interpolation", "seed"], {
    valueRange: valueRange(false),
    numOps: nonNegativeInteger(2),
    factor: span({ least: 0, most: 1 }, 0.5),
    interpolation: sampling(),
    seed: seed(),
  });

  readonly steps = stepsOf(this.options);

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const names = Object.keys(this.steps);
    const layerIdxes = randint([this.options.numOps], 0, names.length, { seed: this.seedGenerator });
    const drawn = this.#drawn(layerIdxes);
    const wanted = names.filter((_, i) => drawn === null || drawn.includes(i));
    return { layerIdxes, transforms: Object.fromEntries(wanted.map((name) => [name, this.steps[name]!.getRandomTransformation(data)])) };
  }

  /** Which changes were drawn; null where only a program will know. */
  #drawn(layerIdxes: Tensor): number[] | null {
    return layerIdxes.isSymbolic || isTracing() ? null : Array.from(layerIdxes.data());
  }

  /** The value after each change that was drawn. */
  #changed<T>(
    value: T,
    transformation: Transformation,
    change: (step: Step, value: T, its: Transformation) => T,
    pick: (is: Tensor, a: T, b: T) => T,
  ): T {
    const { layerIdxes, transforms } = partsOf<Chosen>(transformation);
    const names = Object.keys(this.steps);
    const drawn = this.#drawn(layerIdxes);
    const one = (x: T, name: string): T => change(this.steps[name]!, x, transforms[name]!);
    if (drawn) return drawn.reduce((x, index) => one(x, names[index]!), value);
    let x = value;
    for (let i = 0; i < this.options.numOps; i++) {
      const index = getItem(layerIdxes, i);
      for (const [at, name] of names.entries()) x = pick(equal(index, at), one(x, name), x);
    }
    return x;
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    if (!training) return x;
    return this.#changed(x, transformation, (step, value, its) => step.transformImages(value, its), where);
  }

  override transformBoundingBoxes(boundingBoxes: Boxes, transformation: Transformation, { training = true }: TransformOptions = {}): Boxes {
    if (!training) return boundingBoxes;
    return this.#changed(
      boundingBoxes,
      transformation,
      (step, value, its) => step.transformBoundingBoxes(value, its),
      (is, a, b) => ({ boxes: where(is, a.boxes, b.boxes), labels: where(is, a.labels, b.labels) }),
    );
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return masks;
    return this.#changed(masks, transformation, (step, value, its) => step.transformSegmentationMasks(value, its), where);
  }
}

export interface RandAugment extends LayerAttributes<typeof RandAugment.options> {}

interface Chains {
  readonly chainMixingWeights: Tensor;
  readonly weightSample: Tensor;
  readonly chainTransforms: readonly (readonly { readonly layerName: string; readonly transformation: Transformation }[])[];
}

/**
 * Mixes images with the mean of several chains of changes. Which changes a chain has is drawn on the host: a traced function keeps those of
 * its trace. Keras: keras.layers.AugMix
 *
 * ```ts
 * new keras.layers.AugMix({ valueRange: [0, 1], seed: 1 })(tf.ones([2, 8, 8, 3]), { training: true }).shape; // [2, 8, 8, 3]
 * ```
 *
 * @see Hendrycks et al. 2020, AugMix
 */
export class AugMix extends RandomImageLayer<typeof AugMix.options> {
  static override readonly options = imageOptions.extend(["valueRange", "numChains", "chainDepth", "factor", "alpha"], {
    valueRange: valueRange(false),
    numChains: positiveInteger(3),
    chainDepth: positiveInteger(3),
    factor: span({ least: 0, most: 1 }, 0.3),
    alpha: positiveNumber(1),
    allOps: boolean(true),
    interpolation: sampling(),
    seed: seed(),
  });

  readonly steps = stepsOf(this.options);
  readonly #names = Object.keys(this.steps).filter(
    (name) => this.options.allOps || !/brightness|color|contrast$|sharpness/.test(name) || name === "auto_contrast",
  );
  readonly #random = new Random(this.seedGenerator.seed);

  override getRandomTransformation(data: Tensor | ImageData, { training = true }: TransformOptions = {}): Transformation {
    if (!training) return null;
    const { numChains, chainDepth, alpha } = this.options;
    const parts = gamma([numChains], alpha, { seed: this.seedGenerator });
    const step = () => {
      const layerName = this.#names[this.#random.below(this.#names.length + 1)];
      return layerName === undefined ? [] : [{ layerName, transformation: this.steps[layerName]!.getRandomTransformation(data) }];
    };
    return {
      chainMixingWeights: divide(parts, sum(parts)),
      weightSample: beta([], alpha, alpha, { seed: this.seedGenerator }),
      chainTransforms: Array.from({ length: numChains }, () => Array.from({ length: chainDepth }, step).flat()),
    };
  }

  #mixed(x: Tensor, transformation: Transformation, change: (step: Step, value: Tensor, its: Transformation) => Tensor): Tensor {
    const { chainMixingWeights, weightSample, chainTransforms } = partsOf<Chains>(transformation);
    let total = zerosLike(x);
    for (const [i, chain] of chainTransforms.entries()) {
      const changed = chain.reduce((value, link) => {
        const { layerName, transformation: its } = partsOf<{ layerName: string; transformation: Transformation }>(link as never);
        return change(this.steps[layerName]!, value, its);
      }, x);
      total = add(total, multiply(changed, getItem(chainMixingWeights, i)));
    }
    return add(multiply(weightSample, x), multiply(subtract(1, weightSample), total));
  }

  override transformImages(images: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    const x = this.floats(images);
    if (!training) return x;
    return clip(
      this.#mixed(x, transformation, (step, value, its) => step.transformImages(value, its)),
      ...this.options.valueRange,
    );
  }

  override transformSegmentationMasks(masks: Tensor, transformation: Transformation, { training = true }: TransformOptions = {}): Tensor {
    if (!training) return masks;
    return this.#mixed(cast(masks, "float32"), transformation, (step, value, its) => step.transformSegmentationMasks(value, its));
  }
}

export interface AugMix extends LayerAttributes<typeof AugMix.options> {}

/**
 * Applies layers one after the other, as one preprocessing layer. Keras: keras.layers.Pipeline
 *
 * ```ts
 * new keras.layers.Pipeline([new keras.layers.Rescaling(2), new keras.layers.ReLU()])([-1, 2]); // [0, 4]
 * ```
 */
export class Pipeline extends Layer<typeof Pipeline.options> {
  static override readonly options = schema(["layers", "name"], {
    layers: list(layerField),
    name: nullable(string()),
  });

  readonly layers = this.options.layers;

  override get convertsInputs(): boolean {
    return false;
  }

  protected override get common() {
    return { name: this.options.name, trainable: true, dtype: commonDtype, activityRegularizer: null } as Layer["common"];
  }

  override build(): void {}

  override call(inputs: never, { training }: { training?: boolean | null } = {}): Tensor {
    const options = training === null || training === undefined ? [] : [{ training }];
    return this.layers.reduce<unknown>((x, layer) => layer(x as Tensor, ...options), inputs) as Tensor;
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), name: this.name };
  }
}

export interface Pipeline extends LayerAttributes<typeof Pipeline.options> {}

registerClasses("keras.layers", { RandAugment, AugMix, Pipeline });
