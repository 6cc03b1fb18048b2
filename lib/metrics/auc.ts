// The area under a curve of rates.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import {
  type Arguments,
  boolean,
  epsilon,
  field,
  invalid,
  list,
  nullable,
  number,
  oneOf,
  positiveInteger,
  withDefault,
  type Attributes,
} from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, ShapeError, text } from "../core/errors.js";
import { shapeText, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import {
  add,
  divide,
  divideNoNan,
  equal,
  greater,
  log,
  logicalAnd,
  maximum,
  mean,
  minimum,
  multiply,
  sigmoid,
  slice,
  subtract,
  sum,
  where,
} from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { count } from "./confusion.js";
import { Metric, metricOptions, metrics } from "./metric.js";

const severalThresholds = field<number>({
  expected: "an integer above 1, at most 16777216",
  parse: (value) => (Number.isInteger(value) && (value as number) > 1 && (value as number) <= 2 ** 24 ? (value as number) : invalid),
});

/** Keras writes thresholds only where they were given. */
const thresholds = nullable(list(number()));
const writtenThresholds = { ...thresholds, serialize: (value: number[] | null) => value ?? undefined };

export interface AUC {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/**
 * The area under a curve over all thresholds: true against false positive rate (ROC), precision against recall (PR), or
 * their gains (PRGAIN). Keras: keras.metrics.AUC
 *
 * ```ts
 * new keras.metrics.AUC()([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]); // 0.75
 * ```
 *
 * @see Davis and Goadrich, The Relationship Between Precision-Recall and ROC Curves, 2006
 */
export class AUC extends Metric<typeof AUC.options> {
  static override readonly options = metricOptions(null, ["numThresholds", "curve", "summationMethod", "name", "dtype"], {
    numThresholds: withDefault(severalThresholds, 200),
    curve: oneOf(["ROC", "PR", "PRGAIN"], "ROC"),
    summationMethod: oneOf(["interpolation", "minoring", "majoring"], "interpolation"),
    thresholds: writtenThresholds,
    multiLabel: boolean(false),
    numLabels: nullable(positiveInteger()),
    labelWeights: nullable(list(number())),
    fromLogits: boolean(false),
  });
  override readonly direction = "up";
  readonly thresholds: readonly number[];
  truePositives!: Variable;
  falsePositives!: Variable;
  trueNegatives!: Variable;
  falseNegatives!: Variable;

  constructor(...given: Arguments<typeof AUC.options>) {
    super(...given);
    const { numThresholds, thresholds, multiLabel, numLabels } = this.options;
    const inner = thresholds
      ? [...thresholds].sort((a, b) => a - b)
      : Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
    this.thresholds = [-epsilon(), ...inner, 1 + epsilon()];
    if (!multiLabel && numLabels !== null) {
      throw new ArgumentError("AUC.numLabels", { given: text(numLabels), expected: "nothing, unless multiLabel is true" });
    }
    if (!multiLabel) this.#build([]);
    else if (numLabels !== null) this.#build([numLabels]);
  }

  #build(labels: readonly number[]): void {
    const counter = (name: string): Variable => this.addTotal({ name, shape: [this.thresholds.length, ...labels], dtype: "float32" });
    this.truePositives = counter("true_positives");
    this.falsePositives = counter("false_positives");
    this.trueNegatives = counter("true_negatives");
    this.falseNegatives = counter("false_negatives");
  }

  #buildFor(shape: Shape): void {
    if (shape.length !== 2) {
      throw new ShapeError(this.name, {
        given: `predictions of shape ${shapeText(shape)}`,
        expected: "[batch, labels], as multiLabel is true",
      });
    }
    this.#build([shape[1]!]);
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const { multiLabel, labelWeights, fromLogits } = this.options;
    const given = asTensor(yPred);
    if (this.truePositives === undefined) this.#buildFor(given.shape);
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = this;
    const counts = { truePositives, falsePositives, trueNegatives, falseNegatives };
    // Labels that are apart are weighed in the result.
    const options = { thresholds: this.thresholds, sampleWeight, multiLabel, labelWeights: multiLabel ? null : labelWeights };
    count(counts, yTrue, fromLogits ? sigmoid(given) : given, options, (total, found) => this.accumulate(total, found));
  }

  override result(): Tensor {
    const { curve, summationMethod } = this.options;
    if (curve === "PR" && summationMethod === "interpolation") return this.interpolatePrAuc();
    const [x, y] = this.#curve();
    const [high, low] = [upper(y), lower(y)];
    const heights =
      summationMethod === "interpolation"
        ? divide(add(high, low), 2)
        : summationMethod === "minoring"
          ? minimum(high, low)
          : maximum(high, low);
    return this.#overLabels(multiply(subtract(upper(x), lower(x)), heights));
  }

  /** The points of the curve. */
  #curve(): [Tensor, Tensor] {
    const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = this;
    const recall = divideNoNan(tp, add(tp, fn));
    switch (this.options.curve) {
      case "ROC":
        return [divideNoNan(fp, add(fp, tn)), recall];
      case "PR":
        return [recall, divideNoNan(tp, add(tp, fp))];
      case "PRGAIN": {
        const scale = divideNoNan(add(tp, fn), add(tn, fp));
        const gain = (wrong: Variable): Tensor => subtract(1, multiply(scale, divideNoNan(wrong, tp)));
        const isNone = equal(tp, 0);
        return [maximum(where(isNone, 0, gain(fn)), 0), where(isNone, 1, gain(fp))];
      }
    }
  }

  /** The area under the curve of precision and recall, where precision is interpolated as between counts. Keras: interpolate_pr_auc */
  interpolatePrAuc(): Tensor {
    return this.#overLabels(this.#interpolatedPrecision());
  }

  /** Areas between neighbouring thresholds, where precision follows the straight line of true against all positives. */
  #interpolatedPrecision(): Tensor {
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = this;
    const found = subtract(upper(tp), lower(tp));
    const positives = add(tp, fp);
    const slope = divideNoNan(found, maximum(subtract(upper(positives), lower(positives)), 0));
    const intercept = subtract(lower(tp), multiply(slope, lower(positives)));
    const areBoth = logicalAnd(greater(upper(positives), 0), greater(lower(positives), 0));
    const ratio = where(areBoth, divideNoNan(upper(positives), maximum(lower(positives), 0)), 1);
    const area = multiply(slope, add(found, multiply(intercept, log(ratio))));
    return divideNoNan(area, maximum(add(lower(tp), lower(fn)), 0));
  }

  /** The sum of areas; of several labels, the weighted mean. */
  #overLabels(areas: Tensor): Tensor {
    const { multiLabel, labelWeights } = this.options;
    if (!multiLabel) return sum(areas);
    const byLabel = sum(areas, { axis: 0 });
    if (labelWeights === null) return mean(byLabel);
    return divideNoNan(
      sum(multiply(byLabel, asTensor(labelWeights))),
      labelWeights.reduce((a, b) => a + b, 0),
    );
  }
}

export interface AUC extends Attributes<typeof AUC.options, "thresholds"> {}

/** All thresholds but the last. */
function upper(x: TensorLike): Tensor {
  const tensor = asTensor(x);
  const [length, ...others] = tensor.shape as readonly number[];
  return slice(
    tensor,
    tensor.shape.map(() => 0),
    [length! - 1, ...others],
  );
}

/** All thresholds but the first. */
function lower(x: TensorLike): Tensor {
  const tensor = asTensor(x);
  const [length, ...others] = tensor.shape as readonly number[];
  return slice(tensor, [1, ...others.map(() => 0)], [length! - 1, ...others]);
}

metrics.register({ AUC });
