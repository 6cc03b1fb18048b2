// The merging layers as functions: keras.layers.add([x, y]) makes the layer and calls it.

import { checkOptions } from "../../core/options.js";
import type { Tensor } from "../../core/tensor.js";
import type { LayerOptions } from "../base/options.js";
import { Add, Average, Subtract } from "./arithmetic.js";
import { Concatenate } from "./concatenate.js";
import { Dot } from "./dot.js";
import { Maximum, Minimum, Multiply } from "./masked.js";

type Inputs = readonly Tensor[];

function checked<O>(where: string, options: O): O {
  checkOptions(`layers.${where}`, [options], 0, null);
  return options;
}

/**
 * The sum of the inputs, element by element. Keras: keras.layers.add
 *
 * ```ts
 * keras.layers.add([tf.constant([1, 2]), tf.constant([3, 4])]); // [4, 6]
 * ```
 */
export const add = (inputs: Inputs, options: LayerOptions = {}): Tensor => new Add(checked("add", options))(inputs);

/**
 * The mean of the inputs, element by element. Keras: keras.layers.average
 *
 * ```ts
 * keras.layers.average([tf.constant([1, 2]), tf.constant([3, 6])]); // [2, 4]
 * ```
 */
export const average = (inputs: Inputs, options: LayerOptions = {}): Tensor => new Average(checked("average", options))(inputs);

/**
 * The first of two inputs minus the second. Keras: keras.layers.subtract
 *
 * ```ts
 * keras.layers.subtract([tf.constant([5, 7]), tf.constant([1, 2])]); // [4, 5]
 * ```
 */
export const subtract = (inputs: Inputs, options: LayerOptions = {}): Tensor => new Subtract(checked("subtract", options))(inputs);

/**
 * The product of the inputs, element by element. Keras: keras.layers.multiply
 *
 * ```ts
 * keras.layers.multiply([tf.constant([1, 2]), tf.constant([3, 4])]); // [3, 8]
 * ```
 */
export const multiply = (inputs: Inputs, options: LayerOptions = {}): Tensor => new Multiply(checked("multiply", options))(inputs);

/**
 * The largest of the inputs, element by element. Keras: keras.layers.maximum
 *
 * ```ts
 * keras.layers.maximum([tf.constant([1, 5]), tf.constant([3, 2])]); // [3, 5]
 * ```
 */
export const maximum = (inputs: Inputs, options: LayerOptions = {}): Tensor => new Maximum(checked("maximum", options))(inputs);

/**
 * The smallest of the inputs, element by element. Keras: keras.layers.minimum
 *
 * ```ts
 * keras.layers.minimum([tf.constant([1, 5]), tf.constant([3, 2])]); // [1, 2]
 * ```
 */
export const minimum = (inputs: Inputs, options: LayerOptions = {}): Tensor => new Minimum(checked("minimum", options))(inputs);

/**
 * The inputs one behind the other along an axis.
 *
 * ```ts
 * keras.layers.concatenate([tf.constant([[1]]), tf.constant([[2, 3]])]); // [[1, 2, 3]]
 * ```
 *
 * @param options.axis  default −1. Keras: keras.layers.concatenate
 */
export const concatenate = (inputs: Inputs, options: number | (LayerOptions & { axis?: number }) = {}): Tensor =>
  new Concatenate(typeof options === "number" ? { axis: options } : checked("concatenate", options))(inputs);

/**
 * The products of two inputs, summed over an axis of each.
 *
 * ```ts
 * keras.layers.dot([tf.constant([[1, 2]]), tf.constant([[3, 4]])], { axes: 1 }); // [[11]]
 * ```
 *
 * @param options.axes       the axis, or one for each input; default −1
 * @param options.normalize  vectors along the axis are brought to length 1, which gives the cosine; default false. Keras: keras.layers.dot
 */
export const dot = (
  inputs: Inputs,
  options: number | readonly [number, number] | (LayerOptions & { axes?: number | readonly [number, number]; normalize?: boolean }) = {},
): Tensor => {
  const given = typeof options === "number" || Array.isArray(options) ? { axes: options } : checked("dot", options);
  return new Dot({ axes: -1, ...given } as never)(inputs);
};
