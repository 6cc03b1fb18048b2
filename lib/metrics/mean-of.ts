// The base of metrics that are the mean of a function.

import { type SampleWeights, weightsIn } from "../losses/sample-weight.js";
import type { Schema } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { maskOf } from "../core/mask.js";
import type { Tensor } from "../core/tensor.js";
import { applyMask } from "../losses/reduction.js";
import { cast } from "../ops/index.js";
import { Averaging } from "./averaging.js";

export interface MeanOf<S extends Schema> {
  (yTrue: TensorLike, yPred: TensorLike, sampleWeight?: SampleWeights): Tensor;
}

/** The base of metrics that are the mean of a function of labels and predictions. */
export abstract class MeanOf<S extends Schema> extends Averaging<S> {
  /** The value of each sample. */
  protected abstract compute(yTrue: TensorLike, yPred: TensorLike): Tensor;

  override updateState(yTrue: TensorLike, yPred: TensorLike, weights?: SampleWeights): void {
    const sampleWeight = weightsIn(`${this.name}.updateState`, weights);
    const predictions = asTensor(yPred);
    const given = sampleWeight === undefined || sampleWeight === null ? undefined : cast(asTensor(sampleWeight), "float32");
    this.add(this.compute(yTrue, predictions), applyMask(given, maskOf(predictions), "sum"));
  }
}
