// Layers that only these networks have. They are loaded with the table of contents, so that files of such models can be read.

import { number, positiveInteger, registerClasses } from "../config/index.js";
import { uniqueName } from "../config/names.js";
import type { Tensor } from "../core/tensor.js";
import { Constant } from "../initializers/index.js";
import { type LayerAttributes, layerOptions } from "../layers/base/options.js";
import { Layer } from "../layers/layer.js";
import { add, multiply } from "../ops/index.js";
import type { Variable } from "../variables/variable.js";

/** x + scale · y, of two inputs `[x, y]`. Keras: the CustomScaleLayer of inception_resnet_v2 */
export class CustomScaleLayer extends Layer<typeof CustomScaleLayer.options> {
  static override readonly savesBuild = false;
  static override readonly options = layerOptions.extend(["scale"], { scale: number() });

  override call([x, y]: readonly [Tensor, Tensor]): Tensor {
    return add(x, multiply(y, this.options.scale));
  }
}

export interface CustomScaleLayer extends LayerAttributes<typeof CustomScaleLayer.options> {}

/**
 * A factor for each channel, learned. @see Touvron et al.: Going deeper with Image Transformers, 2021. Keras: the LayerScale of convnext
 */
export class LayerScale extends Layer<typeof LayerScale.options> {
  static override readonly options = layerOptions.extend(["initValues", "projectionDim"], {
    initValues: number(),
    projectionDim: positiveInteger(),
  });

  declare gamma: Variable;

  override build(): void {
    const { initValues, projectionDim } = this.options;
    this.gamma = this.addWeight({ name: uniqueName("variable"), shape: [projectionDim], initializer: new Constant({ value: initValues }) });
  }

  override call(x: Tensor): Tensor {
    return multiply(x, this.gamma);
  }
}

export interface LayerScale extends LayerAttributes<typeof LayerScale.options> {}

registerClasses("keras.src.applications.inception_resnet_v2", { CustomScaleLayer });
registerClasses("keras.src.applications.convnext", { LayerScale });
