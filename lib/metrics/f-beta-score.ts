// The weighted mean of precision and recall.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import { epsilon, field, invalid, nullable, oneOf, type OptionValues, positiveNumber, type Schema } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { abs, add, cast, divide, expandDims, greater, greaterEqual, logicalAnd, max, mean, multiply, subtract, sum } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { Metric, metricOptions, metrics } from "./metric.js";

const partOfOne = field<number>({
  expected: "a number above 0 and up to 1",
  parse: (value) => (typeof value === "number" && value > 0 && value <= 1 ? value : invalid),
});

/** The options of F-scores but for beta. */
export const fScoreFields = {
  average: oneOf([null, "micro", "macro", "weighted"], null),
  threshold: nullable(partOfOne),
};

const options = metricOptions("fbeta_score", ["average", "beta", "threshold", "name", "dtype"], {
  ...fScoreFields,
  beta: positiveNumber(1),
});

type Counts = Record<"truePositives" | "falsePositives" | "falseNegatives" | "weights", Variable>;

export interface FBetaScore<S extends Schema = typeof options> {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/**
 * Weighted harmonic mean of precision and recall, `(1 + β²) · p · r / (β² · p + r)`, of each class or averaged.
 * Labels and predictions are `[batch, classes]`; without a threshold only the best class is positive.
 * Keras: keras.metrics.FBetaScore
 *
 * ```ts
 * new keras.metrics.FBetaScore({ beta: 2, threshold: 0.5 })([[1], [0], [1]], [[0.9], [0.8], [0.2]]); // [0.5]
 * ```
 */
export class FBetaScore<S extends Schema = typeof options> extends Metric<S> {
  static override readonly options: Schema = options;
  override readonly direction = "up";
  #counts?: Counts;

  get #own(): OptionValues<typeof options> {
    return this.options as unknown as OptionValues<typeof options>;
  }

  protected get beta(): number {
    return this.#own.beta;
  }

  #build(labels: Tensor, predictions: Tensor): Counts {
    if (labels.rank !== 2 || predictions.rank !== 2 || predictions.shape[1] === null) {
      throw new ShapeError(this.name, {
        given: `labels of shape ${shapeText(labels.shape)} and predictions of shape ${shapeText(predictions.shape)}`,
        expected: "[batch, classes] both",
      });
    }
    const shape = this.#own.average === "micro" ? [] : [predictions.shape[1]!];
    const counter = (name: string): Variable => this.addTotal({ name, shape });
    return {
      truePositives: counter("true_positives"),
      falsePositives: counter("false_positives"),
      falseNegatives: counter("false_negatives"),
      weights: counter("intermediate_weights"),
    };
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const [labels, scores] = [this.tensor(yTrue), this.tensor(yPred)];
    const counts = (this.#counts ??= this.#build(labels, scores));
    const { threshold, average } = this.#own;
    const isPositive =
      threshold === null
        ? logicalAnd(greaterEqual(scores, max(scores, { axis: -1, keepdims: true })), greater(abs(scores), 1e-9))
        : greater(scores, threshold);
    const predictions = cast(isPositive, this.dtype);
    const weight = sampleWeight === undefined || sampleWeight === null ? undefined : this.#weight(sampleWeight, labels);
    const total = (values: Tensor): Tensor => sum(weight ? multiply(values, weight) : values, average === "micro" ? {} : { axis: 0 });
    this.accumulate(counts.truePositives, total(multiply(predictions, labels)));
    this.accumulate(counts.falsePositives, total(multiply(predictions, subtract(1, labels))));
    this.accumulate(counts.falseNegatives, total(multiply(subtract(1, predictions), labels)));
    this.accumulate(counts.weights, total(labels));
  }

  #weight(given: TensorLike, labels: Tensor): Tensor {
    const weight = cast(asTensor(given), this.dtype);
    return weight.rank < labels.rank
      ? expandDims(
          weight,
          Array.from({ length: labels.rank - weight.rank }, (_, i) => weight.rank + i),
        )
      : weight;
  }

  override result(): Tensor {
    const { truePositives, falsePositives, falseNegatives, weights } = (this.#counts ??= this.#empty());
    const precision = divide(truePositives, add(add(truePositives, falsePositives), epsilon()));
    const recall = divide(truePositives, add(add(truePositives, falseNegatives), epsilon()));
    const square = this.beta ** 2;
    const both = add(add(multiply(precision, square), recall), epsilon());
    const score = multiply(divide(multiply(precision, recall), both), 1 + square);
    const { average } = this.#own;
    if (average === null) return score;
    if (average !== "weighted") return mean(score);
    return sum(multiply(score, divide(weights, add(sum(weights), epsilon()))));
  }

  #empty(): Counts {
    throw new ShapeError(this.name, { given: "no values so far", expected: "a call of updateState before result" });
  }
}

metrics.register({ FBetaScore });
