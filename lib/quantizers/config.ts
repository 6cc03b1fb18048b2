// What `quantize` is told: the mode, and the quantizers of weights and activations.

import {
  type Config,
  deserializeKerasObject,
  type Json,
  nullable,
  positiveInteger,
  registerClasses,
  schema,
  serializeKerasObject,
} from "../config/index.js";
import type { OptionValues, Options, Schema } from "../config/index.js";
import { parseOptions, schemaOf } from "../config/configured.js";
import { objectFromConfig } from "../config/configured.js";
import { field, invalid, withDefault } from "../config/field.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { quantizationModes, type QuantizationMode } from "../config/dtype-policy.js";
import { AbsMaxQuantizer } from "./abs-max.js";
import { type Quantizer, type QuantizerIdentifier, quantizers } from "./quantizer.js";

export { quantizationModes, type QuantizationMode };

const configOptions = schema(["weightQuantizer", "activationQuantizer"], {
  weightQuantizer: nullable(quantizers.field()),
  activationQuantizer: nullable(quantizers.field()),
});

/**
 * The base of configs of quantization. Keras: keras.quantizers.QuantizationConfig
 *
 * ```ts
 * new keras.quantizers.Int8QuantizationConfig() instanceof keras.quantizers.QuantizationConfig; // true
 * ```
 */
export class QuantizationConfig<S extends Schema = typeof configOptions> {
  static readonly options: Schema = configOptions;
  readonly options: OptionValues<S>;

  constructor(...given: readonly unknown[]) {
    this.options = parseOptions<S>(this, given);
  }

  /** What kind of quantization it asks for. @throws StateError for the base itself */
  get mode(): QuantizationMode {
    throw new StateError("QuantizationConfig.mode", { given: "the base of configs", expected: "the config of a mode" });
  }

  /** What weights are quantized by; null is the mode's own. */
  get weightQuantizer(): Quantizer | null {
    return (this.options as { weightQuantizer?: Quantizer | null }).weightQuantizer ?? null;
  }

  /** What activations are quantized by; null: they are not. */
  get activationQuantizer(): Quantizer | null {
    return (this.options as { activationQuantizer?: Quantizer | null }).activationQuantizer ?? null;
  }

  /** The weight quantizer of a config, or a default. Keras: weight_quantizer_or_default */
  static weightQuantizerOrDefault<T>(config: QuantizationConfig | null, fallback: T): Quantizer | T {
    return config?.weightQuantizer ?? fallback;
  }

  /**
   * The activation quantizer of a config, which may be null, or a default where there is no config. Keras: activation_quantizer_or_default
   */
  static activationQuantizerOrDefault<T>(config: QuantizationConfig | null, fallback: T): Quantizer | null | T {
    return config === null ? fallback : config.activationQuantizer;
  }

  getConfig(): Record<string, Json> {
    return schemaOf(this).getConfig(this.options as never);
  }

  static fromConfig<T>(this: new (...args: never[]) => T, config: Config): T {
    return objectFromConfig(this, config);
  }
}

/** An activation quantizer, where "default" is the mode's own. */
function activationQuantizer(byDefault: () => Quantizer | null) {
  const inner = quantizers.field();
  return withDefault(
    field<"default" | QuantizerIdentifier | null, Quantizer | null>({
      expected: `"default", null, or ${inner.expected}`,
      takesObjects: "configs",
      parse: (value, where) => (value === "default" ? byDefault() : value === null ? null : inner.parse(value, where)),
      serialize: (value) => (value === null ? null : (inner.serialize(value) ?? null)),
    }),
    "default",
  );
}

function checkInt8(where: string, quantizer: Quantizer | null): void {
  if (quantizer !== null && quantizer.outputDtype !== "int8")
    throw new ValueError(`${where}.weightQuantizer`, { given: `a quantizer to ${quantizer.outputDtype}`, expected: "one to int8" });
}

/**
 * Weights and activations as int8, products in int32. Keras: keras.quantizers.Int8QuantizationConfig
 *
 * ```ts
 * new keras.quantizers.Int8QuantizationConfig().mode; // "int8"
 * ```
 */
export class Int8QuantizationConfig extends QuantizationConfig<typeof Int8QuantizationConfig.options> {
  static override readonly options = schema(["weightQuantizer", "activationQuantizer"], {
    weightQuantizer: nullable(quantizers.field()),
    activationQuantizer: activationQuantizer(() => new AbsMaxQuantizer()),
  });

  constructor(...given: readonly unknown[]) {
    super(...given);
    checkInt8("Int8QuantizationConfig", this.weightQuantizer);
  }

  override get mode() {
    return "int8" as const;
  }
}

/** Blocks of rows that share a scale: a positive integer; -1 and null are one for each column. */
const blockSize = withDefault(
  field<number | null>({
    expected: "a positive integer, -1 or null",
    parse: (value) =>
      value === null || value === -1 || (Number.isInteger(value) && (value as number) > 0) ? (value as number | null) : invalid,
  }),
  128,
);

