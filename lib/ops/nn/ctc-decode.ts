// Decoding for connectionist temporal classification: the best class of each step, or a search over prefixes. Made of public operations, so
// that it can be traced; both keep the batch open.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { operation } from "../../core/operation.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { add, floorDivide, maximum, mod, subtract } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal, greater, greaterEqual, less } from "../elementwise/comparison.js";
import { logaddexp } from "../elementwise/logaddexp.js";
import { logicalAnd, logicalOr } from "../elementwise/logical.js";
import { negative } from "../elementwise/negative.js";
import { where } from "../elementwise/where.js";
import { oneHot } from "../indexing/one-hot.js";
import { argsort, topK } from "../indexing/sort.js";
import { takeAlongAxis } from "../indexing/take.js";
import { matmul } from "../linalg/matmul.js";
import { asFloat } from "../promotion.js";
import { argmax } from "../reduce/arg.js";
import { max } from "../reduce/extrema.js";
import { all } from "../reduce/logical.js";
import { sum } from "../reduce/sum.js";
import { concatenate, stack } from "../shaping/concatenate.js";
import { fullLike, progression, zerosLike } from "../shaping/create.js";
import { pad } from "../shaping/pad.js";
import { expandDims, mergeAxes } from "../shaping/reshape.js";
import { everything, stridedOf } from "../shaping/slice.js";
import { unstack } from "../shaping/split.js";
import { logSoftmax } from "./softmax.js";

/** What stands behind the labels of a sequence. */
const NONE = -1;
/** What a beam that holds nothing holds: no label, so that it equals no sequence. */
const DEAD = -2;
/** The logarithm of nothing: finite, so that sums of it stay numbers. */
const NOTHING = -1e30;

/**
 * Label sequences of the outputs of a CTC model.
 *
 * "greedy" takes the class with the largest logit at each step, merges repeats (unless `mergeRepeated` is false) and drops blanks; its
 * score is −Σ of these logits. "beam_search" follows the `beamWidth` most probable prefixes, each with all its alignments; its scores are
 * logarithms of their probabilities, the most probable sequence first.
 *
 * ```ts
 * const logits = [[[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]];
 * const [sequences, scores] = ops.ctcDecode(logits, [4]);
 * sequences.array(); // [[[1, 2, -1, -1]]]: the blank is class 0
 * ```
 *
 * @param inputs           logits `[batch, time, classes]`
 * @param sequenceLengths  how many steps of each sample count `[batch]`
 * @param maskIndex        the blank; null is the last class, negative ones count from the end
 * @returns                sequences, int32 `[1 or topPaths, batch, time]`, filled up with −1, and scores `[batch, 1 or topPaths]`
 * @throws ShapeError, ValueError
 * @see Graves et al., Connectionist Temporal Classification, 2006; Hannun et al., First-pass large vocabulary continuous speech recognition
 *      using bi-directional recurrent DNNs, 2014
 */
export const ctcDecode = operation(
  'nn.ctcDecode(*inputs, *sequenceLengths, strategy="greedy", beamWidth:int=100, topPaths:int=1, mergeRepeated=true, maskIndex:int|null=0)',
  (
    inputs: TensorLike,
    sequenceLengths: TensorLike,
    strategy: string,
    beamWidth: number,
    topPaths: number,
    mergeRepeated: boolean,
    maskIndex: number | null,
  ): [sequences: Tensor, scores: Tensor] => {
    const logits = asFloat(inputs);
    const [, time, classes] = logits.shape;
    if (logits.rank !== 3 || typeof time !== "number" || typeof classes !== "number")
      throw new ShapeError("ctcDecode", { given: shapeText(logits.shape), expected: "[batch, time, classes], the last two known" });
    const blank = maskIndex === null ? classes - 1 : maskIndex < 0 ? maskIndex + classes : maskIndex;
    if (!(blank >= 0 && blank < classes))
      throw new ValueError("ctcDecode.maskIndex", { given: String(maskIndex), expected: `one of ${classes} classes` });
    const lengths = expandDims(cast(asTensor(sequenceLengths), "int32"), 1);
    if (strategy === "greedy") return greedy(logits, lengths, time, blank, mergeRepeated);
    if (strategy !== "beam_search")
      throw new ValueError("ctcDecode.strategy", { given: text(strategy), expected: '"greedy" or "beam_search"' });
    if (!(beamWidth >= topPaths && topPaths >= 1))
      throw new ValueError("ctcDecode", { given: `topPaths ${topPaths} of beamWidth ${beamWidth}`, expected: "1 ≤ topPaths ≤ beamWidth" });
    return beams(logits, lengths, time, classes, beamWidth, topPaths, blank);
  },
  { className: "CTCDecode" },
);

function greedy(logits: Tensor, lengths: Tensor, time: number, blank: number, mergeRepeated: boolean): [Tensor, Tensor] {
  const steps = expandDims(progression(0, 1, time, "int32"), 0);
  const isOver = greaterEqual(steps, lengths);
  const best = where(isOver, blank, argmax(logits, { axis: -1 }));
  const scores = negative(sum(where(isOver, 0, max(logits, { axis: -1 })), { axis: 1, keepdims: true }));
  const before = pad(part(best, 1, 0, time - 1), [[0, 0], [1, 0]], "constant", NONE); // prettier-ignore
  const isDropped = mergeRepeated ? logicalOr(equal(best, blank), equal(best, before)) : equal(best, blank);
  const labels = where(isDropped, NONE, best);
  const order = argsort(where(isDropped, time, add(steps, zerosLike(labels))), -1);
  return [expandDims(takeAlongAxis(labels, order, -1), 0), scores];
}

