import { text, ValueError } from "../core/errors.js";
import { field, type Field, withDefault } from "./field.js";
import { type Config, isPlainObject, type Json } from "./json.js";
import { registerClasses } from "./registry.js";
import { deserializeKerasObject, serializeKerasObject } from "./serialization.js";
import { floatx } from "./settings.js";

/** The dtypes that a policy can name, and what they are kept as. */
const policies = { float32: "float32", int32: "int32", int64: "int32", uint8: "uint8", bool: "bool" } as const;
export type PolicyDtype = keyof typeof policies;

/** Which dtype a layer computes in and which its variables have. Keras: `keras.DTypePolicy`. */
export class DTypePolicy {
  readonly name: PolicyDtype;

  /** @param name  "float32" unless another is given. @throws ValueError for mixed precision, which needs float16 storage */
  constructor(name: string = floatx()) {
    if (!Object.hasOwn(policies, name)) {
      throw new ValueError("keras.DTypePolicy", { given: text(name), expected: `one of ${Object.keys(policies).join(", ")}` });
    }
    this.name = name as PolicyDtype;
  }

  get computeDtype(): (typeof policies)[PolicyDtype] {
    return policies[this.name];
  }

  get variableDtype(): (typeof policies)[PolicyDtype] {
    return policies[this.name];
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

registerClasses("keras", { DTypePolicy });
registerClasses("keras.dtype_policies", { DTypePolicy });

/** What a `dtype` option takes. */
export type DTypePolicyLike = string | DTypePolicy | null;

/** A `dtype` option that becomes a policy; null is `keras.config.floatx()`. Keras writes it as an object in layers, as a string elsewhere. */
export function dtypePolicy(written: "object" | "string"): Field<DTypePolicyLike, DTypePolicy, false> {
  const inner = field<DTypePolicyLike, DTypePolicy>({
    expected: 'a dtype such as "float32", or a keras.DTypePolicy',
    takesObjects: "configs",
    parse(value, where) {
      if (value === null) return new DTypePolicy();
      if (value instanceof DTypePolicy) return value;
      const policy = isPlainObject(value) ? deserializeKerasObject(value) : typeof value === "string" ? new DTypePolicy(value) : value;
      if (policy instanceof DTypePolicy) return policy;
      throw new ValueError(where, { given: text(value), expected: 'a dtype such as "float32", or a keras.DTypePolicy' });
    },
    serialize: (policy) => (written === "object" ? serializeKerasObject(policy) : policy.name),
  });
  return withDefault(inner, null);
}
