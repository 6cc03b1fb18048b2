// keras.utils.FeatureSpace: columns of a table, each preprocessed by its kind, as one vector.

import {
  type Config,
  deserializeKerasObject,
  isPlainObject,
  type Json,
  positiveInteger,
  registerClasses,
  serializeKerasObject,
  serializeShared,
} from "../../config/index.js";
import { toCamelCase } from "../../config/names.js";
import { dictionary, list, oneOf, field, invalid } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, didYouMean, StateError, text, ValueError } from "../../core/errors.js";
import { isStrings, isText, Strings, symbolicStrings } from "../../core/strings.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { Dataset } from "../../data/dataset.js";
import type { TensorSpec } from "../../graph/signature.js";
import { concatenate, expandDims, reshape, squeeze } from "../../ops/index.js";
import type { KerasSaveable } from "../../saving/saveable.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Input } from "../core/input-layer.js";
import type { KerasTensor } from "../functional/keras-tensor.js";
import { Layer } from "../layer.js";
import { type Adapted, type AdaptData, inputsOf } from "./adapting.js";
import { CategoryEncoding } from "./category-encoding.js";
import { Discretization } from "./discretization.js";
import { Cross, Feature, kinds } from "./feature.js";
import { HashedCrossing } from "./hashed-crossing.js";
import { Hashing } from "./hashing.js";
import { IndexLookup } from "./index-lookup.js";

/** A feature, the name of a kind ("float_normalized"), or the config of a feature. */
const featureField = field<Feature | string | object, Feature | string>({
  expected: `a feature such as FeatureSpace.floatNormalized(), or one of ${Object.keys(kinds).join(", ")} in Keras's spelling`,
  takesObjects: true,
  parse(value) {
    const feature = isPlainObject(value) ? deserializeKerasObject(value) : value;
    if (feature instanceof Feature) return feature;
    return typeof feature === "string" && Object.hasOwn(kinds, toCamelCase(feature)) ? feature : invalid;
  },
});

/** Names of features that are crossed, or a cross. */
const crossField = field<Cross | readonly string[] | object, Cross | readonly string[]>({
  expected: "an array of names of features, or a FeatureSpace.cross",
  takesObjects: true,
  parse(value) {
    const cross = isPlainObject(value) ? deserializeKerasObject(value) : value;
    if (cross instanceof Cross) return cross;
    return Array.isArray(cross) && cross.length > 1 && cross.every((name) => typeof name === "string") ? (cross as string[]) : invalid;
  },
});

/**
 * The columns of a table as one vector, or as one tensor for each: each feature goes through a preprocessor of its own, categories become
 * one-hot vectors, crosses of categories are hashed.
 *
 * ```ts
 * const space = new keras.utils.FeatureSpace({
 *   features: { age: "float_normalized", city: keras.utils.FeatureSpace.stringCategorical({ numOovIndices: 1 }) },
 * });
 * space.adapt({ age: [20, 40], city: ["Rom", "Bern"] });
 * space({ age: [30], city: ["Bern"] }).array(); // [[0, 0, 0, 1]]
 * ```
 *
 * Features are given by kind ("float", "float_rescaled", "float_normalized", "float_discretized", "integer_categorical",
 * "string_categorical", "integer_hashed", "string_hashed") or made by the functions of the class. `outputMode`: "concat" (default) joins
 * them in the order of their names, crosses last; "dict" gives a record. Keras: keras.utils.FeatureSpace
 */
export class FeatureSpace extends Layer<typeof FeatureSpace.options> {
  static override readonly options = layerOptions.extend(["features", "outputMode", "crosses", "crossingDim", "hashingDim"], {
    features: dictionary(featureField),
    outputMode: oneOf(["concat", "dict"], "concat"),
    crosses: {
      ...list(crossField, []),
      fallback: [],
      parse: (value: unknown, where: string) => list(crossField).parse(value ?? [], where),
    },
    crossingDim: positiveInteger(32),
    hashingDim: positiveInteger(32),
    numDiscretizationBins: positiveInteger(32),
  });

