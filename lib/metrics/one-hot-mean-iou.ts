// Intersection over union, averaged over all classes, with one-hot labels.

import { boolean, integer, nullable, tableLength, schema, string, type Attributes } from "../config/index.js";
import { countDtype, IoUBase, type IoURules } from "./iou-base.js";
import { metrics } from "./metric.js";

/**
 * Mean intersection over union of all classes; labels are one-hot. Keras: keras.metrics.OneHotMeanIoU
 *
 * ```ts
 * new keras.metrics.OneHotMeanIoU({ numClasses: 2 })([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]); // 0.25
 * ```
 */
export class OneHotMeanIoU extends IoUBase<typeof OneHotMeanIoU.options> {
  static override readonly options = schema(["numClasses", "name", "dtype", "ignoreClass", "sparseYPred"], {
    name: nullable(string()),
    dtype: countDtype,
    numClasses: tableLength(),
    ignoreClass: nullable(integer()),
    sparseYPred: boolean(false),
    axis: integer(-1),
  });

  protected override rules(): IoURules {
    const { numClasses } = this.options;
    return { ...this.options, sparseYTrue: false, targetClassIds: Array.from({ length: numClasses }, (_, i) => i) };
  }
}

export interface OneHotMeanIoU extends Attributes<typeof OneHotMeanIoU.options> {}

metrics.register({ OneHotMeanIoU });
