// Keras's published files: fetched once, checked, kept in a cache.

import { StateError, text, ValueError } from "../core/errors.js";
import { digest as digestOf } from "../formats/digest.js";
import type { Model } from "../model/model.js";
import { type FilePath, placeOf, storeAt } from "../saving/place.js";
import { statedHash, type WeightsFile, weightsSource } from "./weights.js";

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
  const own = statedHash(name);
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
