// Pictures decoded by other threads, in Node: what a page's browser does by itself.

import { platform } from "#platform";
import { Helpers } from "../runtime/helpers.js";
import type { Picture } from "./image.js";
import type { JpegOptions } from "./jpeg/decode.js";

/** Bytes below which a file is decoded at once: sending it costs as much. */
const SMALL = 8192;

/** Threads that read pictures. */
export const pictureThreads = new Helpers({ module: "picture-worker.js" });

/** The picture in a file, decoded by another thread; null where that is not possible, or did not succeed: then it is decoded here. */
export async function decodeAside(bytes: Uint8Array, where: string, options: JpegOptions): Promise<Picture | null> {
  if (platform.name !== "node" || bytes.length < SMALL || !pictureThreads.areThere) return null;
  const { value } = await pictureThreads.ask({ bytes, where, options });
  return (value as Picture | undefined) ?? null;
}