  static readonly float = kinds.float;
  static readonly floatRescaled = kinds.floatRescaled;
  static readonly floatNormalized = kinds.floatNormalized;
  static readonly floatDiscretized = kinds.floatDiscretized;
  static readonly integerCategorical = kinds.integerCategorical;
  static readonly stringCategorical = kinds.stringCategorical;
  static readonly integerHashed = kinds.integerHashed;
  static readonly stringHashed = kinds.stringHashed;
  /** A feature with a preprocessor of one's own. */
  static readonly feature = (...given: ConstructorParameters<typeof Feature>): Feature => new Feature(...given);
  /** Features that are crossed, hashed to `crossingDim` bins. */
  static readonly cross = (...given: ConstructorParameters<typeof Cross>): Cross => new Cross(...given);

  readonly features: Readonly<Record<string, Feature>>;
  readonly crosses: readonly Cross[];
  /** The layer of each feature. */
  readonly preprocessors: Readonly<Record<string, Layer>>;
  readonly crossers: Readonly<Record<string, HashedCrossing>>;
  #inputs: Readonly<Record<string, KerasTensor>> | null = null;
  #encoded: KerasTensor | Readonly<Record<string, KerasTensor>> | null = null;
  #isAdapted = false;

  constructor(...given: ConstructorParameters<typeof Layer<typeof FeatureSpace.options>>) {
    super(...given);
    const { features, crosses, crossingDim } = this.options;
    if (Object.keys(features).length === 0)
      throw new ArgumentError(`${this.name}.features`, { given: "none", expected: "at least one feature" });
    this.features = Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, this.#featureOf(name, feature)]));
    this.crosses = crosses.map((cross) => (cross instanceof Cross ? cross : new Cross({ featureNames: cross, crossingDim })));
    for (const name of this.crosses.flatMap(({ featureNames }) => featureNames)) this.#requireFeature("crosses", name);
    this.preprocessors = Object.fromEntries(Object.entries(this.features).map(([name, { preprocessor }]) => [name, preprocessor]));
    this.crossers = Object.fromEntries(
      this.crosses.map(({ name, crossingDim }) => [name, new HashedCrossing({ numBins: crossingDim, name })]),
    );
  }

