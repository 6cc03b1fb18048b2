// How a model is to be quantized: the config objects of keras.quantizers.

import { boolean, type Config, deserializeKerasObject, type Field, field, fraction, invalid, type Json, type OptionValues, parseOptions, positiveInteger, type Schema, schema, serializeKerasObject } from "../config/index.js"; // prettier-ignore
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { withDefault } from "../config/field.js";
import { AbsMaxQuantizer, Quantizer } from "./quantizer.js";

/** A quantizer, or none. */
const quantizer = (fallback: "default" | null = null): Field<Quantizer | "default" | null, Quantizer | "default" | null, false> =>
  withDefault(
    field<Quantizer | "default" | null, Quantizer | "default" | null>({
      expected: "a quantizer, or null",
      takesObjects: "configs",
      parse(value) {
        if (value === null || value === "default" || value instanceof Quantizer) return value;
        const made = typeof value === "object" ? deserializeKerasObject(value) : value;
        return made instanceof Quantizer ? made : invalid;
      },
      serialize: (value) => serializeKerasObject(value),
    }),
    fallback,
  );

const base = schema([], { weightQuantizer: quantizer(), activationQuantizer: quantizer() });

/** What all configs are: the quantizers of weights and of activations. Keras: keras.quantizers.QuantizationConfig */
export class QuantizationConfig {
  static readonly options: Schema = base;
  readonly options: Readonly<Record<string, unknown>>;

  constructor(...given: readonly unknown[]) {
    this.options = parseOptions<Schema>(this, given) as Readonly<Record<string, unknown>>;
  }

  get weightQuantizer(): Quantizer | null {
    return (this.options["weightQuantizer"] ?? null) as Quantizer | null;
  }

  get activationQuantizer(): Quantizer | null {
    return (this.options["activationQuantizer"] ?? null) as Quantizer | null;
  }

  /** What kind of quantization it asks for. @throws StateError for the base itself */
  get mode(): string {
    throw new StateError("QuantizationConfig.mode", { given: "the base of all configs", expected: "one of its kinds", hint: "Use Int8QuantizationConfig or another." }); // prettier-ignore
  }

  getConfig(): Record<string, Json> {
    const { weightQuantizer, activationQuantizer } = this;
    return { weight_quantizer: serializeKerasObject(weightQuantizer), activation_quantizer: serializeKerasObject(activationQuantizer) };
  }

  static fromConfig<T>(this: new (...given: never[]) => T, config: Config): T {
    const { options } = this as unknown as { options: Schema };
    return new (this as unknown as new (options: object) => T)(options.fromConfig(this.name, config));
  }

  /** The quantizer of weights that a config names, or the one to use else. */
  static weightQuantizerOrDefault<T>(config: QuantizationConfig | null, fallback: T): Quantizer | T {
    return config?.weightQuantizer ?? fallback;
  }

  /** The quantizer of activations of a config, also where that is none, or the one to use without a config. */
  static activationQuantizerOrDefault<T>(config: QuantizationConfig | null, fallback: T): Quantizer | T | null {
    return config ? config.activationQuantizer : fallback;
  }
}

function checkOutput(where: string, { weightQuantizer }: QuantizationConfig): void {
  if (weightQuantizer && weightQuantizer.outputDtype !== "int8")
    throw new ValueError(`${where}.weightQuantizer`, {
      given: `one of outputDtype ${text(weightQuantizer.outputDtype)}`,
      expected: "int8",
    });
}

/**
 * Weights and activations of 8 bits; activations are scaled at each call. `activationQuantizer` "default": an AbsMaxQuantizer.
 *
 * ```ts
 * new keras.quantizers.Int8QuantizationConfig().mode; // "int8"
 * ```
 *
 * Keras: keras.quantizers.Int8QuantizationConfig
 */
export class Int8QuantizationConfig extends QuantizationConfig {
  static override readonly options = schema([], { weightQuantizer: quantizer(), activationQuantizer: quantizer("default") });
  readonly #activations: Quantizer | null;

  constructor(...given: readonly unknown[]) {
    super(...given);
    const { activationQuantizer } = this.options;
    this.#activations = activationQuantizer === "default" ? new AbsMaxQuantizer() : (activationQuantizer as Quantizer | null);
    checkOutput("Int8QuantizationConfig", this);
  }

  override get activationQuantizer(): Quantizer | null {
    return this.#activations;
  }

  override get mode(): string {
    return "int8";
  }
}

const blockSize = withDefault(
  field<number | null, number | null>({
    expected: "a positive integer, −1 or null",
    parse: (value) =>
      value === null || value === -1 || (Number.isInteger(value) && (value as number) > 0) ? (value as number | null) : invalid,
  }),
  128,
);

/**
 * Weights of 4 bits, two in a byte; each `blockSize` of them along the input have a scale and a zero point (−1 or null: each output channel one
 * scale). Activations stay as they are. Keras: keras.quantizers.Int4QuantizationConfig
 */
export class Int4QuantizationConfig extends QuantizationConfig {
  static override readonly options = schema([], { weightQuantizer: quantizer(), activationQuantizer: quantizer("default"), blockSize });

