// One number for each channel: its mean, or its largest value.

import { boolean, dataFormat, registerClasses } from "../../config/index.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, divide, expandDims, max, mean, sum, where } from "../../ops/index.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

const options = layerOptions.extend(["dataFormat", "keepdims"], { dataFormat: dataFormat(), keepdims: boolean(false) });

/** One number for each channel: everything between batch and channels is put together. */
abstract class GlobalPooling extends Layer<typeof options> {
  static override readonly savesBuild = false;
  static override readonly options = options;
  /** Axes beside batch and channels. */
  protected abstract readonly imageRank: number;

  protected get axes(): number[] {
    const first = this.options.dataFormat === "channels_last" ? 1 : 2;
    return Array.from({ length: this.imageRank }, (_, i) => first + i);
  }

  override build(): void {
    this.inputSpec = new InputSpec({ ndim: this.imageRank + 2 });
  }
}

interface GlobalPooling extends LayerAttributes<typeof options> {}

abstract class GlobalAveragePooling extends GlobalPooling {
  override call(x: Tensor): Tensor {
    return mean(x, { axis: this.axes, keepdims: this.options.keepdims });
  }
}

abstract class GlobalMaxPooling extends GlobalPooling {
  override call(x: Tensor): Tensor {
    return max(x, { axis: this.axes, keepdims: this.options.keepdims });
  }
}

/**
 * The mean over the steps of `[batch, steps, channels]` that no mask takes out. Keras: keras.layers.GlobalAveragePooling1D
 *
 * ```ts
 * new keras.layers.GlobalAveragePooling1D()([[[1], [2], [6]]]); // [[3]]
 * ```
 */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  protected override readonly imageRank = 1;
  override supportsMasking = true;

  protected override get takesMask(): boolean {
    return true;
  }

  override computeMask(): null {
    return null;
  }

  override call(x: Tensor, { mask }: { mask?: Tensor | null } = {}): Tensor {
    if (!mask) return super.call(x);
    const [axis] = this.axes as [number];
    const isThere = expandDims(cast(mask, "bool"), axis === 1 ? -1 : 1);
    const { keepdims } = this.options;
    return divide(sum(where(isThere, x, 0), { axis, keepdims }), sum(cast(isThere, x.dtype), { axis, keepdims }));
  }
}

/**
 * The mean of each channel of `[batch, height, width, channels]`. Keras: keras.layers.GlobalAveragePooling2D
 *
 * ```ts
 * new keras.layers.GlobalAveragePooling2D()([[[[1], [2]], [[3], [6]]]]); // [[3]]
 * ```
 */
export class GlobalAveragePooling2D extends GlobalAveragePooling {
  protected override readonly imageRank = 2;
}

/**
 * The mean of each channel of `[batch, depth, height, width, channels]`. Keras: keras.layers.GlobalAveragePooling3D
 *
 * ```ts
 * new keras.layers.GlobalAveragePooling3D()(tf.ones([1, 2, 2, 2, 3])); // [[1, 1, 1]]
 * ```
 */
export class GlobalAveragePooling3D extends GlobalAveragePooling {
  protected override readonly imageRank = 3;
}

/**
 * The largest value of each channel of `[batch, steps, channels]`. Keras: keras.layers.GlobalMaxPooling1D
 *
 * ```ts
 * new keras.layers.GlobalMaxPooling1D()([[[1], [2], [6]]]); // [[6]]
 * ```
 */
export class GlobalMaxPooling1D extends GlobalMaxPooling {
  protected override readonly imageRank = 1;
}

/**
 * The largest value of each channel of `[batch, height, width, channels]`. Keras: keras.layers.GlobalMaxPooling2D
 *
 * ```ts
 * new keras.layers.GlobalMaxPooling2D()([[[[1], [2]], [[3], [6]]]]); // [[6]]
 * ```
 */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  protected override readonly imageRank = 2;
}

/**
 * The largest value of each channel of `[batch, depth, height, width, channels]`. Keras: keras.layers.GlobalMaxPooling3D
 *
 * ```ts
 * new keras.layers.GlobalMaxPooling3D()(tf.ones([1, 2, 2, 2, 3])); // [[1, 1, 1]]
 * ```
 */
export class GlobalMaxPooling3D extends GlobalMaxPooling {
  protected override readonly imageRank = 3;
}

registerClasses("keras.layers", { GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D });
registerClasses("keras.layers", { GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D });
