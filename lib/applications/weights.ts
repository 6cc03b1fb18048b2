// Keras's published files: fetched once, checked, kept in a cache.

import { platform } from "#platform";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { isPlainObject } from "../config/index.js";
import { digest as digestOf } from "../formats/digest.js";
import type { Model } from "../model/model.js";
import { type FilePath, placeOf, storeAt } from "../saving/place.js";

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

/** Gives a model the weights of a published file, or of a file of the user's. */
export async function takeWeights(where: string, model: Model, file: WeightsFile | FilePath): Promise<void> {
  if (typeof file === "object" && "folder" in file) {
    const bytes = await published(where, file);
    return model.loadWeights(new File([bytes as Uint8Array<ArrayBuffer>], file.name));
  }
  const { store, name } = placeOf(file);
  if (store.open && (await store.open(name)) === null) {
    throw new ValueError(`${where}.weights`, {
      given: `${text(file)}, where there is no file`,
      expected: 'null (random initialization), "imagenet" (pre-training on ImageNet), or the path, URL or File of weights',
    });
  }
  return model.loadWeights(file);
}

/** Files that are being fetched: one who asks meanwhile waits for the same. */
const pending = new Map<string, Promise<Uint8Array>>();

/** The bytes of a published file, from the cache or, the first time, from the net. @throws StateError that says where to put the file */
export function published(where: string, file: WeightsFile): Promise<Uint8Array> {
  const { baseUrl, cacheDir } = weightsSource();
  const key = `${baseUrl} ${cacheDir} ${file.name}`;
  let promise = pending.get(key);
  if (!promise) pending.set(key, (promise = obtain(where, file, baseUrl, cacheDir).finally(() => pending.delete(key))));
  return promise;
}

async function obtain(where: string, file: WeightsFile, baseUrl: string, cacheDir: string): Promise<Uint8Array> {
  const { folder, name, publishedAs = name } = file;
  const own = source.hashes && Object.hasOwn(source.hashes, name) ? source.hashes[name]! : undefined;
  const hash = own === undefined ? file.hash : own;
  const cache = storeAt(cacheDir);
  const kept = await cache.read(name).catch(() => null);
  if (kept && (hash === null || (await digest(kept, hash)) === hash)) return kept;
  const address = `${baseUrl}/${folder}/${publishedAs}`;
  const advice = `Put the file of ${address} into ${cacheDir} as ${name}, or name a file: weights: "…/${name}".`;
  let bytes: Uint8Array | null;
  try {
    bytes = await storeAt(`${baseUrl}/${folder}`).read(publishedAs);
  } catch (cause) {
    const { given = (cause as Error).message } = cause as { given?: string };
    throw new StateError(where, { given: `${given} from ${address}`, expected: "the published file", hint: advice, cause });
  }
  if (!bytes) throw new StateError(where, { given: `no file at ${address}`, expected: "the published file", hint: advice });
  const found = hash === null ? null : await digest(bytes, hash);
  if (found !== hash)
    throw new ValueError(where, {
      given: `content of ${address} with the hash ${found}`,
      expected: `${hash}`,
      hint: "The file is damaged or another one. Nothing was kept.",
    });
  await cache.write(name, bytes).catch((cause: unknown) => {
    console.warn(`kerasm: ${where}: ${name} was not kept in ${cacheDir}: ${(cause as Error).message}`);
  });
  return bytes;
}

/** The digest of the kind that a hash is of. */
async function digest(bytes: Uint8Array, like: string): Promise<string> {
  const isMd5 = like.length === 32;
  // A page without a secure context has no SHA-256; the checks of the file's own form remain.
  if (!isMd5 && !(globalThis.crypto as Crypto | undefined)?.subtle) return like;
  return digestOf(bytes, isMd5 ? "md5" : "sha256");
}
