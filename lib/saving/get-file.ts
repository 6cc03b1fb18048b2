// keras.utils.getFile: files of the net, fetched once, checked, kept in a cache.

import { platform } from "#platform";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { boolean, isPlainObject, nullable, oneOf, type Options, schema, string } from "../config/index.js";
import { digest } from "../formats/digest.js";
import { placeOf, storeAt, write } from "./place.js";

const options = schema([], {
  untar: boolean(false),
  md5Hash: nullable(string()),
  fileHash: nullable(string()),
  cacheSubdir: string("datasets"),
  hashAlgorithm: oneOf(["auto", "sha256", "md5"], "auto"),
  extract: boolean(false),
  archiveFormat: nullable(oneOf(["auto", "tar", "zip"]), "auto"),
  cacheDir: nullable(string()),
  forceDownload: boolean(false),
});

/** What `getFile` takes beside name and address. */
export type GetFileOptions = Options<typeof options>;

/**
 * The path of a file that is fetched the first time and then found in the cache; of an archive, where it was unpacked.
 *
 * ```js
 * const path = await keras.utils.getFile("iris.csv", "https://example.org/iris.csv", { fileHash: "…" });
 * ```
 *
 * @param fname    what it is called in the cache; null: as at its address
 * @param origin   where it comes from: a URL, or a path of this machine
 * @param options  `fileHash` (SHA-256 or MD5, in hexadecimal; `md5Hash`: MD5) is what the bytes must hash to: a kept file with another one
 * is
 *                 fetched anew; `hashAlgorithm` "auto" (by the length of the hash), "sha256" or "md5"; `extract` unpacks .zip, .tar and
 *                 .tar.gz (`archiveFormat` "auto", "zip", "tar", null: no archive), `untar` tar alone, into `<name>_extracted`; the cache
 *                 is `cacheDir`, by default `$KERAS_HOME` or `~/.keras` (in a page `opfs://kerasm`), below it `cacheSubdir`;
 *                 `forceDownload` does not look there
 * @throws ValueError for bytes with another hash (nothing is kept), StateError where the file can't be fetched. Keras: keras.utils.get_file
 */
export async function getFile(named: GetFileOptions & { readonly fname?: string | null; readonly origin: string | URL }): Promise<string>;
export async function getFile(fname?: string | null, origin?: string | URL | null, options?: GetFileOptions): Promise<string>;
export async function getFile(...all: readonly unknown[]): Promise<string> {
  const where = "utils.getFile";
  const { fname, origin, given } = argumentsOf(all);
  const { untar, md5Hash, fileHash, cacheSubdir, hashAlgorithm, extract, archiveFormat, cacheDir, forceDownload } = options.parse(where, [
    given,
  ]);
  if (fname !== null && typeof fname !== "string") throw new ArgumentError(`${where}.fname`, { given: text(fname), expected: "a name" });
  if (origin === null || (typeof origin !== "string" && !(origin instanceof URL)))
    throw new ArgumentError(`${where}.origin`, { given: text(origin), expected: "an address" });
  const name = nameOf(where, fname, String(origin));
  const algorithm = fileHash === null && md5Hash !== null ? "md5" : hashAlgorithm;
  const hash = (fileHash ?? md5Hash)?.toLowerCase() ?? null;
  const folder = `${cacheDir ?? usualCache()}/${cacheSubdir}`;
  const isArchive = extract || untar;
  const dot = name.indexOf(".");
  // As Keras names them: an archive that is called by its address leaves that name to what is in it.
  const kept = isArchive && (fname === null || dot < 0) ? `${name}_archive` : name;
  const inside = fname !== null && dot >= 0 ? `${name.slice(0, dot)}_extracted` : name;
  const cache = storeAt(folder);
  const matches = async (bytes: Uint8Array): Promise<string | null> => {
    if (hash === null) return null;
    const found = await digest(bytes, algorithm === "auto" ? (hash.length === 64 ? "sha256" : "md5") : algorithm);
    return found === hash ? null : found;
  };
  let bytes = forceDownload ? null : await cache.read(kept);
  if (bytes && (await matches(bytes)) !== null) bytes = null;
  if (!bytes) {
    bytes = await fetched(where, String(origin));
    const found = await matches(bytes);
    if (found !== null)
      throw new ValueError(where, {
        given: `content of ${String(origin)} with the hash ${found}`,
        expected: hash!,
        hint: "The file is damaged or another one. Nothing was kept.",
      });
    await write({ store: cache, name: kept, path: `${folder}/${kept}` }, bytes);
  }
  if (!isArchive || archiveFormat === null) return `${folder}/${kept}`;
  const target = `${folder}/${inside}`;
  for (const [path, content] of await membersOf(where, bytes, untar ? "tar" : archiveFormat)) {
    const slash = path.lastIndexOf("/");
    const store = storeAt(slash < 0 ? target : `${target}/${path.slice(0, slash)}`);
    await write({ store, name: path.slice(slash + 1), path: `${target}/${path}` }, content);
  }
  return target;
}

