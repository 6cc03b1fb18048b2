// The base of metrics that are one rate where another one is held.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import { type Extended, type Fields, nonNegativeInteger, nullable, type OptionValues, tableLength, Schema } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { add, divideNoNan, greaterEqual, max, where } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";
import { count } from "./confusion.js";
import { Metric, type MetricFields, metricOptions } from "./metric.js";

const after = ["numThresholds", "classId", "name", "dtype"] as const;
const own = { classId: nullable(nonNegativeInteger()), numThresholds: tableLength(200) };

/** The options of a metric at a constraint: the constraint comes first. */
export function atConstraintOptions<const K extends string, const F extends Fields>(
  name: K,
  constraint: F,
): Schema<readonly [K, ...typeof after], Extended<Extended<MetricFields, typeof own>, F>> {
  const all = { ...metricOptions(null, [], own).fields, ...constraint };
  return new Schema([name, ...after], all) as unknown as ReturnType<typeof atConstraintOptions<K, F>>;
}

export interface AtConstraint<S extends Schema> {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/** The base of metrics that find the threshold which is best for one rate while another is at least so high. */
export abstract class AtConstraint<S extends Schema> extends Metric<S> {
  override readonly direction = "up";
  readonly thresholds = evenThresholds((this.options as unknown as OptionValues<Schema<readonly [], typeof own>>).numThresholds);
  readonly truePositives = this.#counter("true_positives");
  readonly falsePositives = this.#counter("false_positives");
  readonly trueNegatives = this.#counter("true_negatives");
  readonly falseNegatives = this.#counter("false_negatives");

  #counter(name: string): Variable {
    return this.addTotal({ name, shape: [this.thresholds.length], dtype: "float32" });
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const { truePositives, falsePositives, trueNegatives, falseNegatives, thresholds } = this;
    const { classId } = this.options as unknown as { classId: number | null };
    const counts = { truePositives, falsePositives, trueNegatives, falseNegatives };
    count(counts, yTrue, yPred, { thresholds, classId, sampleWeight }, (total, found) => this.accumulate(total, found));
  }

  /** Found positives among all positives: sensitivity. */
  protected get recalls(): Tensor {
    return divideNoNan(this.truePositives, add(this.truePositives, this.falseNegatives));
  }

  /** Found negatives among all negatives. */
  protected get specificities(): Tensor {
    return divideNoNan(this.trueNegatives, add(this.trueNegatives, this.falsePositives));
  }

  /** Right ones among all positive predictions. */
  protected get precisions(): Tensor {
    return divideNoNan(this.truePositives, add(this.truePositives, this.falsePositives));
  }

  /** The largest of `rates` where the constrained rate is at least `least`; 0 where it never is. */
  protected best(rates: Tensor, constrained: Tensor, least: number): Tensor {
    return max(where(greaterEqual(constrained, least), rates, 0));
  }
}

/** Thresholds from 0 to 1 in equal steps. */
function evenThresholds(count: number): readonly number[] {
  return count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1));
}
