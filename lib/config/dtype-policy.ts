// Dtype policies: which dtype a layer computes in, and which its variables have.

import { dtypes, keptDtype, type Dtype } from "../core/dtype.js";
import { text, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import type { CustomObjects } from "./custom-objects.js";
import { field, type Field, withDefault } from "./field.js";
import { type Config, isPlainObject, type Json } from "./json.js";
import { registerClasses } from "./registry.js";
import { deserializeKerasObject, serializeKerasObject } from "./serialization.js";
import { floatx } from "./settings.js";

/** Policies that compute in a half and keep variables in float32. */
const mixed: Readonly<Record<string, Dtype>> = { mixed_float16: "float16", mixed_bfloat16: "bfloat16" };

/**
 * Which dtype a layer computes in and which its variables have: a dtype for both, or "mixed_float16" and "mixed_bfloat16", under which
 * layers compute in the half and variables are float32. Keras: `keras.DTypePolicy`.
 */
export class DTypePolicy {
  readonly name: string;
  readonly computeDtype: Dtype;
  readonly variableDtype: Dtype;

  /** @param name  "float32" unless another is given. @throws ValueError for another name */
  constructor(name: string = floatx()) {
    const kept = Object.hasOwn(mixed, name) ? mixed[name] : keptDtype(name);
    if (!kept) {
      const known = [...Object.keys(dtypes), "int64", "float64", ...Object.keys(mixed)];
      throw new ValueError("keras.DTypePolicy", { given: text(name), expected: `one of ${known.join(", ")}` });
    }
    this.name = name;
    this.computeDtype = kept;
    this.variableDtype = Object.hasOwn(mixed, name) ? "float32" : kept;
  }

  getConfig(): Record<string, Json> {
    return { name: this.name };
  }

  static fromConfig(config: Config): DTypePolicy {
    return new DTypePolicy(typeof config["name"] === "string" ? config["name"] : floatx());
  }

  toString(): string {
    return `<DTypePolicy "${this.name}">`;
  }
}

/** The same as DTypePolicy. Keras: keras.FloatDTypePolicy */
export class FloatDTypePolicy extends DTypePolicy {}

/** The policy of layers that are given none; null until one was set: then it is `keras.config.floatx()`. */
let ofAll: DTypePolicy | null = null;

/** The policy of layers that are given none. Keras: keras.config.dtype_policy */
export const defaultDtypePolicy = (): DTypePolicy => ofAll ?? new DTypePolicy();

/** Sets the policy of layers that are given none: a name, or a policy. @throws ValueError. Keras: keras.config.set_dtype_policy */
export const setDtypePolicy = declare("config.setDtypePolicy(policy)", (policy: string | DTypePolicy): void => {
  ofAll = getPolicy(policy);
});

/** The policy that a name, a config or null (the default one) means. @throws ValueError. Keras: keras.dtype_policies.get */
export const getPolicy = declare("dtypePolicies.get(identifier:tree|null)", (identifier: unknown): DTypePolicy => {
  if (identifier === null) return defaultDtypePolicy();
  if (identifier instanceof DTypePolicy) return identifier;
  if (typeof identifier === "string") return new DTypePolicy(identifier);
  const policy = isPlainObject(identifier) ? deserializeKerasObject(identifier) : identifier;
  if (policy instanceof DTypePolicy) return policy;
  throw new ValueError("dtypePolicies.get", { given: text(identifier), expected: 'a dtype such as "float32", or a keras.DTypePolicy' });
});

/** A policy as an object of its class and config. Keras: keras.dtype_policies.serialize */
export const serializePolicy = declare("dtypePolicies.serialize(dtypePolicy)", (dtypePolicy: DTypePolicy): Json =>
  serializeKerasObject(dtypePolicy),
);

/** The policy that such an object describes. @throws ValueError. Keras: keras.dtype_policies.deserialize */
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

/** A `dtype` option that becomes a policy; null is `keras.config.floatx()`. Keras writes it as an object in layers, as a string elsewhere. */
export function dtypePolicy(written: "object" | "string"): Field<DTypePolicyLike, DTypePolicy, false> {
  const inner = field<DTypePolicyLike, DTypePolicy>({
    expected: 'a dtype such as "float32", or a keras.DTypePolicy',
    takesObjects: "configs",
    parse(value, where) {
      if (value === null) return defaultDtypePolicy();
      if (value instanceof DTypePolicy) return value;
      const policy = isPlainObject(value) ? deserializeKerasObject(value) : typeof value === "string" ? new DTypePolicy(value) : value;
      if (policy instanceof DTypePolicy) return policy;
      throw new ValueError(where, { given: text(value), expected: 'a dtype such as "float32", or a keras.DTypePolicy' });
    },
    serialize: (policy) => (written === "object" ? serializeKerasObject(policy) : policy.name),
  });
  return withDefault(inner, null);
}
