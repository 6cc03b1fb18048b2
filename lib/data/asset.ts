// Files that come with code: found beside it or at an address, checked, decompressed, and in a page kept for the next visit.

import { checkOptions } from "../core/options.js";
import { platform } from "#platform";
import { ValueError } from "../core/errors.js";

export interface AssetOptions {
  /** What the (decompressed) bytes must hash to, in hexadecimal. A file with one is kept by a page, and fetched once. */
  readonly sha256?: string;
  /** Told how many bytes have come. */
  readonly progress?: (bytes: number) => void;
}

/** The whole address of a file. @throws ValueError for what is none */
export function addressOf(where: string, url: string | URL): URL {
  try {
    return url instanceof URL ? url : new URL(url, platform.baseUrl());
  } catch (cause) {
    throw new ValueError(where, { given: JSON.stringify(url), expected: "a URL, or a path from the page or the working directory", cause });
  }
}

/**
 * The bytes of a file: from disk in Node, by fetch in a page. A `.gz` file comes decompressed, also where a server has done it already.
 *
 * @param url      address of the file; relative ones are meant from the page, in Node from the working directory
 * @param options  `sha256`: what the (decompressed) bytes must hash to, in hexadecimal; `progress`: told how many bytes have come
 * @throws ValueError where the file is missing, damaged or another one
 */
export async function readAsset(url: string | URL | (() => URL), options: AssetOptions = {}): Promise<Uint8Array> {
  checkOptions("readAsset", arguments, 1, ["sha256", "progress"]);
  const { sha256, progress } = options;
  const address = typeof url === "function" ? ownAddress(url) : addressOf("readAsset", url);
  const where = `readAsset(${JSON.stringify(address.href)})`;
  const kept = sha256 === undefined ? null : await platform.keptAsset?.(address).catch(() => null);
  if (kept) {
    const content = await contentOf(where, address, kept, sha256).catch(() => null); // what is damaged is fetched anew
    if (content) return content;
  }
  const read = await platform.readAsset(address, progress).catch((cause: unknown) => {
    throw new ValueError(where, { given: reasonOf(cause), expected: "a file that can be read", hint: unshipped, cause });
  });
  const content = await contentOf(where, address, read, sha256);
  // A page that may keep nothing, or has no room, fetches again.
  if (sha256 !== undefined) await platform.keepAsset?.(address, read).catch(() => {});
  return content;
}

/** Where the package's own files are. Bundles of CommonJS and of scripts have no address that code could name. */
function ownAddress(url: () => URL): URL {
  try {
    return url();
  } catch (cause) {
    throw new ValueError("readAsset", {
      given: "code that was bundled without its address (import.meta.url)",
      expected: "baseUrl",
      hint: unshipped,
      cause,
    });
  }
}

async function contentOf(where: string, address: URL, read: Uint8Array, sha256: string | undefined): Promise<Uint8Array> {
  const isZipped = address.pathname.endsWith(".gz");
  if (isPage(read)) {
    throw new ValueError(where, {
      given: "an HTML page: the server has no such file, and answers with its page",
      expected: "the file",
      hint: unshipped,
    });
  }
  const bytes = isZipped && read[0] === 0x1f && read[1] === 0x8b ? await decompress(where, read) : read;
  if (sha256 !== undefined) await checkHash(where, bytes, sha256);
  return bytes;
}

const isPage = (bytes: Uint8Array): boolean =>
  bytes[0]! < 0x80 && /^\s*<(!doctype html|html|head|!--)/i.test(new TextDecoder("latin1").decode(bytes.subarray(0, 100)));

async function decompress(where: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await platform.gunzip(bytes);
  } catch (cause) {
    throw new ValueError(where, { given: `${bytes.length} bytes that are no complete gzip file`, expected: "gzip", hint: damaged, cause });
  }
}

/** A page without a secure context has no crypto.subtle; what remains there is gzip's own checksum. */
async function checkHash(where: string, bytes: Uint8Array, sha256: string): Promise<void> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) throw new ValueError(where, { given: `content with SHA-256 ${found}`, expected: sha256, hint: damaged });
}

const damaged = "The file is damaged or another one: fetch it again.";
const unshipped =
  "Where a bundler does not ship the package's files (esbuild, Rollup), copy them from node_modules/kerasm/datasets and pass their folder: " +
  'loadData({ baseUrl: "./data" }).';

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
