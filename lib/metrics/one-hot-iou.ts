// Intersection over union of chosen classes, with one-hot labels.

import { boolean, integer, list, nonNegativeInteger, nullable, tableLength, schema, string, type Attributes } from "../config/index.js";
import { countDtype, IoUBase, type IoURules } from "./iou-base.js";
import { metrics } from "./metric.js";

/**
 * Intersection over union of some classes; labels are one-hot. Keras: keras.metrics.OneHotIoU
 *
 * ```ts
 * new keras.metrics.OneHotIoU({ numClasses: 2, targetClassIds: [1] })([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]); // 0.5
 * ```
 */
export class OneHotIoU extends IoUBase<typeof OneHotIoU.options> {
  static override readonly options = schema(["numClasses", "targetClassIds", "name", "dtype", "ignoreClass"], {
    name: nullable(string()),
    dtype: countDtype,
    numClasses: tableLength(),
    targetClassIds: list(nonNegativeInteger()),
    ignoreClass: nullable(integer()),
    sparseYPred: boolean(false),
    axis: integer(-1),
  });

  protected override rules(): IoURules {
    return { ...this.options, sparseYTrue: false };
  }
}

export interface OneHotIoU extends Attributes<typeof OneHotIoU.options> {}

metrics.register({ OneHotIoU });
