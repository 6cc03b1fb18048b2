// True and false positives and negatives at one or more thresholds: what precision, recall and their kin are made of.

import { epsilon, fraction, nullable, oneOrMore } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { toSameRank } from "../losses/same-rank.js";
import {
  add,
  broadcastTo,
  cast,
  clip,
  expandDims,
  greater,
  multiply,
  oneHot,
  reshape,
  slice,
  squeeze,
  subtract,
  sum,
  topK,
} from "../ops/index.js";
import type { Variable } from "../variables/variable.js";

/** Below every prediction. */
export const LOWEST = -1e10;

/** An option for thresholds: null, one, or several between 0 and 1. */
export const thresholdsField = () => nullable(oneOrMore(fraction()));

/** The thresholds that an option means. */
export function thresholdsOf(given: number | readonly number[] | null, fallback: number): readonly number[] {
  const all = given ?? fallback;
  return Array.isArray(all) ? (all as readonly number[]) : [all as number];
}

/** Counts at each threshold, `[thresholds]` or `[thresholds, labels]`; those that are given are updated. */
export interface Counts {
  readonly truePositives?: Variable;
  readonly falsePositives?: Variable;
  readonly trueNegatives?: Variable;
  readonly falseNegatives?: Variable;
}

/** How predictions are counted. */
export interface CountOptions {
  readonly thresholds: readonly number[];
  /** Only the k best classes of a sample are positive. */
  readonly topK?: number | null;
  /** Only this class counts. */
  readonly classId?: number | null;
  readonly sampleWeight?: TensorLike | null | undefined;
  /** Whether each label, along axis 1, is counted by itself. */
  readonly multiLabel?: boolean;
  /** Weights of the labels. */
  readonly labelWeights?: readonly number[] | null;
}

/** Gives the counts of a batch to `accumulate`, variable by variable. */
export function count(
  counts: Counts,
  yTrue: TensorLike,
  yPred: TensorLike,
  options: CountOptions,
  accumulate: (count: Variable, found: Tensor) => void,
): void {
  const { thresholds, multiLabel = false } = options;
  let [predictions, labels] = toSameRank(cast(asTensor(yPred), "float32"), cast(asTensor(yTrue), "float32"));
  const sampleWeight = sampleWeightOf(options.sampleWeight, labels);
  if (options.topK !== undefined && options.topK !== null) predictions = bestOnly(predictions, options.topK);
  if (options.classId !== undefined && options.classId !== null) {
    [predictions, labels] = [ofClass(predictions, options.classId), ofClass(labels, options.classId)];
  }
  // Keras counts evenly spaced thresholds by buckets from 0 to 1.
  if (areEven(thresholds)) predictions = clip(predictions, 0, 1);
  const weights = weightsOf(sampleWeight, options.labelWeights, predictions);
  // [samples, labels]; where labels are not apart, every element is a sample.
  const arranged = (x: Tensor): Tensor => (multiLabel ? x : reshape(x, [-1, 1]));
  const isTrue = multiply(arranged(cast(cast(labels, "bool"), "float32")), weights === undefined ? 1 : arranged(weights));
  const isFalse = subtract(weights === undefined ? 1 : arranged(weights), isTrue);
  const limits = reshape(asTensor([...thresholds]), [-1, 1, 1]);
  const isPositive = cast(greater(expandDims(arranged(predictions), 0), limits), "float32");
  const at = (which: Tensor): Tensor => sum(multiply(isPositive, which), { axis: 1 });
  const [truePositives, falsePositives] = [at(isTrue), at(isFalse)];
  const update = (variable: Variable | undefined, values: Tensor): void => {
    if (variable) accumulate(variable, reshape(values, variable.shape));
  };
  update(counts.truePositives, truePositives);
  update(counts.falsePositives, falsePositives);
  update(counts.falseNegatives, subtract(sum(isTrue, { axis: 0 }), truePositives));
  update(counts.trueNegatives, subtract(sum(isFalse, { axis: 0 }), falsePositives));
}

/** Weights of the rank of the labels. */
function sampleWeightOf(given: TensorLike | null | undefined, labels: Tensor): Tensor | undefined {
  if (given === undefined || given === null) return undefined;
  const weight = expandDims(cast(asTensor(given), "float32"), -1);
  return weight.rank === labels.rank + 1 ? squeeze(weight, -1) : weight;
}

function weightsOf(sampleWeight: Tensor | undefined, labelWeights: readonly number[] | null | undefined, like: Tensor): Tensor | undefined {
  const all = labelWeights ? multiply(asTensor([labelWeights]), sampleWeight ?? 1) : sampleWeight;
  return all === undefined ? undefined : broadcastTo(all, like.shape);
}

/** Predictions of a class, its axis kept. */
function ofClass(x: Tensor, classId: number): Tensor {
  if (x.rank < 2) {
    throw new ShapeError("classId", { given: `predictions of shape ${shapeText(x.shape)}`, expected: "[batch, classes]" });
  }
  const shape = x.shape as readonly number[];
  const begin = shape.map((_, axis) => (axis === shape.length - 1 ? classId : 0));
  return slice(x, begin, [...shape.slice(0, -1), 1]);
}

/** The k best predictions of each sample; the others fall below every threshold. */
function bestOnly(predictions: Tensor, k: number): Tensor {
  const [, indices] = topK(predictions, k);
  const isBest = sum(oneHot(indices, predictions.shape.at(-1)!), { axis: -2 });
  return add(multiply(predictions, isBest), multiply(subtract(1, isBest), LOWEST));
}

/** Whether thresholds run from 0 to 1 in equal steps, an ε aside. */
function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  return last >= 2 && thresholds.every((threshold, i) => Math.abs(threshold - i / last) <= epsilon() + 1e-5 * (i / last));
}
