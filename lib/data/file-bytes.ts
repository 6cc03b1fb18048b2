// The bytes of a file of the user's, however it is named.

import { platform } from "#platform";
import { ArgumentError, text, ValueError } from "../core/errors.js";

/** The bytes of a file by its path, or of a Blob. */
export async function readFileBytes(where: string, source: string | URL | Blob | ArrayBuffer | Uint8Array): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof Blob !== "undefined" && source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new ArgumentError(where, { given: text(source), expected: "a path, a URL, a Blob or bytes" });
  }
  try {
    return await platform.readFile(source);
  } catch (cause) {
    throw new ValueError(where, { given: text(String(source)), expected: "a file that can be read", cause });
  }
}