  constructor(...given: readonly unknown[]) {
    super(...given);
    const where = "Int4QuantizationConfig";
    const { weightQuantizer, activationQuantizer } = this;
    if (this.blockSize !== null && this.blockSize > 0 && (weightQuantizer ?? activationQuantizer))
      throw new ArgumentError(where, { given: `quantizers beside blockSize ${this.blockSize}`, expected: "one of them", hint: "blockSize: null lets each channel have its scale." }); // prettier-ignore
    const range = weightQuantizer instanceof AbsMaxQuantizer ? weightQuantizer.valueRange : null;
    if (weightQuantizer && range?.join() !== "-8,7")
      throw new ValueError(`${where}.weightQuantizer`, { given: `one of valueRange ${text(range)}`, expected: "[-8, 7]" });
    checkOutput(where, this);
  }

  get blockSize(): number | null {
    return this.options["blockSize"] as number | null;
  }

  override get activationQuantizer(): Quantizer | null {
    const given = this.options["activationQuantizer"];
    return given === "default" ? null : (given as Quantizer | null);
  }

  override get mode(): string {
    return "int4";
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), block_size: this.blockSize };
  }

  /** Files from before there were blocks have none. */
  static override fromConfig<T>(this: new (...given: never[]) => T, config: Config): T {
    return QuantizationConfig.fromConfig.call(this as never, { block_size: null, ...config }) as T;
  }
}

/** Training that computes as floats of 8 bits would. Keras: keras.quantizers.Float8QuantizationConfig */
export class Float8QuantizationConfig extends QuantizationConfig {
  static override readonly options = schema([], {});

  override get mode(): string {
    return "float8";
  }

  override getConfig(): Record<string, Json> {
    return {};
  }
}

/** Weights that are −1, 0 and 1, five in a byte. Keras: keras.quantizers.TernaryQuantizationConfig */
export class TernaryQuantizationConfig extends QuantizationConfig {
  static override readonly options = schema([], {});

  override get mode(): string {
    return "ternary";
  }

  override getConfig(): Record<string, Json> {
    return {};
  }
}

const anything = () => field<unknown, unknown>({ expected: "data", takesObjects: true, parse: (value) => value, serialize: () => null });
const groupSize = withDefault(
  field<number, number>({
    expected: "a positive integer, or −1 for whole rows",
    parse: (value) => (value === -1 || (Number.isInteger(value) && (value as number) > 0) ? (value as number) : invalid),
  }),
  128,
);
const bitsOf = (...allowed: readonly number[]) =>
  withDefault(
    field<number, number>({
      expected: allowed.join(", "),
      parse: (value) => (allowed.includes(value as number) ? (value as number) : invalid),
    }),
    4,
  );
const structure = () => withDefault(field<unknown, unknown>({ expected: "a structure of layers, or null", takesObjects: true, parse: (value) => value, serialize: () => null }), null); // prettier-ignore

/** A config whose fields are read by their names. */
abstract class CalibratedConfig<S extends Schema> extends QuantizationConfig {
  declare readonly options: OptionValues<S> & Readonly<Record<string, unknown>>;

  /** What `schema` writes; data, the tokenizer and layers are not kept. */
  override getConfig(): Record<string, Json> {
    const { options } = this.constructor as unknown as { options: Schema };
    return { ...options.getConfig(this.options as never), dataset: null, tokenizer: null, quantization_layer_structure: null };
  }

  /** The config as the name of a dtype policy: `gptq/4/128`. */
  dtypePolicyString(): string {
    return `${this.mode}/${String(this.options["weightBits"])}/${String(this.options["groupSize"])}`;
  }
}

const gptq = schema(["dataset", "tokenizer"], {
  dataset: anything(),
  tokenizer: anything(),
  weightBits: bitsOf(2, 3, 4, 8),
  numSamples: positiveInteger(128),
  calibrationBatchSize: positiveInteger(8),
  perChannel: boolean(true),
  sequenceLength: positiveInteger(512),
  hessianDamping: fraction(0.01),
  groupSize,
  symmetric: boolean(false),
  activationOrder: boolean(false),
  quantizationLayerStructure: structure(),
});

/**
 * Weights of few bits, chosen one column after the other so that what a column loses the next ones make up for, by data of the model's kind.
 *
 * ```ts
 * new keras.quantizers.GPTQConfig(["some text"], null, { groupSize: 64 }).dtypePolicyString(); // "gptq/4/64"
 * ```
 *
 * @see Frantar et al., GPTQ, 2022. Keras: keras.quantizers.GPTQConfig
 */
export class GPTQConfig extends CalibratedConfig<typeof gptq> {
  static override readonly options = gptq;

  override get mode(): string {
    return "gptq";
  }
}

const awq = schema(["dataset", "tokenizer"], {
  dataset: anything(),
  tokenizer: anything(),
  weightBits: bitsOf(4),
  numSamples: positiveInteger(128),
  sequenceLength: positiveInteger(512),
  groupSize,
  numGridPoints: positiveInteger(20),
  applyClip: boolean(true),
  quantizationLayerStructure: structure(),
});

/** Weights of 4 bits, where channels that matter most for data of the model's kind are scaled up before. @see Lin et al., AWQ, 2023. Keras: keras.quantizers.AWQConfig */
export class AWQConfig extends CalibratedConfig<typeof awq> {
  static override readonly options = awq;

  override get mode(): string {
    return "awq";
  }
}
