// Which dtype policy the layer at a path has.

import { checkOptions } from "../core/options.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import type { Dtype } from "../core/dtype.js";
import { defaultDtypePolicy, DTypePolicy, getPolicy, type QuantizationMode } from "./dtype-policy.js";
import { type Config, isPlainObject, type Json } from "./json.js";
import { registerClasses } from "./registry.js";
import { deserializeKerasObject, serializeKerasObject } from "./serialization.js";

/** What names a policy. */
type PolicyLike = string | DTypePolicy;

/** The class that quantized policies extend cannot be imported here; they say which policy they were made from. */
const hasSource = (config: Record<string, Json>): boolean => "source_name" in config;

/**
 * Policies by the paths of layers. A path has the policy that is written for it, else that of the one pattern (a regular expression for the
 * whole path) that fits it, else the default one.
 *
 * ```ts
 * const policies = new keras.dtypePolicies.DTypePolicyMap({ policyMap: { "encoder/.*": "bfloat16" } });
 * policies.get("encoder/dense").name; // "bfloat16"
 * ```
 *
 * Keras: keras.dtype_policies.DTypePolicyMap
 */
export class DTypePolicyMap extends DTypePolicy implements Iterable<string> {
  /** As it was given: a name is written as such. */
  readonly #given: PolicyLike | null;
  readonly #default: DTypePolicy | null;
  readonly #policies = new Map<string, DTypePolicy>();

  /** @param options.defaultPolicy  that of other paths; null is `keras.config.dtypePolicy()` whenever it is asked for */
  constructor(options: { defaultPolicy?: PolicyLike | null; policyMap?: Readonly<Record<string, PolicyLike>> | null } = {}) {
    checkOptions("DTypePolicyMap", arguments, 0, ["defaultPolicy", "policyMap"]);
    const { defaultPolicy = null, policyMap = null } = options;
    if (defaultPolicy instanceof DTypePolicyMap)
      throw new ValueError("DTypePolicyMap.defaultPolicy", { given: "a DTypePolicyMap", expected: "a policy that is no map" });
    super(null);
    if (policyMap !== null && !isPlainObject(policyMap))
      throw new ArgumentError("DTypePolicyMap.policyMap", { given: text(policyMap), expected: "policies by paths, in an object" });
    this.#given = defaultPolicy;
    this.#default = defaultPolicy === null ? null : getPolicy(defaultPolicy);
    for (const [path, policy] of Object.entries(policyMap ?? {})) this.set(path, policy);
  }

  override get name(): string {
    return `map_${this.defaultPolicy.name}`;
  }

  /** The policy of paths that nothing is written for. */
  get defaultPolicy(): DTypePolicy {
    return this.#default ?? defaultDtypePolicy();
  }

  override get computeDtype(): Dtype {
    return this.defaultPolicy.computeDtype;
  }

  override get variableDtype(): Dtype {
    return this.defaultPolicy.variableDtype;
  }

  override get quantizationMode(): QuantizationMode | null {
    return this.defaultPolicy.quantizationMode;
  }

  override of(path: string | null): DTypePolicy {
    return path === null ? this.defaultPolicy : this.get(path);
  }

  /** The policy of a path. @throws ValueError where several patterns fit it */
  get(path: string): DTypePolicy {
    const exact = this.#policies.get(path);
    if (exact) return exact;
    const fitting = [...this.#policies.keys()].filter((pattern) => matchesWhole(pattern, path));
    if (fitting.length > 1)
      throw new ValueError("DTypePolicyMap.get", {
        given: text(path),
        expected: `a path that one pattern fits; ${fitting.map((each) => text(each)).join(" and ")} do`,
      });
    return fitting.length === 1 ? this.#policies.get(fitting[0]!)! : this.defaultPolicy;
  }

  /** Writes the policy of a path or pattern. @throws ValueError where there is one already */
  set(path: string, policy: PolicyLike): this {
    if (this.#policies.has(path))
      throw new ValueError("DTypePolicyMap.set", { given: `${text(path)} again`, expected: "each path once", hint: "Delete it first." });
    this.#policies.set(path, getPolicy(policy));
    return this;
  }

  delete(path: string): boolean {
    return this.#policies.delete(path);
  }

  /** Whether something is written for exactly this path. */
  has(path: string): boolean {
    return this.#policies.has(path);
  }

  get size(): number {
    return this.#policies.size;
  }

  /** The paths and patterns. */
  keys(): IterableIterator<string> {
    return this.#policies.keys();
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.keys();
  }

  /**
   * Without a default policy of its own, policies are written without what they come from: that is then the default where they are read.
   */
  override getConfig(): Record<string, Json> {
    const written = [...this.#policies].map(([path, policy]) => {
      const json = serializeKerasObject(policy) as { config: Record<string, Json> };
      if (this.#default) return [path, json] as const;
      const open = hasSource(json.config) ? { ...json.config, source_name: null } : { ...json.config, name: null };
      return [path, { ...json, config: open }] as const;
    });
    return {
      default_policy: this.#default && (typeof this.#given === "string" ? this.#given : serializeKerasObject(this.#default)),
      policy_map: Object.fromEntries(written) as Json,
    };
  }

  static override fromConfig(config: Config): DTypePolicyMap {
    const { default_policy: defaultPolicy = null, policy_map: policyMap = null } = config;
    const read = (value: unknown) => (isPlainObject(value) ? deserializeKerasObject(value) : value);
    return new DTypePolicyMap({
      defaultPolicy: read(defaultPolicy) as PolicyLike | null,
      policyMap: read(policyMap) as Record<string, PolicyLike> | null,
    });
  }
}

/** Whether a regular expression fits a whole path. @throws ValueError for one that is none */
function matchesWhole(pattern: string, path: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(path);
  } catch (cause) {
    throw new ValueError("DTypePolicyMap", { given: text(pattern), expected: "a path, or a regular expression for one", cause });
  }
}

registerClasses("keras.dtype_policies", { DTypePolicyMap });
