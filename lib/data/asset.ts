// Files at an address, read in Node and in a page alike, with a check of what they hash to.

import { platform } from "#platform";
import { ValueError } from "../core/errors.js";

/**
 * The bytes of a file: from disk in Node, by fetch in a page. A `.gz` file comes decompressed.
 *
 * @param url      address of the file
 * @param options  `sha256`: what the (decompressed) bytes must hash to, in hexadecimal
 * @throws ValueError where the file is missing, damaged or another one
 */
export async function readAsset(url: string | URL, { sha256 }: { sha256?: string } = {}): Promise<Uint8Array> {
  const address = new URL(url);
  const where = `readAsset(${JSON.stringify(address.href)})`;
  const read = await platform.readAsset(address).catch((cause: unknown) => {
    throw new ValueError(where, { given: reasonOf(cause), expected: "a file that can be read", cause });
  });
  const bytes = address.pathname.endsWith(".gz") ? await decompress(where, read) : read;
  if (sha256 !== undefined) await checkHash(where, bytes, sha256);
  return bytes;
}

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

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
