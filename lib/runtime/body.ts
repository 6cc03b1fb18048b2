// The bytes of a server's answer, told of while they come.

import { concatenated } from "./pieces.js";

/** The whole body; `progress` is told how many bytes have come. */
export async function bodyOf(response: Response, progress?: (bytes: number) => void): Promise<Uint8Array> {
  if (!progress || !response.body) return new Uint8Array(await response.arrayBuffer());
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    progress((length += piece.value.length));
  }
  return concatenated(pieces);
}
