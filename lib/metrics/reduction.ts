// Values and weights by sample.

import { asTensor, type TensorLike } from "../core/convert.js";
import { maskOf } from "../core/mask.js";
import type { Tensor } from "../core/tensor.js";
import { applyMask } from "../losses/reduction.js";
import { toSameRank } from "../losses/same-rank.js";
import { broadcastTo, cast, multiply } from "../ops/index.js";

type Reduce = (x: Tensor, options: { axis: readonly number[] }) => Tensor;

const axes = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** One value and one weight for each sample; values and weights of the other axes are reduced. */
export function toSamples(
  values: TensorLike,
  sampleWeight: TensorLike | null | undefined,
  reduce: Reduce,
): { values: Tensor; weight?: Tensor } {
  const given = asTensor(values);
  let perSample = cast(given, "float32");
  let weight: Tensor | undefined;
  if (sampleWeight !== undefined && sampleWeight !== null) {
    weight = applyMask(cast(asTensor(sampleWeight), "float32"), maskOf(given), "sum")!;
    [perSample, weight] = toSameRank(perSample, weight);
    const weightRank = weight.rank;
    if (perSample.rank > weightRank) perSample = reduce(perSample, { axis: axes(weightRank, perSample.rank) });
    // Broadcasting changes the sum of the weights, not the products.
    weight = broadcastTo(weight, perSample.shape);
    perSample = multiply(perSample, weight);
    if (weightRank > 1) weight = reduce(weight, { axis: axes(1, weightRank) });
  }
  if (perSample.rank > 1) perSample = reduce(perSample, { axis: axes(1, perSample.rank) });
  return weight === undefined ? { values: perSample } : { values: perSample, weight };
}
