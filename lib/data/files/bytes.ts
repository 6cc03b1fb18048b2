// The bytes of files piece by piece: from disk, by fetch, out of Blobs, streams and stores; compressed or not.

import { platform } from "#platform";
import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { placeOf } from "../../saving/place.js";

/** A file of the user's: a path or an address, a Blob, its bytes, or a stream of them. */
export type FileSource = string | URL | Blob | Uint8Array | ByteStream | ByteResponse;

/** A ReadableStream of bytes, as far as types that know no page can say. */
export interface ByteStream {
  getReader(): unknown;
}

/** What `fetch` gives. */
export interface ByteResponse {
  readonly body: unknown;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file as messages show it. */
export const nameOf = (file: FileSource): string =>
  typeof file === "string" || file instanceof URL ? text(String(file), 200) : text(file);

/** Bytes that are read at once. */
const PIECE = 1 << 18;

/** A store has no pieces: `memory://`, `indexeddb://`, `opfs://`. */
const isStored = (file: unknown): file is string => typeof file === "string" && /^(memory|indexeddb|opfs):\/\//.test(file);

async function* fromStream(stream: ReadableStream<Uint8Array>, from: number): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let skip = from;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (skip < value.length) yield skip > 0 ? value.subarray(skip) : value;
      skip = Math.max(0, skip - value.length);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* fetched(file: string | URL, from: number): AsyncGenerator<Uint8Array> {
  const response = await fetch(file);
  if (!response.ok || !response.body) throw new Error(`The server answered ${response.status}.`);
  yield* fromStream(response.body, from);
}

/** The bytes of a file from an offset on. */
async function* plainPieces(file: FileSource, from: number, size: number): AsyncGenerator<Uint8Array> {
  if (file instanceof Uint8Array) yield file.subarray(from);
  else if (typeof Blob !== "undefined" && file instanceof Blob) yield* fromStream(file.slice(from).stream(), 0);
  else if (typeof Response !== "undefined" && file instanceof Response) yield* fromStream(file.body as ReadableStream<Uint8Array>, from);
  else if (typeof ReadableStream !== "undefined" && file instanceof ReadableStream)
    yield* fromStream(file as ReadableStream<Uint8Array>, from);
  else if (isStored(file)) {
    const { store, name } = placeOf(file);
    const bytes = await store.read(name);
    if (!bytes) throw new Error("There is no such file.");
    yield bytes.subarray(from);
  } else if (platform.readPieces && !/^https?:/.test(String(file))) yield* platform.readPieces(file as unknown as string, from, size);
  else yield* fetched(file as unknown as string, from);
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
}

/**
 * The bytes of a file from an offset on, piece by piece. Of a compressed file the offset is one of its content, and what is before it is
 * read again. @throws ValueError that names the file where it can't be read
 */
export async function* pieces(
  where: string,
  file: FileSource,
  compression: "gzip" | "deflate" | null,
  from: number,
  size = PIECE,
): AsyncGenerator<Uint8Array> {
  if (!(typeof file === "string" || typeof file === "object") || file === null)
    throw new ArgumentError(where, { given: text(file), expected: "a path, a URL, a Blob, bytes or a stream" });
  const read = compression
    ? fromStream(
        streamOf(plainPieces(file, 0, size)).pipeThrough(
          new DecompressionStream(compression) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
        ),
        from,
      )
    : plainPieces(file, from, size);
  try {
    yield* read;
  } catch (cause) {
    const damaged = compression !== null && /incorrect|invalid|unexpected|corrupt|truncated|compress/i.test(String(cause));
    throw new ValueError(where, {
      given: `the file ${nameOf(file)}${damaged ? `, which is no whole ${compression} file` : ""}`,
      expected: damaged ? `${compression}` : "a file that can be read",
      hint: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
