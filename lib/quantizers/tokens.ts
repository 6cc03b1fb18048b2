// Samples of token ids for a calibration.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import type { Tokenizer } from "./calibrated.js";

/**
 * Windows of token ids, spread evenly over all of them: those of the texts or arrays one after the other, again and again where they are
 * few.
 *
 * @throws ArgumentError for what is no dataset, ValueError for an empty one
 */
export function tokenSamples(
  where: string,
  dataset: Iterable<unknown> | null,
  tokenizer: Tokenizer | ((text: string) => unknown) | null,
  count: number,
  length: number,
): Int32Array[] {
  if (dataset === null || typeof dataset === "string" || !(Symbol.iterator in dataset))
    throw new ArgumentError(`${where}.dataset`, { given: text(dataset), expected: "texts, or arrays of token ids" });
  const ids: number[] = [];
  for (const item of dataset) {
    if (typeof item === "string" && tokenizer === null)
      throw new ArgumentError(`${where}.tokenizer`, { given: "null", expected: "what makes token ids of texts" });
    const tokens = typeof item !== "string" ? item : typeof tokenizer === "function" ? tokenizer(item) : tokenizer!.tokenize(item);
    for (const id of asTensor(tokens as TensorLike).data()) ids.push(id);
  }
  if (ids.length === 0) throw new ValueError(`${where}.dataset`, { given: "no tokens", expected: "at least one" });
  const wanted = Math.max(ids.length, count * length);
  const all = Int32Array.from({ length: wanted }, (_, i) => ids[i % ids.length]!);
  const places = all.length - length + 1;
  const stride = Math.max(1, Math.floor(places / count));
  return Array.from({ length: count }, (_, i) => {
    const first = (i * stride) % places;
    return all.slice(first, first + length);
  });
}
