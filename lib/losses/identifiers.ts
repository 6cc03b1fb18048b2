// keras.losses.get, serialize, deserialize.

import type { Json } from "../config/index.js";
import { type LossIdentifier, type LossLike, losses } from "./loss.js";

/** The loss that a name, config or class means; null stays null. Keras: keras.losses.get */
export const get = (identifier: LossIdentifier | null): LossLike | null => (identifier === null ? null : losses.get(identifier));

/** A loss as Keras's JSON. Keras: keras.losses.serialize */
export const serialize = (loss: LossLike): Json => losses.serialize(loss);

/** The loss that a config describes. Keras: keras.losses.deserialize */
export const deserialize = (config: unknown): LossLike => losses.get(config as LossIdentifier);
