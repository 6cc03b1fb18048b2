// Reductions of ragged tensors: over all elements, or over the rows' own axis.

import { ValueError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { Strings } from "../core/strings.js";
import { divide } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { segmentMax, segmentMin, segmentProd, segmentSum } from "../ops/indexing/segment.js";
import { max, min } from "../ops/reduce/extrema.js";
import { prod } from "../ops/reduce/prod.js";
import { mean, sum } from "../ops/reduce/sum.js";
import { reshape } from "../ops/shaping/reshape.js";
import { RaggedTensor } from "./ragged-tensor.js";

const whole = { sum, mean, max, min, prod } as const;
const bySegment = { sum: segmentSum, mean: segmentSum, max: segmentMax, min: segmentMin, prod: segmentProd } as const;

/** A reduction of all elements (axis null), or of each row's (the innermost ragged axis, −1). The mean of an empty row is NaN. */
export function reduceRagged(name: keyof typeof whole, x: RaggedTensor, axis: number | readonly number[] | null): Tensor | RaggedTensor {
  const flat = x.flatValues;
  if (flat instanceof Strings) throw new ValueError(`reduce_${name}`, { given: "strings", expected: "numbers" });
  if (axis === null) return (whole[name] as typeof sum)(flat);
  const along = Array.isArray(axis) && axis.length === 1 ? (axis[0] as number) : axis;
  const rank = x.rank;
  const at = typeof along === "number" ? (along < 0 ? along + rank : along) : NaN;
  if (at > 1 && x.values instanceof RaggedTensor) return x.withValues(reduceRagged(name, x.values, at - 1));
  if (at !== 1 || x.values instanceof RaggedTensor) {
    throw new ValueError(`ragged ${name}`, {
      given: `axis ${String(axis)} of rank ${rank}`,
      expected: `null, or ${x.raggedRank}, the axis of the innermost rows`,
      hint: "Use toTensor() for other axes.",
    });
  }
  const rows = x.splits.length - 1;
  const reduce = bySegment[name] as typeof segmentSum;
  const made = reduce(flat, x.valueRowids(), { numSegments: rows });
  if (name !== "mean") return made;
  const counts = reshape(cast(x.rowLengths() as Tensor, "float32"), [rows, ...flat.shape.slice(1).map(() => 1)]);
  return divide(made, counts);
}
