// The errors of everything that reads files: damaged ones, and forms that are not supported.

import { KerasmError } from "../core/errors.js";

/**
 * Bytes that are not what their format asks for: a damaged, truncated or foreign file. `where` names file and member.
 *
 * ```ts
 * await tf.io.writeFile("broken.npy", "no array");
 * (await loadNpy("broken.npy").catch((error) => error)) instanceof FormatError; // true
 * ```
 */
export class FormatError extends KerasmError {
  override readonly name = "FormatError";
}

/** A file that is in order, but uses a part of its format that is not read here. */
export class UnsupportedFormatError extends KerasmError {
  override readonly name = "UnsupportedFormatError";
}
