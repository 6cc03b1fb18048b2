// What a FeatureSpace is made of: features with their preprocessors, and crosses of features.

import {
  type Arguments,
  type Config,
  field,
  invalid,
  isPlainObject,
  type Json,
  list,
  nonNegativeInteger,
  nullable,
  number,
  oneOf,
  type OptionValues,
  positiveInteger,
  registerClasses,
  schema,
  serializeKerasObject,
  string,
  deserializeKerasObject,
  uniqueName,
} from "../../config/index.js";
import { toSnakeCase } from "../../config/names.js";
import type { Tensor } from "../../core/tensor.js";
import { Layer } from "../layer.js";
import { Rescaling } from "./rescaling.js";
import { Discretization } from "./discretization.js";
import { Hashing } from "./hashing.js";
import { IntegerLookup } from "./integer-lookup.js";
import { Normalization } from "./normalization.js";
import { StringLookup } from "./string-lookup.js";

/** A layer that leaves numbers as they are. */
export class TFDIdentity extends Layer {
  override call(x: Tensor): Tensor {
    return x;
  }
}

const preprocessor = field<Layer | object, Layer>({
  expected: "a layer",
  takesObjects: true,
  parse(value) {
    const layer = isPlainObject(value) ? deserializeKerasObject(value) : value;
    return layer instanceof Layer ? (layer as unknown as Layer) : invalid;
  },
  serialize: (layer) => serializeKerasObject(layer),
});

/** A column of a table: the dtype of its values, the layer that makes numbers of them, and what is done with these. */
export class Feature {
  static readonly options = schema(["dtype", "preprocessor", "outputMode"], {
    dtype: string(),
    preprocessor,
    outputMode: oneOf(["int", "one_hot", "float"]),
  });
  readonly dtype: string;
  readonly preprocessor: Layer;
  readonly outputMode: "int" | "one_hot" | "float";

  constructor(...given: Arguments<typeof Feature.options>) {
    ({ dtype: this.dtype, preprocessor: this.preprocessor, outputMode: this.outputMode } = Feature.options.parse("Feature", given));
  }

  getConfig(): Record<string, Json> {
    return Feature.options.getConfig(this);
  }

  static fromConfig(config: Config): Feature {
    return new Feature(Feature.options.fromConfig("Feature", config) as never);
  }
}

/** Features that count together. */
export class Cross {
  static readonly options = schema(["featureNames", "crossingDim"], {
    featureNames: list(string()),
    crossingDim: positiveInteger(),
    outputMode: oneOf(["int", "one_hot"], "one_hot"),
  });
  readonly featureNames: readonly string[];
  readonly crossingDim: number;
  readonly outputMode: "int" | "one_hot";

  constructor(...given: Arguments<typeof Cross.options>) {
    ({ featureNames: this.featureNames, crossingDim: this.crossingDim, outputMode: this.outputMode } = Cross.options.parse("Cross", given));
  }

  get name(): string {
    return this.featureNames.join("_X_");
  }

  getConfig(): Record<string, Json> {
    return Cross.options.getConfig(this as never);
  }

  static fromConfig(config: Config): Cross {
    return new Cross(Cross.options.fromConfig("Cross", config) as never);
  }
}

const named = { name: nullable(string()) };
const encoded = { ...named, outputMode: oneOf(["one_hot", "int"], "one_hot") };
const lookup = { ...encoded, maxTokens: nullable(positiveInteger()), numOovIndices: nonNegativeInteger(1) };

const options = {
  float: schema([], named),
  floatRescaled: schema([], { ...named, scale: number(1), offset: number(0) }),
  floatNormalized: schema([], named),
  floatDiscretized: schema(["numBins"], { ...encoded, numBins: nullable(positiveInteger()), binBoundaries: nullable(list(number())) }),
  integerCategorical: schema([], lookup),
  stringCategorical: schema([], lookup),
  integerHashed: schema(["numBins"], { ...encoded, numBins: positiveInteger() }),
  stringHashed: schema(["numBins"], { ...encoded, numBins: positiveInteger() }),
};

type Kind = keyof typeof options;
type Maker<K extends Kind> = (...given: Arguments<(typeof options)[K]>) => Feature;

/** A function that makes features of a kind; `make` gets its checked options and the name of the preprocessor. */
function kind<K extends Kind>(name: K, make: (given: OptionValues<(typeof options)[K]>, layer: { name: string }) => Feature): Maker<K> {
  return (...given) => {
    const values = options[name].parse(`FeatureSpace.${name}`, given) as OptionValues<(typeof options)[K]> & {
      readonly name: string | null;
    };
    return make(values, { name: `${values.name ?? uniqueName(toSnakeCase(name))}_preprocessor` });
  };
}

/** How features of each kind are made. */
export const kinds: { readonly [K in Kind]: Maker<K> } = {
  float: kind("float", (_, layer) => new Feature("float32", new TFDIdentity({ ...layer, dtype: "float32" }), "float")),
  floatRescaled: kind(
    "floatRescaled",
    ({ scale, offset }, layer) => new Feature("float32", new Rescaling({ scale, offset, ...layer }), "float"),
  ),
  floatNormalized: kind("floatNormalized", (_, layer) => new Feature("float32", new Normalization({ axis: -1, ...layer }), "float")),
  floatDiscretized: kind(
    "floatDiscretized",
    ({ numBins, binBoundaries, outputMode }, layer) =>
      new Feature("float32", new Discretization({ numBins, binBoundaries, ...layer }), outputMode),
  ),
  integerCategorical: kind(
    "integerCategorical",
    ({ maxTokens, numOovIndices, outputMode }, layer) =>
      new Feature("int32", new IntegerLookup({ maxTokens, numOovIndices, ...layer }), outputMode),
  ),
  stringCategorical: kind(
    "stringCategorical",
    ({ maxTokens, numOovIndices, outputMode }, layer) =>
      new Feature("string", new StringLookup({ maxTokens, numOovIndices, ...layer }), outputMode),
  ),
  integerHashed: kind(
    "integerHashed",
    ({ numBins, outputMode }, layer) => new Feature("int32", new Hashing({ numBins, ...layer }), outputMode),
  ),
  stringHashed: kind(
    "stringHashed",
    ({ numBins, outputMode }, layer) => new Feature("string", new Hashing({ numBins, ...layer }), outputMode),
  ),
};

registerClasses("keras.src.layers.preprocessing.feature_space", { TFDIdentity, Feature, Cross });