function nameOf(where: string, fname: string | null, origin: string): string {
  if (fname !== null && typeof fname !== "string")
    throw new ArgumentError(`${where}.fname`, { given: text(fname), expected: "a name, or null" });
  const name = fname
    ? fname
    : decodeURIComponent(
        origin
          .replace(/[?#].*$/, "")
          .split("/")
          .at(-1)!,
      );
  if (name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name)) return name;
  throw new ValueError(`${where}.fname`, {
    given: text(name),
    expected: "a name without a folder",
    hint: "cacheDir and cacheSubdir say where it goes.",
  });
}

function usualCache(): string {
  if (platform.name === "node")
    return platform.setting("KERAS_HOME") ?? `${platform.setting("HOME") ?? platform.setting("USERPROFILE") ?? "."}/.keras`;
  return "opfs://kerasm";
}

async function fetched(where: string, origin: string): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    const { store, name } = placeOf(origin);
    bytes = await store.read(name);
  } catch (cause) {
    const { given = (cause as Error).message } = cause as { given?: string };
    throw new StateError(where, { given: `${given} from ${origin}`, expected: "a file", cause });
  }
  if (bytes) return bytes;
  throw new StateError(where, { given: `no file at ${origin}`, expected: "a file" });
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The files of an archive. @throws FormatError for what is none, ValueError for a path that leads out of it */
async function membersOf(where: string, bytes: Uint8Array, format: "auto" | "tar" | "zip"): Promise<[string, Uint8Array][]> {
  const kind = format === "auto" ? (isZip(bytes) ? "zip" : "tar") : format;
  const members: [string, Uint8Array][] = [];
  if (kind === "zip") {
    const [{ ZipArchive }, { inflate }] = await Promise.all([import("../formats/zip.js"), import("../formats/inflate.js")]);
    const archive = new ZipArchive(bytes, where, inflate);
    for (const name of archive.names) if (!name.endsWith("/")) members.push([name, archive.read(name)]);
  } else {
    const { readTar } = await import("../formats/tar.js");
    members.push(...readTar(isGzip(bytes) ? await platform.gunzip(bytes) : bytes, where));
  }
  for (const [path] of members)
    if (path.startsWith("/") || path.split(/[/\\]/).includes("..") || path.includes("\0"))
      throw new ValueError(where, { given: `an archive with the path ${text(path)}`, expected: "paths inside of it" });
  return members;
}

/** Name, address and options: by position, or all in one object. */
function argumentsOf([first = null, second = null, third = {}]: readonly unknown[]) {
  if (!isPlainObject(first)) return { fname: first, origin: second, given: third as GetFileOptions };
  const { fname = null, origin = null, ...given } = first;
  return { fname, origin, given: given as GetFileOptions };
}
