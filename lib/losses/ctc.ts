// Connectionist temporal classification, as a function and as a class; the recursion is `ops.ctcLoss`.

import type { Attributes } from "../config/index.js";
import { declare } from "../core/operation.js";
import { ShapeError } from "../core/errors.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { cast, ctcLoss, full, notEqual, sum } from "../ops/index.js";
import { FunctionLoss, losses, lossOptions } from "./loss.js";

/**
 * Connectionist temporal classification: `−log` of the probability of a label sequence over all its alignments.
 *
 * ```ts
 * keras.losses.ctc([[1]], [[[0, 0], [0, 0]]]); // [0.2877]
 * ```
 *
 * @param yTrue  class indices `[batch, labels]`, padded with 0, the blank
 * @param yPred  logits `[batch, time, classes]`
 * @see Graves et al., Connectionist Temporal Classification, 2006
 */
export const ctc = declare("losses.ctc(*yTrue, *yPred)", (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const labels = asTensor(yTrue);
  const logits = asTensor(yPred);
  if (labels.rank !== 2 || logits.rank !== 3) {
    throw new ShapeError("ctc", {
      given: `labels of shape ${shapeText(labels.shape)} and predictions of shape ${shapeText(logits.shape)}`,
      expected: "labels [batch, labels] and predictions [batch, time, classes]",
    });
  }
  const [batch, time] = logits.shape;
  const labelLength = sum(cast(notEqual(labels, 0), "int32"), { axis: -1 });
  return ctcLoss(labels, logits, labelLength, full([batch!], time!, { dtype: "int32" }));
});

/**
 * Loss for sequences without alignment; predictions are logits, class 0 is the blank. Keras: keras.losses.CTC
 *
 * ```ts
 * new keras.losses.CTC()([[1]], [[[0, 0], [0, 0]]]); // 0.2877
 * ```
 */
export class CTC extends FunctionLoss<typeof CTC.options> {
  static override readonly options = lossOptions("ctc", ["reduction", "name", "dtype"], {});

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return ctc(yTrue, yPred);
  }
}

export interface CTC extends Attributes<typeof CTC.options> {}

losses.register({ CTC });
losses.registerFunction({ ctc });
