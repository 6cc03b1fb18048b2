// Weights of samples, as losses and metrics are given them: by their place, as in Keras, or by name.

import type { TensorLike } from "../core/convert.js";
import { checkOptions } from "../core/options.js";
import { isOptions } from "../core/signature.js";

/** What a loss or a metric is called with beside values: weights, or `{ sampleWeight }`. */
export type SampleWeights = TensorLike | null | { readonly sampleWeight?: TensorLike | null };

/** The weights that were given; undefined where there are none. @throws ArgumentError for an unknown option */
export function weightsIn(where: string, given: SampleWeights | undefined): TensorLike | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isOptions(given)) return given as TensorLike;
  checkOptions(where, [given], 0, ["sampleWeight"]);
  return (given as { readonly sampleWeight?: TensorLike | null }).sampleWeight ?? undefined;
}
