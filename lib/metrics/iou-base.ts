// The base of intersection over union: a confusion matrix of classes, added to by batch.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import { dtypePolicy, epsilon, type Schema, withDefault } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import {
  add,
  argmax,
  broadcastTo,
  cast,
  divide,
  expandDims,
  eye,
  greater,
  greaterEqual,
  less,
  logicalAnd,
  matmul,
  multiply,
  notEqual,
  oneHot,
  reshape,
  subtract,
  sum,
  take,
  transpose,
  where,
} from "../ops/index.js";
import { Metric } from "./metric.js";

/** Counts are whole numbers unless another dtype is given. */
export const countDtype = withDefault(dtypePolicy("string"), "int32");

/** How an intersection over union takes labels and predictions. */
export interface IoURules {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  /** Whether labels, and predictions, are class indices and not one-hot. */
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  /** The axis of classes where they are one-hot. */
  readonly axis: number;
}

export interface IoUBase<S extends Schema> {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/** The base of intersections over unions: a confusion matrix of all values. */
export abstract class IoUBase<S extends Schema> extends Metric<S> {
  override readonly direction = "up";
  /** `[labels, predictions]` */
  readonly totalConfusionMatrix = this.addTotal({ name: "total_confusion_matrix", shape: this.#shape });

  get #shape(): readonly number[] {
    const { numClasses } = this.rules();
    return [numClasses, numClasses];
  }

  protected abstract rules(): IoURules;

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred, axis } = this.rules();
    const flat = (values: TensorLike, isSparse: boolean): Tensor => {
      const tensor = asTensor(values);
      return reshape(cast(isSparse ? tensor : argmax(tensor, { axis }), "int32"), [-1]);
    };
    const [labels, predictions] = [flat(yTrue, sparseYTrue), flat(yPred, sparseYPred)];
    // What has no class counts nowhere.
    const isClass = (x: Tensor): Tensor => logicalAnd(greaterEqual(x, 0), less(x, numClasses));
    const areClasses = logicalAnd(isClass(labels), isClass(predictions));
    const counts = ignoreClass === null ? areClasses : logicalAnd(areClasses, notEqual(labels, ignoreClass));
    const weight = where(counts, this.#weight(sampleWeight, labels), 0);
    const rows = multiply(oneHot(labels, numClasses), expandDims(weight, -1));
    const matrix = matmul(transpose(rows), oneHot(predictions, numClasses));
    this.accumulate(this.totalConfusionMatrix, cast(matrix, this.dtype));
  }

  /** Weights in the dtype of the counts, so that whole numbers stay whole. */
  #weight(given: TensorLike | null | undefined, labels: Tensor): Tensor {
    const weight = cast(cast(asTensor(given ?? 1), this.dtype), "float32");
    return broadcastTo(weight.rank > 1 ? reshape(weight, [-1]) : weight, labels.shape);
  }

  override result(): Tensor {
    const { numClasses, targetClassIds } = this.rules();
    const matrix = cast(this.totalConfusionMatrix, "float32");
    const both = sum(multiply(matrix, eye(numClasses)), { axis: 0 });
    const union = subtract(add(sum(matrix, { axis: 0 }), sum(matrix, { axis: 1 })), both);
    const ids = asTensor([...targetClassIds], "int32");
    const [found, all] = [take(both, ids), take(union, ids)];
    const isThere = greater(all, 1e-9);
    const ratios = where(isThere, divide(found, add(all, epsilon())), 0);
    return divide(sum(ratios), add(sum(cast(isThere, "float32")), epsilon()));
  }
}
