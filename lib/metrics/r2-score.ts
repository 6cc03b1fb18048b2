// The part of a variance that predictions explain.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import { nonNegativeInteger, oneOf, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ShapeError, StateError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { toSameRank } from "../losses/same-rank.js";
import {
  any,
  broadcastTo,
  cast,
  divide,
  expandDims,
  isinf,
  lessEqual,
  mean,
  multiply,
  notEqual,
  square,
  subtract,
  sum,
  where,
} from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Metric, metricOptions, metrics } from "./metric.js";

type Sums = Record<"squares" | "labels" | "errors" | "weights", Variable>;

export interface R2Score {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/**
 * Which part of the variance of labels the predictions explain: 1 where they are equal, 0 where they are no better than the
 * mean. Labels and predictions are `[batch, outputs]`. Keras: keras.metrics.R2Score
 *
 * ```ts
 * new keras.metrics.R2Score()([[1], [2], [3]], [[1], [2], [4]]); // 0.5
 * ```
 */
export class R2Score extends Metric<typeof R2Score.options> {
  static override readonly options = metricOptions("r2_score", ["classAggregation", "numRegressors", "name", "dtype"], {
    classAggregation: oneOf(["uniform_average", "variance_weighted_average", null], "uniform_average"),
    numRegressors: nonNegativeInteger(0),
  });
  override readonly direction = "up";
  readonly numSamples = this.addTotal({ name: "num_samples", dtype: "float32" });
  #sums?: Sums;

  #build(labels: Tensor, predictions: Tensor): Sums {
    if (labels.rank !== 2 || predictions.rank !== 2 || predictions.shape[1] === null) {
      throw new ShapeError(this.name, {
        given: `labels of shape ${shapeText(labels.shape)} and predictions of shape ${shapeText(predictions.shape)}`,
        expected: "[batch, outputs] both",
      });
    }
    const summed = (name: string): Variable => this.addTotal({ name, shape: [predictions.shape[1]!], dtype: "float32" });
    return { squares: summed("squared_sum"), labels: summed("sum"), errors: summed("residual"), weights: summed("count") };
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const [labels, predictions] = toSameRank(this.tensor(yTrue), this.tensor(yPred));
    const sums = (this.#sums ??= this.#build(labels, predictions));
    const given = cast(asTensor(sampleWeight ?? 1), this.dtype);
    const weight = broadcastTo(given.rank === 1 ? expandDims(given, 1) : given, labels.shape);
    const weighted = multiply(labels, weight);
    this.accumulate(sums.labels, sum(weighted, { axis: 0 }));
    this.accumulate(sums.squares, sum(multiply(labels, weighted), { axis: 0 }));
    this.accumulate(sums.errors, sum(multiply(square(subtract(labels, predictions)), weight), { axis: 0 }));
    this.accumulate(sums.weights, sum(weight, { axis: 0 }));
    this.accumulate(this.numSamples, sum(cast(any(notEqual(weight, 0), { axis: -1 }), "float32")));
  }

  override result(): Tensor {
    if (!this.#sums) throw new StateError(this.name, { given: "no values so far", expected: "a call of updateState before result" });
    const { squares, labels, errors, weights } = this.#sums;
    const total = subtract(squares, multiply(labels, divide(labels, weights)));
    const raw = subtract(1, divide(errors, total));
    const scores = where(isinf(raw), 0, raw);
    return this.#adjusted(this.#aggregated(scores, total));
  }

  #aggregated(scores: Tensor, total: Tensor): Tensor {
    const { classAggregation } = this.options;
    if (classAggregation === null) return scores;
    return classAggregation === "uniform_average" ? mean(scores) : divide(sum(multiply(total, scores)), sum(total));
  }

  /** The score adjusted for the number of regressors, where there are samples enough for it. */
  #adjusted(score: Tensor): Tensor {
    const { numRegressors } = this.options;
    if (numRegressors === 0) return score;
    const before = subtract(this.numSamples, 1);
    const adjusted = subtract(1, divide(multiply(subtract(1, score), before), subtract(before, numRegressors)));
    return where(lessEqual(before, numRegressors), score, adjusted);
  }
}

export interface R2Score extends Attributes<typeof R2Score.options> {}

metrics.register({ R2Score });
