// The merging layers as functions: keras.layers.add([x, y]) makes the layer and calls it.

import type { Tensor } from "../../core/tensor.js";
import type { LayerOptions } from "../base/options.js";
import { Add, Average, Subtract } from "./arithmetic.js";
import { Concatenate } from "./concatenate.js";
import { Dot } from "./dot.js";
import { Maximum, Minimum, Multiply } from "./masked.js";

type Inputs = readonly Tensor[];

/** The sum of the inputs, element by element. Keras: keras.layers.add */
export const add = (inputs: Inputs, { ...options }: LayerOptions = {}): Tensor => new Add(options)(inputs);

/** The mean of the inputs, element by element. Keras: keras.layers.average */
export const average = (inputs: Inputs, { ...options }: LayerOptions = {}): Tensor => new Average(options)(inputs);

/** The first of two inputs minus the second. Keras: keras.layers.subtract */
export const subtract = (inputs: Inputs, { ...options }: LayerOptions = {}): Tensor => new Subtract(options)(inputs);

/** The product of the inputs, element by element. Keras: keras.layers.multiply */
export const multiply = (inputs: Inputs, { ...options }: LayerOptions = {}): Tensor => new Multiply(options)(inputs);

/** The largest of the inputs, element by element. Keras: keras.layers.maximum */
export const maximum = (inputs: Inputs, { ...options }: LayerOptions = {}): Tensor => new Maximum(options)(inputs);

/** The smallest of the inputs, element by element. Keras: keras.layers.minimum */
export const minimum = (inputs: Inputs, { ...options }: LayerOptions = {}): Tensor => new Minimum(options)(inputs);

/** The inputs one behind the other along an axis. @param options.axis  default −1. Keras: keras.layers.concatenate */
export const concatenate = (inputs: Inputs, { axis = -1, ...options }: LayerOptions & { axis?: number } = {}): Tensor =>
  new Concatenate({ axis, ...options })(inputs);

/**
 * The products of two inputs, summed over an axis of each.
 *
 * @param options.axes       the axis, or one for each input; default −1
 * @param options.normalize  vectors along the axis are brought to length 1, which gives the cosine; default false. Keras: keras.layers.dot
 */
export const dot = (
  inputs: Inputs,
  { axes = -1, ...options }: LayerOptions & { axes?: number | readonly [number, number]; normalize?: boolean } = {},
): Tensor => new Dot({ axes, ...options } as never)(inputs);
