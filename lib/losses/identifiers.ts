// keras.losses.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type LossIdentifier, type LossLike, losses } from "./loss.js";

/** The loss that a name, config or class means; null stays null. Keras: keras.losses.get */
export const get = (identifier: LossIdentifier | null): LossLike | null => (identifier === null ? null : losses.get(identifier));

/** A loss as Keras's JSON. Keras: keras.losses.serialize */
export const serialize = (loss: LossLike): Json => losses.serialize(loss);

/**
 * The loss that a config describes. @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.losses.deserialize
 */
export const deserialize = declare(
  "losses.deserialize(name:tree, customObjects:tree|null=null)",
  (name: unknown, customObjects: CustomObjects | null): LossLike =>
    customObjectScope(customObjects ?? {}, () => losses.get(name as LossIdentifier)),
);