const part = (x: Tensor, axis: number, begin: number, count: number): Tensor =>
  stridedOf(
    x,
    x.shape.map((length, i) => (i === axis ? { begin, step: 1, count } : everything(length))),
  );

/**
 * The beams of all samples: label sequences `[batch, beam, time]`, and how probable their alignments are that end in a blank, or in a
 * label.
 */
interface Beams {
  readonly paths: Tensor;
  readonly lengths: Tensor;
  readonly lasts: Tensor;
  readonly onBlank: Tensor;
  readonly onLabel: Tensor;
}

function beams(
  logits: Tensor,
  lengths: Tensor,
  time: number,
  classes: number,
  width: number,
  count: number,
  blank: number,
): [Tensor, Tensor] {
  const scores = unstack(logSoftmax(logits), time, 1);
  let state = beginning(scores[0]!, width, time);
  scores.forEach((score, at) => {
    const next = step(state, score, classes, width, time, blank);
    const isOn = less(at, lengths);
    state = {
      paths: where(expandDims(isOn, 2), next.paths, state.paths),
      lengths: where(isOn, next.lengths, state.lengths),
      lasts: where(isOn, next.lasts, state.lasts),
      onBlank: where(isOn, next.onBlank, state.onBlank),
      onLabel: where(isOn, next.onLabel, state.onLabel),
    };
  });
  const [best, places] = topK(logaddexp(state.onBlank, state.onLabel), count);
  const found = takeAlongAxis(state.paths, expandDims(places, 2), 1);
  const rows = unstack(where(equal(found, DEAD), NONE, found), count, 1);
  return [stack(rows, 0), where(less(best, NOTHING / 2), -Infinity, best)];
}

/** One beam holds the empty sequence, the others nothing. */
function beginning(score: Tensor, width: number, time: number): Beams {
  const one = part(zerosLike(score), 1, 0, 1);
  const beam = expandDims(progression(0, 1, width, "int32"), 0);
  const isFirst = equal(add(cast(one, "int32"), beam), 0);
  const whole = cast(where(isFirst, NONE, DEAD), "int32");
  return {
    paths: add(expandDims(whole, 2), zerosLike(expandDims(expandDims(progression(0, 1, time, "int32"), 0), 0))),
    lengths: zerosLike(whole),
    lasts: whole,
    onBlank: where(isFirst, 0, NOTHING),
    onLabel: fullLike(add(one, cast(beam, "float32")), NOTHING),
  };
}

/** One step: a beam stays what it is (by a blank, or by its last label once more), or a label is added. */
function step(
  { paths, lengths, lasts, onBlank, onLabel }: Beams,
  score: Tensor,
  classes: number,
  width: number,
  time: number,
  blank: number,
): Beams {
  const total = logaddexp(onBlank, onLabel);
  const places = expandDims(expandDims(progression(0, 1, time, "int32"), 0), 0);
  const ofLast = takeAlongAxis(score, maximum(lasts, 0), 1);
  const hasLabel = greaterEqual(lasts, 0);
  // A beam that another one becomes by its last label: their alignments are the same sequence's.
  const shorter = where(equal(places, subtract(expandDims(lengths, 2), 1)), NONE, paths);
  const isParent = logicalAnd(all(equal(expandDims(paths, 2), expandDims(shorter, 1)), { axis: -1 }), expandDims(hasLabel, 1));
  const fromParent = where(equal(expandDims(lasts, 2), expandDims(lasts, 1)), expandDims(onBlank, 2), expandDims(total, 2));
  const joined = max(where(isParent, add(fromParent, expandDims(ofLast, 1)), NOTHING), { axis: 1 });
  const stayOnBlank = add(total, part(score, 1, blank, 1));
  const stayOnLabel = logaddexp(where(hasLabel, add(onLabel, ofLast), NOTHING), joined);
  // New sequences: every beam and every label, but for those that are beams already.
  const labels = expandDims(expandDims(progression(0, 1, classes, "int32"), 0), 0);
  const isBeam = greater(matmul(cast(isParent, "float32"), oneHot(maximum(lasts, 0), classes)), 0);
  const grown = add(where(equal(labels, expandDims(lasts, 2)), expandDims(onBlank, 2), expandDims(total, 2)), expandDims(score, 1));
  const added = mergeAxes(where(logicalOr(isBeam, equal(labels, blank)), NOTHING, grown), 1, 2);

  const [best, chosen] = topK(concatenate([logaddexp(stayOnBlank, stayOnLabel), added], 1), width);
  const isNew = greaterEqual(chosen, width);
  const from = where(isNew, floorDivide(subtract(chosen, width), classes), chosen);
  const label = mod(subtract(chosen, width), classes);
  const of = (x: Tensor): Tensor => takeAlongAxis(x, from, 1);
  const isAlive = greater(best, NOTHING / 2);
  const alive = (x: Tensor, otherwise: number): Tensor => where(isAlive, x, otherwise);
  const oldPaths = takeAlongAxis(paths, expandDims(from, 2), 1);
  const isPlace = logicalAnd(expandDims(isNew, 2), equal(places, expandDims(of(lengths), 2)));
  return {
    paths: where(expandDims(isAlive, 2), where(isPlace, expandDims(label, 2), oldPaths), DEAD),
    lengths: alive(add(of(lengths), cast(isNew, "int32")), 0),
    lasts: alive(where(isNew, label, of(lasts)), DEAD),
    onBlank: where(logicalAnd(isAlive, equal(isNew, false)), of(stayOnBlank), NOTHING),
    onLabel: where(isAlive, where(isNew, best, of(stayOnLabel)), NOTHING),
  };
}
