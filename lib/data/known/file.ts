// Files of data sets: from where they are kept, or from their origin once.

import { platform } from "#platform";
import { ValueError } from "../../core/errors.js";

/** A file of a data set: its address, and what its bytes hash to (SHA-256, or MD5 where that is all that Keras states). */
export interface DatasetSource {
  readonly name: string;
  readonly origin: string;
  readonly hash: string;
  /** Whether the hash is that of the decompressed content. */
  readonly isOfContent?: boolean;
  /** The folder below that of all data sets. */
  readonly folder?: string;
}

/** Where files are kept: Keras's own folder in Node, IndexedDB in a page. */
export function cacheLocation(): string {
  if (platform.name === "browser") return "indexeddb://kerasm-datasets";
  const home = platform.setting("KERAS_HOME") ?? `${platform.setting("HOME") ?? platform.setting("USERPROFILE") ?? "."}/.keras`;
  return `${home}/datasets`;
}

/**
 * The bytes of a file: at `path` where one is given, else where files are kept, else from its origin. What stands at a path is the user's
 * own: its hash is not asked for.
 *
 * @throws ValueError where it cannot be had, or where it is not the file that Keras has
 */
export async function datasetFile(where: string, source: DatasetSource, path?: string | URL | null): Promise<Uint8Array> {
  const { origin, hash, folder, isOfContent = false } = source;
  // As in Keras, a name alone is one among the kept files, unless there is such a file here.
  const isName = typeof path === "string" && /^[^/\\:]+$/.test(path);
  const name = isName ? path : source.name;
  const location = folder === undefined || platform.name === "browser" ? cacheLocation() : `${cacheLocation()}/${folder}`;
  const hashed = async (bytes: Uint8Array): Promise<string> => {
    const content = isOfContent ? await platform.gunzip(bytes).catch(() => bytes) : bytes;
    return hashOf(content, hash);
  };
  if (path !== undefined && path !== null) {
    try {
      return await platform.readFile(path);
    } catch (cause) {
      if (!isName)
        throw new ValueError(where, { given: `the path ${JSON.stringify(String(path))}`, expected: "a file that can be read", cause });
    }
  }
  const store = platform.openStore(location);
  const kept = await store.read(name);
  if (kept && (await hashed(kept)) === hash) return kept;
  const bytes = await platform.readFile(origin).catch((cause: unknown) => {
    throw new ValueError(where, {
      given: `no answer from ${origin}${kept ? `, and a damaged ${name} in ${location}` : ""}`,
      expected: "the file",
      hint:
        platform.name === "browser"
          ? "A page reads what the other side lets it. Put the file beside the page and pass its address: loadData({ path })."
          : `Without a connection put it at ${location}/${name}, or pass its place: loadData({ path }).`,
      cause,
    });
  });
  const found = await hashed(bytes);
  if (found !== hash) {
    throw new ValueError(where, {
      given: `a file with hash ${found} from ${origin}`,
      expected: hash,
      hint: "It is damaged or another one.",
    });
  }
  await store.write(name, bytes);
  return bytes;
}

/** The hash of bytes, of the kind of another one. A page without a secure context has no SHA-256: there the hash counts as right. */
async function hashOf(bytes: Uint8Array, like: string): Promise<string> {
  if (like.length === 32) return (await import("../../formats/md5.js")).md5(bytes);
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return like;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
