// Dtype policies: which dtype a layer computes in, and which its variables have.

import { asTensor, checkedDtype, type TensorLike } from "../core/convert.js";
import { dtypes, isFloat, keptDtype, type Dtype } from "../core/dtype.js";
import { text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { Chainable } from "../core/tensor.js";
import { cast } from "../ops/elementwise/cast.js";
import type { CustomObjects } from "./custom-objects.js";
import { field, type Field, withDefault } from "./field.js";
import { type Config, isPlainObject, type Json } from "./json.js";
import { classNameOf, registerClasses } from "./registry.js";
import { deserializeKerasObject, serializeKerasObject } from "./serialization.js";
import { floatx } from "./settings.js";

/** The modes of quantization, as Keras names them. */
export const quantizationModes = ["int8", "float8", "int4", "ternary", "gptq", "awq"] as const;
export type QuantizationMode = (typeof quantizationModes)[number];

/** Policies that compute in a half and keep variables in float32. */
const mixed: Readonly<Record<string, Dtype>> = { mixed_float16: "float16", mixed_bfloat16: "bfloat16" };

const EXPECTED = 'a dtype such as "float32", or a keras.DTypePolicy';

/** Names that Keras does not take for a policy, as it writes them. */
const spelled: Readonly<Record<string, string>> = { half: "float16", float: "float32", double: "float64", boolean: "bool" };

/**
 * Which dtype a layer computes in and which its variables have: a dtype for both, or "mixed_float16" and "mixed_bfloat16", under which
 * layers compute in the half and variables are float32. Keras: `keras.DTypePolicy`.
 *
 * ```ts
 * const policy = new keras.DTypePolicy("mixed_float16");
 * policy.computeDtype; // "float16"
 * policy.variableDtype; // "float32"
 * ```
 */
export class DTypePolicy {
  readonly #name: string;
  readonly #computeDtype: Dtype;
  readonly #variableDtype: Dtype;

  /** @param name  that of the default policy unless another is given. @throws ValueError for another name */
  constructor(name: string | null = null) {
    const said = name ?? defaultDtypePolicy().name;
    const given = Object.hasOwn(spelled, said) ? spelled[said]! : said;
    const kept = Object.hasOwn(mixed, given) ? mixed[given] : keptDtype(given);
    if (!kept) {
      const known = [...Object.keys(dtypes), "int64", "float64", ...Object.keys(mixed)];
      throw new ValueError("keras.DTypePolicy", { given: text(given), expected: `one of ${known.join(", ")}` });
    }
    if (given === "float64") checkedDtype(given);
    this.#name = given;
    this.#computeDtype = kept;
    this.#variableDtype = Object.hasOwn(mixed, given) ? "float32" : kept;
  }

  /** What names the policy: "float32", "mixed_bfloat16", "int8_from_float32". */
  get name(): string {
    return this.#name;
  }

  /** The dtype in which layers compute. */
  get computeDtype(): Dtype {
    return this.#computeDtype;
  }

  /** The dtype of variables. */
  get variableDtype(): Dtype {
    return this.#variableDtype;
  }

  /** How weights are kept in fewer bits: "int8", "int4", …; null where they are not. */
  get quantizationMode(): QuantizationMode | null {
    return null;
  }

  /** Which policy the layer at a path has: this one; a map has several. */
  of(_path: string | null): DTypePolicy {
    return this;
  }

  /** x as a layer of this policy takes it: floats of another dtype are cast where `autocast` is on. Keras: convert_input */
  convertInput(x: unknown, autocast: boolean, dtype: string): unknown {
    const wanted = keptDtype(dtype);
    if (wanted === undefined) throw new ValueError("DTypePolicy.convertInput", { given: text(dtype), expected: "a dtype" });
    if (!(x instanceof Chainable) && !Array.isArray(x) && !ArrayBuffer.isView(x)) return x;
    const tensor = asTensor(x as TensorLike);
    return autocast && isFloat(tensor.dtype) && tensor.dtype !== wanted ? cast(tensor, wanted) : tensor;
  }

  getConfig(): Record<string, Json> {
    return { name: this.name };
  }

  static fromConfig(config: Config): DTypePolicy {
    return new DTypePolicy(typeof config["name"] === "string" ? config["name"] : null);
  }

  /** Whether another policy is of the same kind and name. */
  equals(other: unknown): boolean {
    return other instanceof DTypePolicy && other.constructor === this.constructor && other.name === this.name;
  }

  toString(): string {
    return `<${classNameOf(this)} "${this.name}">`;
  }
}

/**
 * The same as DTypePolicy. Keras: keras.FloatDTypePolicy
 *
 * ```ts
 * new keras.FloatDTypePolicy("float32").computeDtype; // "float32"
 * ```
 */
export class FloatDTypePolicy extends DTypePolicy {}

/** A policy that has others by paths: a DTypePolicyMap, which comes with who makes one. */
interface PolicyMap {
  delete(path: string): boolean;
  set(path: string, policy: DTypePolicy): unknown;
}

/** The same policy where it has others by paths, else null. */
export const asPolicyMap = (policy: DTypePolicy): PolicyMap | null => ("set" in policy ? (policy as unknown as PolicyMap) : null);

/** The policy of layers that are given none; null until one was set: then it is `keras.config.floatx()`. */
let ofAll: DTypePolicy | null = null;

/**
 * The policy of layers that are given none. Keras: keras.config.dtype_policy
 *
 * ```ts
 * keras.config.dtypePolicy().name; // "float32"
 * ```
 */
export const defaultDtypePolicy = (): DTypePolicy => ofAll ?? new DTypePolicy(floatx());

/** What makes a policy of a name that begins with a mode of quantization. */
let ofQuantized: ((name: string) => DTypePolicy | undefined) | null = null;

/** Says how names such as "int8_from_float32" are read. */
export function readQuantizedNames(read: (name: string) => DTypePolicy | undefined): void {
  ofQuantized = read;
}

/** The policy of a name. @throws ValueError for one that names none */
const namedPolicy = (name: string): DTypePolicy => ofQuantized?.(name) ?? new DTypePolicy(name);

/**
 * Sets the policy of layers that are given none: a name, or a policy.
 *
 * ```ts
 * keras.config.setDtypePolicy("mixed_float16");
 * new keras.layers.Dense(1).computeDtype; // "float16"
 * keras.config.setDtypePolicy("float32");
 * ```
 *
 * @throws ValueError. Keras: keras.config.set_dtype_policy
 */
export const setDtypePolicy = declare("config.setDtypePolicy(policy)", (policy: string | DTypePolicy): void => {
  if (policy === null) throw new ValueError("config.setDtypePolicy", { given: "null", expected: EXPECTED });
  ofAll = getPolicy(policy);
});

/**
 * The policy that a name, a config or null (the default one) means.
 *
 * ```ts
 * keras.dtypePolicies.get("mixed_bfloat16").computeDtype; // "bfloat16"
 * ```
 *
 * @throws ValueError. Keras: keras.dtype_policies.get
 */
export const getPolicy = declare("dtypePolicies.get(identifier:tree|null)", (identifier: unknown): DTypePolicy => {
  if (identifier === null) return defaultDtypePolicy();
  if (identifier instanceof DTypePolicy) return identifier;
  if (typeof identifier === "string") return namedPolicy(identifier);
  const policy = isPlainObject(identifier) ? deserializeKerasObject(identifier) : identifier;
  if (policy instanceof DTypePolicy) return policy;
  throw new ValueError("dtypePolicies.get", { given: text(identifier), expected: EXPECTED });
});

/**
 * A policy as an object of its class and config. Keras: keras.dtype_policies.serialize
 *
 * ```ts
 * (keras.dtypePolicies.serialize(new keras.DTypePolicy("float32")) as any).config; // {"name": "float32"}
 * ```
 */
export const serializePolicy = declare("dtypePolicies.serialize(dtypePolicy)", (dtypePolicy: DTypePolicy): Json =>
  serializeKerasObject(dtypePolicy),
);

/**
 * The policy that such an object describes.
 *
 * ```ts
 * const json = keras.dtypePolicies.serialize(new keras.DTypePolicy("mixed_float16"));
 * keras.dtypePolicies.deserialize(json as any).computeDtype; // "float16"
 * ```
 *
 * @throws ValueError. Keras: keras.dtype_policies.deserialize
 */
export const deserializePolicy = declare(
  "dtypePolicies.deserialize(config:tree, customObjects:tree=null)",
  (config: Config, customObjects: CustomObjects | null): DTypePolicy => {
    const policy = deserializeKerasObject(config, customObjects === null ? {} : { customObjects });
    if (policy instanceof DTypePolicy) return policy;
    throw new ValueError("dtypePolicies.deserialize", { given: text(config), expected: "the config of a policy" });
  },
);

registerClasses("keras", { DTypePolicy, FloatDTypePolicy });
registerClasses("keras.dtype_policies", { DTypePolicy });

/** What a `dtype` option takes. */
export type DTypePolicyLike = string | DTypePolicy | null;

/** The policy of losses and metrics that are given none: they compute in `keras.config.floatx()` whatever the policy of layers is. */
export const floatxPolicy = (): DTypePolicy => new DTypePolicy(floatx());

/**
 * A `dtype` option that becomes a policy. Keras writes it as an object in layers, as a string elsewhere.
 *
 * @param ofNull  what null means; default: the policy of layers that are given none
 */
export function dtypePolicy(
  written: "object" | "string",
  ofNull: () => DTypePolicy = defaultDtypePolicy,
): Field<DTypePolicyLike, DTypePolicy, false> {
  const inner = field<DTypePolicyLike, DTypePolicy>({
    expected: EXPECTED,
    takesObjects: "configs",
    parse(value, where) {
      if (value === null) return ofNull();
      if (value instanceof DTypePolicy) return value;
      const policy = isPlainObject(value) ? deserializeKerasObject(value) : typeof value === "string" ? namedPolicy(value) : value;
      if (policy instanceof DTypePolicy) return policy;
      throw new ValueError(where, { given: text(value), expected: EXPECTED });
    },
    serialize: (policy) => (written === "object" ? serializeKerasObject(policy) : policy.name),
  });
  return withDefault(inner, null);
}
