// Where caches keep what is more than memory should hold: a file of the process's own, in Node.

import { platform } from "#platform";
import { ArgumentError, text } from "../core/errors.js";
import { bytesOfElement, fromBytes, toBytes } from "./element-bytes.js";
import type { Spill } from "./streams/cache.js";
import type { Element } from "./structure.js";

let limit = platform.openSpill ? 2 ** 30 : Infinity;
let held = 0;

/** Bytes that all caches hold in memory at most; what comes then goes into files. @throws ArgumentError for no number of bytes */
export function setCacheLimit(bytes: number): void {
  if (!(bytes >= 0)) throw new ArgumentError("config.cacheLimit", { given: text(bytes), expected: "a number of bytes" });
  if (!platform.openSpill)
    throw new ArgumentError("config.cacheLimit", { given: text(bytes), expected: "Node: a page has no files to go to" });
  limit = bytes;
}

/** How a cache of elements goes into a file. */
export const elementSpill = (): Spill<Element> => {
  let file: ReturnType<NonNullable<typeof platform.openSpill>> | null = null;
  return {
    hold(element) {
      const bytes = bytesOfElement(element);
      if (!platform.openSpill || held + bytes <= limit) {
        held += bytes;
        released.register(element as object, bytes);
        return null;
      }
      const { header, pieces } = toBytes("dataset.cache", element);
      file ??= platform.openSpill();
      const place = file.write(pieces);
      const size = pieces.reduce((sum, { length }) => sum + length, 0);
      return () => fromBytes(header, file!.read(place, size));
    },
  };
};

/** What is in memory counts until nobody refers to it. */
const released = new FinalizationRegistry<number>((bytes) => void (held -= bytes));
