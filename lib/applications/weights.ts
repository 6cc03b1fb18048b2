// Where Keras's published files come from, and where they are kept. What fetches them is loaded with the first one (published.ts).

import { platform } from "#platform";
import { ArgumentError, text } from "../core/errors.js";
import { isPlainObject } from "../config/index.js";

/** A file that Keras publishes. */
export interface WeightsFile {
  /** Where it stands below the address of all of them. */
  readonly folder: string;
  /** What it is called in the cache. */
  readonly name: string;
  /** What it is called there, where that is another name. */
  readonly publishedAs?: string;
  /** MD5 (32 hexadecimal digits) or SHA-256 (64). Null: Keras states none. */
  readonly hash: string | null;
}

/** Where weights come from, and where they are kept. */
export interface WeightsSource {
  /** The address below which the files stand in Keras's folders: a mirror's. Null: Keras's own. */
  readonly baseUrl?: string | URL | null;
  /**
   * Where files are kept: a folder, `opfs://name`, `indexeddb://name`. Null: in Node the folder that Keras itself uses,
   * `$KERAS_HOME/models` or `~/.keras/models`; in a page its private file system.
   */
  readonly cacheDir?: string | null;
  /** Hashes of files that are not as Keras published them, by their name; null for one that is not checked. */
  readonly hashes?: Readonly<Record<string, string | null>> | null;
}

const PUBLISHED = "https://storage.googleapis.com";
let source: WeightsSource = {};

/**
 * Sets where `weights: "imagenet"` and the names of classes are fetched from; what is not named stays as it was.
 *
 * ```ts
 * keras.applications.setWeightsSource({ baseUrl: "https://mirror.example/keras" });
 * keras.applications.weightsSource().baseUrl; // "https://mirror.example/keras"
 * keras.applications.setWeightsSource({ baseUrl: null }); // Keras's own again
 * ```
 */
export function setWeightsSource(options: WeightsSource): void {
  const where = "keras.applications.setWeightsSource";
  if (!isPlainObject(options)) throw new ArgumentError(where, { given: text(options), expected: "an object" });
  for (const [key, value] of Object.entries(options)) {
    const kind = { baseUrl: "an address", cacheDir: "a path", hashes: "hashes by names of files" }[key];
    if (!kind) throw new ArgumentError(where, { given: `the unknown option ${text(key)}`, expected: "baseUrl, cacheDir or hashes" });
    const isText = (typeof value === "string" && value !== "") || (key === "baseUrl" && value instanceof URL);
    if (value !== null && value !== undefined && !(key === "hashes" ? isPlainObject(value) : isText))
      throw new ArgumentError(`${where}.${key}`, { given: text(value), expected: `${kind}, or null` });
  }
  source = { ...source, ...options };
}

/**
 * Where `setWeightsSource` says that files are fetched from and kept, defaults filled in.
 *
 * ```ts
 * keras.applications.weightsSource().baseUrl.startsWith("https://"); // true
 * ```
 */
export function weightsSource(): { readonly baseUrl: string; readonly cacheDir: string } {
  return { baseUrl: String(source.baseUrl ?? PUBLISHED).replace(/\/+$/, ""), cacheDir: source.cacheDir ?? usualCache() };
}

function usualCache(): string {
  if (platform.name === "node") {
    const home = platform.setting("KERAS_HOME") ?? `${platform.setting("HOME") ?? platform.setting("USERPROFILE") ?? "."}/.keras`;
    return `${home}/models`;
  }
  return typeof navigator !== "undefined" && "storage" in navigator && "getDirectory" in navigator.storage
    ? "opfs://kerasm-models"
    : "indexeddb://kerasm-models";
}

/** The hash of a file as the user says it is; undefined where nobody said so. */
export const statedHash = (name: string): string | null | undefined =>
  source.hashes && Object.hasOwn(source.hashes, name) ? source.hashes[name]! : undefined;
