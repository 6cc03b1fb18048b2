// keras.regularizers.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type RegularizerIdentifier, type RegularizerLike, regularizers } from "./regularizer.js";

/**
 * The regularizer that a name, config, class or function means; null stays null. Keras: keras.regularizers.get
 *
 * ```ts
 * keras.regularizers.get("l2")!(tf.constant([1, -2])); // 0.05
 * ```
 */
export const get = (identifier: RegularizerIdentifier | null): RegularizerLike | null =>
  identifier === null ? null : regularizers.get(identifier);

/**
 * A regularizer as Keras's JSON. Keras: keras.regularizers.serialize
 *
 * ```ts
 * (keras.regularizers.serialize(new keras.regularizers.L2(0.1)) as any).config; // {"l2": 0.1}
 * ```
 */
export const serialize = (regularizer: RegularizerLike): Json => regularizers.serialize(regularizer);

/**
 * The regularizer that a config describes.
 *
 * ```ts
 * keras.regularizers.deserialize("L2")(tf.constant([1, -2])); // 0.05
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.regularizers.deserialize
 */
export const deserialize = declare(
  "regularizers.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): RegularizerLike =>
    customObjectScope(customObjects ?? {}, () => regularizers.get(config as RegularizerIdentifier)),
);
