// A residual network of 50 layers, written with the functional API. He et al. (2015), "Deep Residual Learning for Image Recognition".

import * as tf from "../lib/index.js";

const { layers } = tf.keras;

function convolution(x: tf.Tensor, filters: number, window: number, strides = 1): tf.Tensor {
  const y = new layers.Conv2D(filters, window, { strides, padding: "same", useBias: false })(x);
  return new layers.BatchNormalization()(y);
}

/** A narrow 3×3 convolution between two 1×1, beside a shortcut. */
function bottleneck(x: tf.Tensor, filters: number, strides: number): tf.Tensor {
  let y = new layers.ReLU()(convolution(x, filters, 1, strides));
  y = new layers.ReLU()(convolution(y, filters, 3));
  y = convolution(y, 4 * filters, 1);
  const isSame = strides === 1 && x.shape.at(-1) === 4 * filters;
  return new layers.ReLU()(new layers.Add()([y, isSame ? x : convolution(x, 4 * filters, 1, strides)]));
}

/** @param size  of the square images, with three channels */
export function resnet50(size: number, classes: number): tf.keras.Model {
  const inputs = tf.keras.Input({ shape: [size, size, 3] });
  let x = new layers.ReLU()(convolution(inputs, 64, 7, 2));
  x = new layers.MaxPooling2D(3, { strides: 2, padding: "same" })(x);
  for (const [stage, blocks] of [3, 4, 6, 3].entries())
    for (let block = 0; block < blocks; block++) x = bottleneck(x, 64 * 2 ** stage, stage > 0 && block === 0 ? 2 : 1);
  const outputs = new layers.Dense(classes)(new layers.GlobalAveragePooling2D()(x));
  return new tf.keras.Model({ inputs, outputs });
}
