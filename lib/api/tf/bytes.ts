// Bytes that functions of files take: arrays of bytes, or tensors of them.

import { ArgumentError, text } from "../../core/errors.js";
import { Chainable } from "../../core/tensor.js";

/** @throws ArgumentError for what are none */
export const bytesOf = (where: string, contents: unknown): Uint8Array => {
  if (contents instanceof Uint8Array) return contents;
  if (contents instanceof ArrayBuffer) return new Uint8Array(contents);
  // Bytes that went through a Dataset as numbers.
  if (contents instanceof Chainable && contents.value().dtype === "uint8" && contents.value().rank === 1)
    return Uint8Array.from(contents.value().view(where));
  throw new ArgumentError(where, { given: text(contents), expected: "the bytes of a file, a Uint8Array" });
};
