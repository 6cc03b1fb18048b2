// Connectionist temporal classification: the recursion over alignments, in logarithms.

import { operation } from "../../core/operation.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError } from "../../core/errors.js";
import { known, shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, maximum, multiply, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { greater, notEqual } from "../elementwise/comparison.js";
import { logaddexp } from "../elementwise/logaddexp.js";
import { negative } from "../elementwise/powers.js";
import { where } from "../elementwise/where.js";
import { pickAlong } from "../indexing/take.js";
import { broadcastTo } from "../shaping/broadcast.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { full } from "../shaping/create.js";
import { expandDims, reshape, squeeze } from "../shaping/reshape.js";
import { slice } from "../shaping/slice.js";
import { unstack } from "../shaping/split.js";
import { logSoftmax } from "./softmax.js";

/** The logarithm of nothing: finite, so that gradients are. */
const NOTHING = -1e5;

/**
 * Connectionist temporal classification: −log of the probability of a label sequence, summed over all its alignments.
 *
 * A path runs through the labels with a blank before, between and behind them. alpha[s] is the probability of all paths that
 * end in state s: it comes from s, from s − 1, and from s − 2 where that skips a blank between different labels.
 *
 * ```ts
 * ops.ctcLoss([[1]], [[[0.5, 0.5], [0, 1]]], [1], [2]); // [0.1444]
 * ```
 *
 * @param target         class indices `[batch, labels]`
 * @param output         logits `[batch, time, classes]`
 * @param targetLength   how many labels each sample has `[batch]`
 * @param outputLength   how many time steps each sample has `[batch]`
 * @param options.maskIndex  the class that is the blank
 * @see Graves et al., Connectionist Temporal Classification, 2006
 */
export const ctcLoss = operation(
  "nn.ctcLoss(*target, *output, *targetLength, *outputLength, maskIndex:int=0)",
  (target: TensorLike, output: TensorLike, targetLength: TensorLike, outputLength: TensorLike, maskIndex: number): Tensor => {
    const labels = cast(asTensor(target), "int32");
    const logits = asTensor(output);
    if (labels.rank !== 2 || logits.rank !== 3) {
      throw new ShapeError("ctcLoss", {
        given: `target ${shapeText(labels.shape)} and output ${shapeText(logits.shape)}`,
        expected: "target [batch, labels] and output [batch, time, classes]",
      });
    }
    const [batch, count] = known(labels.shape, "ctcLoss") as [number, number];
    const [, time] = known(logits.shape, "ctcLoss") as [number, number, number];
    const states = 2 * count + 1;
    const blanks = full([batch, count], maskIndex, { dtype: "int32" });
    const path = concatenate([reshape(stack([blanks, labels], 2), [batch, 2 * count]), full([batch, 1], maskIndex, { dtype: "int32" })], 1);
    const scores = pickAlong(logSoftmax(logits), broadcastTo(expandDims(path, 1), [batch, time, states]), 2);
    const canSkip = skips(path, maskIndex);
    const lasts = reshape(cast(asTensor(outputLength), "int32"), [batch, 1]);
    const [first, ...others] = unstack(scores, time, 1);
    let alpha = startOf(first!);
    others.forEach((score, at) => {
      const moved = logaddexp(logaddexp(alpha, behind(alpha, 1)), where(canSkip, behind(alpha, 2), NOTHING));
      alpha = where(greater(lasts, at + 1), add(moved, score), alpha);
    });
    const lengths = reshape(cast(asTensor(targetLength), "int32"), [batch, 1]);
    const end = multiply(lengths, 2);
    const onBlank = pickAlong(alpha, end, 1);
    const onLabel = where(greater(lengths, 0), pickAlong(alpha, maximum(subtract(end, 1), 0), 1), NOTHING);
    return negative(squeeze(logaddexp(onBlank, onLabel), 1));
  },
  { className: "CTCLoss" },
);

/** States that can be reached over a blank: labels that differ from the one before. */
function skips(path: Tensor, blank: number): Tensor {
  const before = behind(path, 2, blank);
  return cast(multiply(cast(notEqual(path, blank), "int32"), cast(notEqual(path, before), "int32")), "bool");
}

/** A path begins with the blank or with the first label. */
function startOf(score: Tensor): Tensor {
  const [batch, states] = score.shape as readonly [number, number];
  const open = Math.min(2, states);
  return concatenate([slice(score, [0, 0], [batch, open]), full([batch, states - open], NOTHING)], 1);
}

/** Values of the states some places before. */
function behind(x: Tensor, places: number, fill: number = NOTHING): Tensor {
  const [batch, states] = x.shape as readonly [number, number];
  const gap = Math.min(places, states);
  return concatenate([full([batch, gap], fill, { dtype: x.dtype }), slice(x, [0, 0], [batch, states - gap])], 1);
}
