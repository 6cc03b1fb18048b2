// The thread that decodes pictures beside the one that asks. A module of its own in the package: it loads decoders and nothing else.

import { platform } from "#platform";
import { decodeHere } from "./image.js";
import type { JpegOptions } from "./jpeg/decode.js";

platform.serve?.(async ({ bytes, where, options }: { bytes: Uint8Array; where: string; options: JpegOptions }) => {
  const picture = await decodeHere(bytes, where, options);
  const pixels = picture.pixels.slice();
  return { value: { ...picture, pixels }, transfer: [pixels.buffer as ArrayBuffer] };
});
