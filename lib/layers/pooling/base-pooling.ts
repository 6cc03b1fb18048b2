// The base of pooling layers: windows, strides, padding, and where the channels stand.

import { dataFormat, nullable, oneOf, positiveInteger, type Json, type Schema, tuple } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

/** The options of pooling over `rank` axes. */
export function poolingOptions(rank: number) {
  return layerOptions.extend(["poolSize", "strides", "padding", "dataFormat", "name"], {
    poolSize: tuple(rank, positiveInteger(), 2),
    padding: oneOf(["valid", "same"], "valid"),
    strides: nullable(tuple(rank, positiveInteger())),
    dataFormat: dataFormat(),
  });
}

type PoolingOptions = ReturnType<typeof poolingOptions>;

/** How a pooling operation is called. */
export interface PoolOptions {
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";
  readonly dataFormat: "channels_last" | "channels_first";
}

/** One number for each window; the base of maximum and average pooling. */
export abstract class BasePooling extends Layer<PoolingOptions> {
  static override readonly savesBuild = false;
  static override readonly options: Schema = poolingOptions(2);

  /** The number for each window. */
  protected abstract pool(x: Tensor, poolSize: readonly number[], options: PoolOptions): Tensor;

  override inputSpec = new InputSpec({ ndim: this.options.poolSize.length + 2 });

  override call(x: Tensor): Tensor {
    const { poolSize, strides, padding, dataFormat } = this.options;
    return this.pool(x, poolSize, { strides: strides ?? poolSize, padding, dataFormat });
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), strides: this.options.strides ?? this.options.poolSize };
  }
}

export interface BasePooling extends LayerAttributes<PoolingOptions> {}