  #requireFeature(option: string, name: string): void {
    if (Object.hasOwn(this.features, name)) return;
    const known = Object.keys(this.features);
    const hint = didYouMean(name, known);
    throw new ValueError(`${this.name}.${option}`, {
      given: `the unknown feature ${text(name)}`,
      expected: `features among ${known.join(", ")}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #featureOf(name: string, feature: Feature | string): Feature {
    if (feature instanceof Feature) return feature;
    const { hashingDim, numDiscretizationBins } = this.options;
    const make = kinds[toCamelCase(feature) as keyof typeof kinds] as (options: object) => Feature;
    const sizes =
      feature === "float_discretized" ? { numBins: numDiscretizationBins } : feature.endsWith("hashed") ? { numBins: hashingDim } : {};
    return make({ name, ...sizes });
  }

  /** The features whose preprocessors learn. */
  get #adaptable(): string[] {
    return Object.keys(this.preprocessors).filter((name) => {
      const layer = this.preprocessors[name]! as Layer & { adapt?: unknown };
      const { mean, binBoundaries, vocabulary } = layer.options as unknown as Record<"mean" | "binBoundaries" | "vocabulary", unknown>;
      return typeof layer.adapt === "function" && (mean ?? binBoundaries ?? vocabulary ?? null) === null;
    });
  }

  /**
   * Learns what the features' layers learn, each from its own column.
   *
   * @param data  a Dataset of records, batched or not, or a record of whole columns
   */
  adapt(data: AdaptData): Adapted {
    const where = `${this.name}.adapt`;
    const dataset = data instanceof Dataset ? data : isPlainObject(data) ? Dataset.fromTensorSlices(data as never) : undefined;
    if (!dataset) throw new ArgumentError(where, { given: text(data), expected: "a Dataset of records, or a record of columns" });
    const spec = dataset.elementSpec as Readonly<Record<string, TensorSpec>> | null;
    const batched =
      spec && isPlainObject(spec) && Object.values(spec).every(({ shape }) => shape?.length === 0) ? dataset.batch(32) : dataset;
    let later: Promise<void> | undefined;
    for (const name of this.#adaptable) {
      const column = (batched as Dataset<never>).map((...given: readonly unknown[]) => this.#columnOf(where, given[0], name));
      const layer = this.preprocessors[name] as unknown as { adapt(data: unknown): Adapted };
      if (later) later = later.then(() => layer.adapt(column));
      else {
        const adapted = layer.adapt(column);
        if (adapted instanceof Promise) later = adapted;
      }
    }
    if (later) return later.then(() => this.#finish());
    this.#finish();
  }

  /**
   * Writes the features and what was learned as a `.keras` file, which `keras.models.loadModel` reads. Keras: FeatureSpace.save
   *
   * @throws ArgumentError for a path that does not end in .keras
   */
  async save(path: string): Promise<void> {
    const where = `${this.name}.save`;
    if (typeof path !== "string" || !path.endsWith(".keras"))
      throw new ArgumentError(where, { given: text(path), expected: "a path that ends in .keras" });
    const [{ archiveMembers, writeZip }, { placeOf, write }] = await Promise.all([
      import("../../saving/keras/index.js"),
      import("../../saving/place.js"),
    ]);
    await write(placeOf(path), writeZip(archiveMembers(this as KerasSaveable & this, serializeShared(this), {})));
  }

  #columnOf(where: string, element: unknown, name: string): unknown {
    const record = inputsOf(element);
    if (isPlainObject(record) && name in record) return columnOf(where, record[name]).column;
    throw new ArgumentError(where, {
      given: `an element without ${text(name)}`,
      expected: `records of ${Object.keys(this.features).join(", ")}`,
    });
  }

  #finish(): void {
    this.#isAdapted = true;
    this.#encoded = null;
  }

  #requireAdapted(): void {
    if (this.#isAdapted || this.#adaptable.every((name) => this.#hasLearned(name))) return;
    throw new StateError(this.name, { given: "a call before anything was learned", expected: "a call of adapt(dataset) first" });
  }

  /** Whether a layer has what it would learn: it was restored. */
  #hasLearned(name: string): boolean {
    const layer = this.preprocessors[name]!;
    if (layer instanceof IndexLookup) return layer.vocabulary.tokens !== null;
    return layer instanceof Discretization ? layer.binBoundaries !== null : layer.built;
  }

  override get convertsInputs(): boolean {
    return false;
  }

  protected override get readsStrings(): boolean {
    return true;
  }

  protected override get infersOfStrings(): boolean {
    return true;
  }

  override build(): void {}

  override call(data: Readonly<Record<string, TensorLike>>): Tensor {
    this.#requireAdapted();
    if (!isPlainObject(data)) throw new ArgumentError(this.name, { given: text(data), expected: "a record of columns" });
    for (const name of Object.keys(data)) this.#requireFeature("call", name);
    const columns = new Map<string, unknown>();
    let isOne = false;
    for (const name of Object.keys(this.features)) {
      if (!(name in data))
        throw new ArgumentError(this.name, { given: `a record without ${text(name)}`, expected: Object.keys(this.features).join(", ") });
      const { column, isScalar } = columnOf(`${this.name}.${name}`, data[name]);
      isOne ||= isScalar;
      columns.set(name, column);
    }
    const preprocessed = Object.fromEntries([...columns].map(([name, column]) => [name, this.preprocessors[name]!(column as TensorLike)]));
    const crossed = Object.fromEntries(
      this.crosses.map(({ name, featureNames }) => [name, this.crossers[name]!(featureNames.map((each) => preprocessed[each]!))]),
    );
    const sorted = (record: Readonly<Record<string, Tensor>>) =>
      Object.keys(record)
        .sort()
        .map((name) => [name, record[name]!] as const);
    const encoded = [
      ...sorted(preprocessed).map(
        ([name, x]) => [name, this.#encodedAs(name, x, this.features[name]!.outputMode, this.preprocessors[name]!)] as const,
      ),
      ...sorted(crossed).map(
        ([name, x]) =>
          [name, this.#encodedAs(name, x, this.crosses.find((cross) => cross.name === name)!.outputMode, this.crossers[name]!)] as const,
      ),
    ];
    const result = (x: Tensor): Tensor => (isOne ? squeeze(x, 0) : x);
    if (this.options.outputMode === "dict") return Object.fromEntries(encoded.map(([name, x]) => [name, result(x)])) as unknown as Tensor;
    const raw = encoded.find(([, { dtype }]) => dtype !== "float32");
    if (raw) {
      throw new ValueError(`${this.name}.outputMode`, {
        given: `"concat" with the feature ${text(raw[0])}, which gives ${raw[1].dtype}`,
        expected: "features that are encoded",
        hint: 'Use outputMode "dict", or the feature\'s outputMode "one_hot".',
      });
    }
    return result(concatenate(encoded.map(([, x]) => x), -1)); // prettier-ignore
  }

  readonly #encoders = new Map<string, CategoryEncoding>();

  #encodedAs(name: string, x: Tensor, mode: string, layer: object): Tensor {
    if (mode !== "one_hot") return x;
    if (x.dtype !== "int32") {
      throw new ValueError(`${this.name}.${name}`, {
        given: `${x.dtype} in mode "one_hot"`,
        expected: "whole numbers from its preprocessor",
      });
    }
    const numTokens = this.#categoriesOf(name, layer);
    let encoder = this.#encoders.get(name);
    if (encoder?.options.numTokens !== numTokens)
      this.#encoders.set(name, (encoder = new CategoryEncoding({ numTokens, outputMode: "multi_hot" })));
    return encoder(x);
  }

  #categoriesOf(name: string, layer: object): number {
    if (layer instanceof IndexLookup) return layer.vocabularySize();
    if (layer instanceof Discretization) return layer.options.numBins ?? layer.binBoundaries!.length + 1;
    if (layer instanceof Hashing || layer instanceof HashedCrossing) return layer.options.numBins;
    if (layer instanceof CategoryEncoding) return layer.options.numTokens;
    throw new ValueError(`${this.name}.${name}`, {
      given: 'mode "one_hot" with a layer whose categories are not known',
      expected: 'mode "int"',
    });
  }

  /** Inputs for a functional model, one for each feature: `[batch, 1]`, strings among them. */
  getInputs(): Readonly<Record<string, KerasTensor>> {
    this.#inputs ??= Object.fromEntries(
      Object.entries(this.features).map(([name, { dtype }]) => [name, new Input({ shape: [1], dtype, name })]),
    );
    return this.#inputs;
  }

  /**
   * What the space makes of `getInputs()`, as Keras tensors that a functional model goes on from; it may begin with them, for datasets that
   * the space was applied to. Layers of features are nodes of the model.
   */
  getEncodedFeatures(): KerasTensor | Readonly<Record<string, KerasTensor>> {
    this.#requireAdapted();
    this.#encoded ??= this.call(this.getInputs() as never) as never;
    return this.#encoded!;
  }

  override getConfig(): Record<string, Json> {
    const { outputMode, crossingDim, hashingDim, numDiscretizationBins } = this.options;
    return {
      features: serializeKerasObject(this.features),
      output_mode: outputMode,
      crosses: serializeKerasObject(this.crosses),
      crossing_dim: crossingDim,
      hashing_dim: hashingDim,
      num_discretization_bins: numDiscretizationBins,
    };
  }

  override getBuildConfig(): Config {
    return Object.fromEntries(Object.entries(this.preprocessors).map(([name, layer]) => [name, layer.getBuildConfig()])) as Config;
  }

  override buildFromConfig(config: Config): void {
    for (const [name, each] of Object.entries(config)) {
      const layer = this.preprocessors[name];
      if (layer && !layer.built && each) layer.buildFromConfig(each as Config);
    }
  }
}

export interface FeatureSpace extends LayerAttributes<typeof FeatureSpace.options, "crosses"> {}

/** A column as `[batch, 1]`, and whether it was a single value. */
function columnOf(where: string, value: unknown): { column: unknown; isScalar: boolean } {
  if (isText(value)) {
    const { shape } = value;
    return { column: shape.length < 2 ? symbolicStrings([shape[0] ?? null, 1]) : value, isScalar: shape.length === 0 };
  }
  if (isStrings(value) || value instanceof Strings) {
    const { shape, values } = value instanceof Strings ? value : Strings.of(value, where);
    return { column: shape.length < 2 ? values.map((each) => [each]) : value, isScalar: shape.length === 0 };
  }
  const isWhole = (each: unknown): boolean => (Array.isArray(each) ? each.every(isWhole) : Number.isInteger(each));
  const tensor = value instanceof Chainable ? value.value() : asTensor(value as TensorLike, isWhole(value) ? undefined : "float32");
  if (tensor.rank === 0) return { column: reshape(tensor, [1, 1]), isScalar: true };
  return { column: tensor.rank === 1 ? expandDims(tensor, -1) : tensor, isScalar: false };
}

registerClasses("keras.utils", { FeatureSpace });
