// keras.losses.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type LossIdentifier, type LossLike, losses } from "./loss.js";

/**
 * The loss that a name, config or class means; null stays null. Keras: keras.losses.get
 *
 * ```ts
 * keras.losses.get("mse")!(tf.constant([[0, 0]]), tf.constant([[1, -3]])); // [5]
 * ```
 */
export const get = (identifier: LossIdentifier | null): LossLike | null => (identifier === null ? null : losses.get(identifier));

/**
 * A loss as Keras's JSON. Keras: keras.losses.serialize
 *
 * ```ts
 * (keras.losses.serialize(new keras.losses.Huber({ delta: 2 })) as any).config.delta; // 2
 * ```
 */
export const serialize = (loss: LossLike): Json => losses.serialize(loss);

/**
 * The loss that a config describes.
 *
 * ```ts
 * keras.losses.deserialize("mean_squared_error")(tf.constant([[0, 0]]), tf.constant([[1, -3]])); // [5]
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.losses.deserialize
 */
export const deserialize = declare(
  "losses.deserialize(name:tree, customObjects:tree|null=null)",
  (name: unknown, customObjects: CustomObjects | null): LossLike =>
    customObjectScope(customObjects ?? {}, () => losses.get(name as LossIdentifier)),
);
