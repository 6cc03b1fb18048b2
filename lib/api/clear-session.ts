// keras.utils.clearSession.

import { resetNames } from "../config/names.js";
import { ArgumentError, text } from "../core/errors.js";

/**
 * Forgets the numbers in automatic names: the next Dense is "dense" again.
 *
 * ```ts
 * keras.backend.clearSession();
 * new keras.layers.Dense(1).name; // "dense"
 * ```
 *
 * @param freeMemory  accepted as in Keras: memory is freed by itself. Keras: keras.utils.clear_session
 */
export function clearSession(freeMemory: boolean | { readonly freeMemory?: boolean } = true): void {
  const given = typeof freeMemory === "object" ? (freeMemory.freeMemory ?? true) : freeMemory;
  if (typeof given !== "boolean") throw new ArgumentError("clearSession.freeMemory", { given: text(given), expected: "true or false" });
  resetNames();
}
