// Intersection over union of chosen classes, with one-hot labels.

import { boolean, integer, list, nonNegativeInteger, nullable, positiveInteger, schema, string } from "../config/index.js";
import { countDtype, IoUBase, type IoURules } from "./iou-base.js";
import { metrics } from "./metric.js";

/** Intersection over union of some classes; labels are one-hot. Keras: keras.metrics.OneHotIoU */
export class OneHotIoU extends IoUBase<typeof OneHotIoU.options> {
  static override readonly options = schema(["numClasses", "targetClassIds"], {
    name: nullable(string()),
    dtype: countDtype,
    numClasses: positiveInteger(),
    targetClassIds: list(nonNegativeInteger()),
    ignoreClass: nullable(integer()),
    sparseYPred: boolean(false),
    axis: integer(-1),
  });

  protected override rules(): IoURules {
    return { ...this.options, sparseYTrue: false };
  }
}

metrics.register({ OneHotIoU });
