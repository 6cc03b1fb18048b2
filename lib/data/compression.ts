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

/** Compresses bytes as they come. */
export interface Compressor {
  add(bytes: Uint8Array): void;
  /** Resolves when what was added is through. */
  drained(): Promise<void>;
  /** Resolves when all of it has been given on. */
  end(): Promise<void>;
}

/** What compresses bytes as they come, and gives on what comes of it. What `give` throws, the next call throws. */
export function compressor(form: Form, give: (bytes: Uint8Array) => void): Compressor {
  const stream = new CompressionStream(form);
  const writer = stream.writable.getWriter();
  const through = (async () => {
    const reader = stream.readable.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) give(next.value as Uint8Array);
  })();
  let last = Promise.resolve();
  // Whoever waits is told.
  through.catch((error: unknown) => void writer.abort(error).catch(() => {}));
  return {
    add(bytes) {
      last = writer.write(bytes as Uint8Array<ArrayBuffer>);
      last.catch(() => {});
    },
    drained: () => last,
    async end() {
      await writer.close();
      await through;
    },
  };
}
