// Dtype policies of layers whose weights are kept in fewer bits: "int8_from_float32", "int4/128_from_mixed_bfloat16".

import { checkOptions } from "../core/options.js";
import { text, ValueError } from "../core/errors.js";
import { type Config, type Json } from "./json.js";
import { DTypePolicy, quantizationModes, type QuantizationMode, readQuantizedNames } from "./dtype-policy.js";
import { registerClasses } from "./registry.js";

/** What policies of quantized layers take beside the mode. */
export interface QuantizedOptions {
  /** The policy that the layer had before; null is the default one. */
  readonly sourceName?: string | null;
}

/** How a mode is written: its name, then numbers. */
interface Form {
  readonly mode: QuantizationMode;
  /** What the numbers behind the name are. */
  readonly numbers: readonly ((value: number) => boolean)[];
  readonly expected: string;
}

const isSize = (value: number): boolean => value === -1 || (Number.isInteger(value) && value > 0);

/** The numbers of a mode such as "gptq/4/128". @throws ValueError */
function numbersOf(where: string, given: string, { mode, numbers, expected }: Form): number[] {
  const [name, ...parts] = (typeof given === "string" ? given : "").split("/");
  const values = parts.map((part) => (part === "None" ? -1 : part.trim() === "" ? NaN : Number(part)));
  if (name === mode && values.length === numbers.length && numbers.every((accepts, i) => accepts(values[i]!))) return values;
  throw new ValueError(`${where}.mode`, { given: text(given), expected });
}

/**
 * The policy of a quantized layer: a mode, and the policy that the layer had before. Keras: keras.dtype_policies.QuantizedDTypePolicy
 *
 * ```ts
 * new keras.dtypePolicies.QuantizedDTypePolicy("int8", { sourceName: "float32" }).name; // "int8_from_float32"
 * ```
 */
export class QuantizedDTypePolicy extends DTypePolicy {
  /** The options there are. */
  static readonly optionNames: readonly string[] = ["sourceName"];
  readonly #mode: QuantizationMode;
  readonly #sourceName: string;

  /** @throws ValueError for another mode, or int8 beside float16, whose range its sums exceed */
  constructor(mode: string, options: QuantizedOptions = {}) {
    super(options?.sourceName ?? null);
    checkOptions(new.target.name, [options], 0, new.target.optionNames);
    this.#sourceName = super.name;
    if (!(quantizationModes as readonly string[]).includes(mode))
      throw new ValueError("QuantizedDTypePolicy.mode", { given: text(mode), expected: `one of ${quantizationModes.join(", ")}` });
    if (mode === "int8" && this.computeDtype === "float16")
      throw new ValueError("QuantizedDTypePolicy", {
        given: `"int8" from ${text(this.#sourceName)}`,
        expected: "a policy that computes in another dtype than float16",
      });
    this.#mode = mode as QuantizationMode;
  }

  /** The mode with its numbers, as names and configs have it. */
  protected get fullMode(): string {
    return this.#mode;
  }

  override get name(): string {
    return `${this.fullMode}_from_${this.#sourceName}`;
  }

  override get quantizationMode(): QuantizationMode | null {
    return this.#mode;
  }

  override getConfig(): Record<string, Json> {
    return { mode: this.fullMode, source_name: this.#sourceName };
  }

  static override fromConfig(config: Config): DTypePolicy {
    const { mode, source_name: sourceName, ...rest } = config;
    const options = { sourceName, ...("amax_history_length" in rest && { amaxHistoryLength: rest["amax_history_length"] }) };
    return new (this as unknown as new (mode: unknown, options: object) => DTypePolicy)(mode, options);
  }
}

/**
 * Weights of 4 bits in blocks of rows: "int4/128"; -1 is one block. Keras: keras.dtype_policies.Int4DTypePolicy
 *
 * ```ts
 * new keras.dtypePolicies.Int4DTypePolicy("int4/64", { sourceName: "float32" }).blockSize; // 64
 * ```
 */
export class Int4DTypePolicy extends QuantizedDTypePolicy {
  readonly blockSize: number;

  constructor(mode: string, options: QuantizedOptions = {}) {
    const [blockSize] = numbersOf("Int4DTypePolicy", mode, {
      mode: "int4",
      numbers: [isSize],
      expected: '"int4/<blockSize>", a positive integer or -1',
    });
    super("int4", options);
    this.blockSize = blockSize!;
  }

