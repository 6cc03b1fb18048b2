// Intersection over union of chosen classes.

import {
  type Arguments,
  boolean,
  integer,
  list,
  nonNegativeInteger,
  nullable,
  tableLength,
  schema,
  string,
  type Attributes,
} from "../config/index.js";
import { text, ValueError } from "../core/errors.js";
import { countDtype, IoUBase, type IoURules } from "./iou-base.js";
import { metrics } from "./metric.js";

/**
 * Intersection over union of some classes: what both labels and predictions say, as a part of what either says.
 * Keras: keras.metrics.IoU
 *
 * ```ts
 * new keras.metrics.IoU({ numClasses: 2, targetClassIds: [0] })([0, 0, 1, 1], [0, 1, 0, 1]); // 0.3333
 * ```
 */
export class IoU extends IoUBase<typeof IoU.options> {
  static override readonly options = schema(["numClasses", "targetClassIds", "name", "dtype", "ignoreClass"], {
    name: nullable(string()),
    dtype: countDtype,
    numClasses: tableLength(),
    targetClassIds: list(nonNegativeInteger()),
    ignoreClass: nullable(integer()),
    sparseYTrue: boolean(true),
    sparseYPred: boolean(true),
    axis: integer(-1),
  });

  constructor(...given: Arguments<typeof IoU.options>) {
    super(...given);
    const { targetClassIds, numClasses } = this.options;
    const outside = targetClassIds.find((id) => id >= numClasses);
    if (outside !== undefined)
      throw new ValueError("IoU.targetClassIds", { given: text(outside), expected: `class ids below ${numClasses}` });
  }

  protected override rules(): IoURules {
    return this.options;
  }
}

export interface IoU extends Attributes<typeof IoU.options> {}

metrics.register({ IoU });
