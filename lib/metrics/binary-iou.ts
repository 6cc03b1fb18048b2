// Intersection over union of two classes, from scores.

import type { SampleWeights } from "../losses/sample-weight.js";
import { list, nonNegativeInteger, nullable, number, schema, string, type Attributes } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { cast, greaterEqual } from "../ops/index.js";
import { countDtype, IoUBase, type IoURules } from "./iou-base.js";
import { metrics } from "./metric.js";

/**
 * Intersection over union of classes 0 and 1, or of one of them; predictions are scores. Keras: keras.metrics.BinaryIoU
 *
 * ```ts
 * new keras.metrics.BinaryIoU({ threshold: 0.5 })([0, 1, 1], [0.1, 0.2, 0.9]); // 0.5
 * ```
 */
export class BinaryIoU extends IoUBase<typeof BinaryIoU.options> {
  static override readonly options = schema(["targetClassIds", "threshold", "name", "dtype"], {
    name: nullable(string()),
    dtype: countDtype,
    targetClassIds: list(nonNegativeInteger(), [0, 1]),
    threshold: number(0.5),
  });

  protected override rules(): IoURules {
    return {
      numClasses: 2,
      targetClassIds: this.options.targetClassIds,
      ignoreClass: null,
      sparseYTrue: true,
      sparseYPred: true,
      axis: -1,
    };
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const isPositive = greaterEqual(cast(asTensor(yPred), "float32"), this.options.threshold);
    super.updateState(yTrue, cast(isPositive, "int32"), weights);
  }
}

export interface BinaryIoU extends Attributes<typeof BinaryIoU.options> {}

metrics.register({ BinaryIoU });
