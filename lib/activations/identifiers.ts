// keras.activations.get, serialize, deserialize.

import type { Json } from "../config/index.js";
import { type Activation, type ActivationIdentifier, activations } from "./activation.js";
import { linear } from "./functions.js";

/** The activation that a name, config or function means; null is linear. Keras: keras.activations.get */
export const get = (identifier: ActivationIdentifier | null): Activation => (identifier === null ? linear : activations.get(identifier));

/** An activation as Keras's JSON: its name. Keras: keras.activations.serialize */
export const serialize = (activation: Activation): Json => activations.serialize(activation);

/** The activation that a config describes. Keras: keras.activations.deserialize */
export const deserialize = (config: unknown): Activation => activations.get(config as ActivationIdentifier);
