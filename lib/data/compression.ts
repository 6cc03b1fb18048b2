// Compressed files: gzip and zlib, by the platform's own streams.

import { text, ValueError } from "../core/errors.js";

/** What TensorFlow calls a compression, as the platform calls it; null for none. @throws ValueError for others */
export function compressionOf(where: string, given: unknown): "gzip" | "deflate" | null {
  if (given === null || given === undefined || given === "") return null;
  if (given === "GZIP") return "gzip";
  if (given === "ZLIB") return "deflate";
  throw new ValueError(`${where}.compressionType`, { given: text(given), expected: '"", "GZIP" or "ZLIB"' });
}

type Form = "gzip" | "deflate";

/** Bytes, compressed. */
export async function compressed(pieces: readonly Uint8Array[], form: string): Promise<Uint8Array> {
  const stream = new Blob([...pieces] as BlobPart[]).stream().pipeThrough(new CompressionStream(form as Form));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
