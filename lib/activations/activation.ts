// The type of activations and their family: what names such as "relu" are looked up in.

import { Family, type Identifier } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";

/** A function of a tensor that keeps its shape. */
export type Activation = (x: TensorLike) => Tensor;

/** What names an activation. */
export type ActivationIdentifier = Identifier<Activation>;

/** Activations by name, config or function. Keras writes those of its own by name alone. */
export const activations = new Family<Activation>({
  module: "keras.activations",
  noun: "activation",
  accepts: (value): value is Activation => typeof value === "function" && !("fromConfig" in value),
  namesFunctions: true,
});
