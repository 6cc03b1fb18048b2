// keras.activations.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type Activation, type ActivationIdentifier, activations } from "./activation.js";
import { linear } from "./functions.js";

/**
 * The activation that a name, config or function means; null is linear. Keras: keras.activations.get
 *
 * ```ts
 * keras.activations.get("relu")([-1, 2]); // [0, 2]
 * ```
 */
export const get = (identifier: ActivationIdentifier | null): Activation => (identifier === null ? linear : activations.get(identifier));

/**
 * An activation as Keras's JSON: its name. Keras: keras.activations.serialize
 *
 * ```ts
 * keras.activations.serialize(keras.activations.relu); // "relu"
 * ```
 */
export const serialize = (activation: Activation): Json => activations.serialize(activation);

/**
 * The activation that a config describes.
 *
 * ```ts
 * keras.activations.deserialize("relu")([-1, 2]); // [0, 2]
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.activations.deserialize
 */
export const deserialize = declare(
  "activations.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): Activation =>
    customObjectScope(customObjects ?? {}, () => activations.get(config as ActivationIdentifier)),
);