  protected override get fullMode(): string {
    return `int4/${this.blockSize}`;
  }
}

/**
 * Weights of 2, 3, 4 or 8 bits by GPTQ: "gptq/4/128"; a group of -1 is all rows. Keras: keras.dtype_policies.GPTQDTypePolicy
 *
 * ```ts
 * new keras.dtypePolicies.GPTQDTypePolicy("gptq/4/128", { sourceName: "float32" }).weightBits; // 4
 * ```
 */
export class GPTQDTypePolicy extends QuantizedDTypePolicy {
  readonly weightBits: number;
  readonly groupSize: number;

  constructor(mode: string, options: QuantizedOptions = {}) {
    const isBits = (value: number): boolean => [2, 3, 4, 8].includes(value);
    const [weightBits, groupSize] = numbersOf("GPTQDTypePolicy", mode, {
      mode: "gptq",
      numbers: [isBits, isSize],
      expected: '"gptq/<weightBits>/<groupSize>" with 2, 3, 4 or 8 bits',
    });
    super("gptq", options);
    this.weightBits = weightBits!;
    this.groupSize = groupSize!;
  }

  protected override get fullMode(): string {
    return `gptq/${this.weightBits}/${this.groupSize}`;
  }
}

/**
 * Weights of 4 bits by AWQ: "awq/4/128". Keras: keras.dtype_policies.AWQDTypePolicy
 *
 * ```ts
 * new keras.dtypePolicies.AWQDTypePolicy("awq/4/128", { sourceName: "float32" }).groupSize; // 128
 * ```
 */
export class AWQDTypePolicy extends QuantizedDTypePolicy {
  readonly weightBits: number;
  readonly groupSize: number;

  constructor(mode: string, options: QuantizedOptions = {}) {
    const [weightBits, groupSize] = numbersOf("AWQDTypePolicy", mode, {
      mode: "awq",
      numbers: [(value) => value === 4, isSize],
      expected: '"awq/4/<groupSize>"',
    });
    super("awq", options);
    this.weightBits = weightBits!;
    this.groupSize = groupSize!;
  }

  protected override get fullMode(): string {
    return `awq/${this.weightBits}/${this.groupSize}`;
  }
}

/**
 * Weights of −1, 0 and 1. Keras: keras.dtype_policies.TernaryDTypePolicy
 *
 * ```ts
 * new keras.dtypePolicies.TernaryDTypePolicy("ternary", { sourceName: "float32" }).name; // "ternary_from_float32"
 * ```
 */
export class TernaryDTypePolicy extends QuantizedDTypePolicy {}

/**
 * Keras's training in float8; layers refuse it. Keras: keras.dtype_policies.QuantizedFloat8DTypePolicy
 *
 * ```ts
 * new keras.dtypePolicies.QuantizedFloat8DTypePolicy("float8", { sourceName: "float32" }).name; // "float8_from_float32"
 * ```
 */
export class QuantizedFloat8DTypePolicy extends QuantizedDTypePolicy {
  static override readonly optionNames = ["sourceName", "amaxHistoryLength"];
  readonly amaxHistoryLength: number;

  constructor(mode: string, options: QuantizedOptions & { readonly amaxHistoryLength?: number } = {}) {
    super(mode, options);
    const { amaxHistoryLength = 1024 } = options;
    if (!Number.isInteger(amaxHistoryLength) || amaxHistoryLength <= 0)
      throw new ValueError("QuantizedFloat8DTypePolicy.amaxHistoryLength", {
        given: text(amaxHistoryLength),
        expected: "a positive integer",
      });
    this.amaxHistoryLength = amaxHistoryLength;
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), amax_history_length: this.amaxHistoryLength };
  }
}

readQuantizedNames((name) => {
  if (!quantizationModes.some((mode) => name.startsWith(mode))) return undefined;
  const [mode, sourceName, ...more] = name.split("_from_");
  if (sourceName === undefined || more.length > 0)
    throw new ValueError("dtypePolicies.get", { given: text(name), expected: 'a mode and the policy before it, as "int8_from_float32"' });
  const Policy =
    mode!.startsWith("gptq") ? GPTQDTypePolicy
    : mode!.startsWith("awq") ? AWQDTypePolicy
    : mode!.startsWith("int4/") ? Int4DTypePolicy
    : mode === "ternary" ? TernaryDTypePolicy
    : mode === "float8" ? QuantizedFloat8DTypePolicy
    : QuantizedDTypePolicy; // prettier-ignore
  return new Policy(mode!, { sourceName });
});

registerClasses("keras.dtype_policies", {
  QuantizedDTypePolicy,
  Int4DTypePolicy,
  GPTQDTypePolicy,
  AWQDTypePolicy,
  TernaryDTypePolicy,
  QuantizedFloat8DTypePolicy,
});