/**
 * Weights of 4 bits, two in a byte, in blocks with a scale and a zero point each. Keras: keras.quantizers.Int4QuantizationConfig
 *
 * ```ts
 * new keras.quantizers.Int4QuantizationConfig({ blockSize: 64 }).mode; // "int4"
 * ```
 */
export class Int4QuantizationConfig extends QuantizationConfig<typeof Int4QuantizationConfig.options> {
  static override readonly options = schema(["weightQuantizer", "activationQuantizer", "blockSize"], {
    weightQuantizer: nullable(quantizers.field()),
    activationQuantizer: activationQuantizer(() => null),
    blockSize,
  });

  constructor(...given: readonly unknown[]) {
    super(...given);
    const { weightQuantizer, blockSize } = this;
    if (blockSize !== null && blockSize > 0 && (weightQuantizer || this.activationQuantizer))
      throw new ArgumentError("Int4QuantizationConfig", {
        given: `quantizers beside a blockSize of ${blockSize}`,
        expected: "a blockSize of -1 or null where there are quantizers",
      });
    if (!weightQuantizer) return;
    const { valueRange } = weightQuantizer.options as unknown as { valueRange?: readonly number[] };
    if (text(valueRange) !== "[-8, 7]")
      throw new ValueError("Int4QuantizationConfig.weightQuantizer", {
        given: `a quantizer to ${text(valueRange)}`,
        expected: "one to [-8, 7]",
      });
    checkInt8("Int4QuantizationConfig", weightQuantizer);
  }

  override get mode() {
    return "int4" as const;
  }

  get blockSize(): number | null {
    return this.options.blockSize;
  }
}

const noOptions = schema([], {});

/**
 * Keras's training in float8, which has no kernels here: `quantize` refuses it. Keras: keras.quantizers.Float8QuantizationConfig
 *
 * ```ts
 * new keras.quantizers.Float8QuantizationConfig().mode; // "float8"
 * ```
 */
export class Float8QuantizationConfig extends QuantizationConfig<typeof noOptions> {
  static override readonly options = noOptions;
  override get mode() {
    return "float8" as const;
  }
}

/**
 * Weights of −1, 0 and 1, five in a byte. Keras: keras.quantizers.TernaryQuantizationConfig
 *
 * ```ts
 * new keras.quantizers.TernaryQuantizationConfig().mode; // "ternary"
 * ```
 */
export class TernaryQuantizationConfig extends QuantizationConfig<typeof noOptions> {
  static override readonly options = noOptions;
  override get mode() {
    return "ternary" as const;
  }
}

/** A field that takes a config of quantization, or null. */
export const quantizationConfig = withDefault(
  field<QuantizationConfig | null | { readonly [key: string]: unknown }, QuantizationConfig | null>({
    expected: "a keras.quantizers.QuantizationConfig, or null",
    takesObjects: "configs",
    parse(value) {
      if (value === null || value instanceof QuantizationConfig) return value;
      const made = typeof value === "object" ? deserializeKerasObject(value) : value;
      return made instanceof QuantizationConfig ? made : invalid;
    },
    serialize: (value) => (value === null ? null : serializeKerasObject(value)),
  }),
  null,
);

const byDefault: Readonly<Partial<Record<QuantizationMode, new () => QuantizationConfig>>> = {
  int8: Int8QuantizationConfig as never,
  int4: Int4QuantizationConfig as never,
  float8: Float8QuantizationConfig as never,
  ternary: TernaryQuantizationConfig as never,
};

/** The config that a mode, a config, or both of them mean. @throws ValueError where they contradict, or a mode needs a config */
export function resolveQuantization(where: string, mode: string | null, config: QuantizationConfig | null): QuantizationConfig {
  if (mode !== null && !(quantizationModes as readonly string[]).includes(mode))
    throw new ValueError(`${where}.mode`, {
      given: text(mode),
      expected: `one of ${quantizationModes.map((each) => text(each)).join(", ")}`,
    });
  if (config !== null && !(config instanceof QuantizationConfig))
    throw new ValueError(`${where}.config`, { given: text(config), expected: "a keras.quantizers.QuantizationConfig" });
  if (config === null) {
    if (mode === null) throw new ValueError(where, { given: "neither mode nor config", expected: "one of them" });
    const Default = byDefault[mode as QuantizationMode];
    if (Default) return new Default();
    throw new ValueError(`${where}.config`, {
      given: `none for ${text(mode)}`,
      expected: `a keras.quantizers.${mode.toUpperCase()}Config, which names the data for calibration`,
    });
  }
  if (mode !== null && config.mode !== mode)
    throw new ValueError(where, { given: `mode ${text(mode)} and a config of ${text(config.mode)}`, expected: "the same mode" });
  return config;
}

registerClasses("keras.quantizers", {
  QuantizationConfig,
  Int8QuantizationConfig,
  Int4QuantizationConfig,
  Float8QuantizationConfig,
  TernaryQuantizationConfig,
});
