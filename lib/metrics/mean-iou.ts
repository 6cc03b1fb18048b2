// Intersection over union, averaged over all classes.

import { boolean, integer, nullable, tableLength, schema, string, type Attributes } from "../config/index.js";
import { countDtype, IoUBase, type IoURules } from "./iou-base.js";
import { metrics } from "./metric.js";

/**
 * Mean intersection over union of all classes. Keras: keras.metrics.MeanIoU
 *
 * ```ts
 * new keras.metrics.MeanIoU({ numClasses: 2 })([0, 0, 1, 1], [0, 1, 1, 1]); // 0.5833
 * ```
 */
export class MeanIoU extends IoUBase<typeof MeanIoU.options> {
  static override readonly options = schema(["numClasses", "name", "dtype", "ignoreClass", "sparseYTrue"], {
    name: nullable(string()),
    dtype: countDtype,
    numClasses: tableLength(),
    ignoreClass: nullable(integer()),
    sparseYTrue: boolean(true),
    sparseYPred: boolean(true),
    axis: integer(-1),
  });

  protected override rules(): IoURules {
    return { ...this.options, targetClassIds: Array.from({ length: this.options.numClasses }, (_, i) => i) };
  }
}

export interface MeanIoU extends Attributes<typeof MeanIoU.options> {}

metrics.register({ MeanIoU });
