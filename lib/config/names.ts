// The only mapping between Keras's snake_case and our camelCase. It maps keys, never values, and it is driven by schemas:
// dictionaries and names that a user chose pass untouched.

/**
 * Keys in which Keras sets a digit apart. No rule gets both `beta_1` and `l1` right: going to camelCase is regular,
 * coming back is not.
 */
const setApart: Readonly<Record<string, string>> = {
  beta1: "beta_1",
  beta2: "beta_2",
  adamBeta1: "adam_beta_1",
  adamBeta2: "adam_beta_2",
  beta2Decay: "beta_2_decay",
  epsilon1: "epsilon_1",
  epsilon2: "epsilon_2",
};

/** `useBias` → `use_bias`, `beta1` → `beta_1`, `l1` → `l1`. */
export function toSnakeCase(key: string): string {
  return setApart[key] ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `use_bias` → `useBias`, `beta_1` → `beta1`, `l1` → `l1`. */
export function toCamelCase(key: string): string {
  return key.replace(/(?<=.)_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The regular expression of a text, which it alone fits. */
export const literally = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/**
 * The name Keras derives from a class: `Conv2D` → `conv2d`, `MaxPooling2D` → `max_pooling2d`, `ReLU` → `re_lu`,
 * `KLDivergence` → `kl_divergence`.
 */
export function classToSnakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

const counts = new Map<string, number>();

/** A name that no other object made in this process has: `dense`, `dense_1`, `dense_2`. */
export function uniqueName(prefix: string): string {
  const count = counts.get(prefix) ?? 0;
  counts.set(prefix, count + 1);
  return count === 0 ? prefix : `${prefix}_${count}`;
}

/** The name of the next object of a class: `uniqueName` of its snake_case. */
export function automaticName(className: string): string {
  return uniqueName(classToSnakeCase(className));
}

/**
 * A number that no call with this prefix got before: 1, 2, … Keras: keras.backend.get_uid
 *
 * ```ts
 * keras.backend.getUid("block"); // 1
 * keras.backend.getUid("block"); // 2
 * ```
 */
export function getUid(prefix = ""): number {
  const count = (uids.get(prefix) ?? 0) + 1;
  uids.set(prefix, count);
  return count;
}

const uids = new Map<string, number>();

/** Starts automatic names anew: what `keras.utils.clearSession()` does. */
export function resetNames(): void {
  counts.clear();
  uids.clear();
}
