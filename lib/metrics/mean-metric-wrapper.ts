// Functions as metrics.

import { field, invalid, serializeKerasObject, isEnvelope, deserializeKerasObject, type Attributes } from "../config/index.js";
import { nullable, schema, string, dtypePolicy, floatxPolicy } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import { type MetricFunction, metrics } from "./metric.js";
import { MeanOf } from "./mean-of.js";

const metricFunction = field<MetricFunction>({
  expected: "a function of labels and predictions",
  takesObjects: "configs",
  parse: (value) => {
    const found = isEnvelope(value) ? deserializeKerasObject(value) : value;
    return typeof found === "function" ? (found as MetricFunction) : invalid;
  },
  serialize: serializeKerasObject,
});

/**
 * The mean of a function of labels and predictions. Keras: keras.metrics.MeanMetricWrapper
 *
 * ```ts
 * const error = new keras.metrics.MeanMetricWrapper((y, p) => tf.abs(tf.subtract(y, p)), { name: "error" });
 * ```
 */
export class MeanMetricWrapper extends MeanOf<typeof MeanMetricWrapper.options> {
  static override readonly options = schema(["fn", "name", "dtype"], {
    name: nullable(string()),
    dtype: dtypePolicy("string", floatxPolicy),
    fn: metricFunction,
  });

  protected override compute(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return this.options.fn(asTensor(yTrue), asTensor(yPred));
  }
}

export interface MeanMetricWrapper extends Attributes<typeof MeanMetricWrapper.options> {}

metrics.register({ MeanMetricWrapper });
