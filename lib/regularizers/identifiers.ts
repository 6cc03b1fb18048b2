// keras.regularizers.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type RegularizerIdentifier, type RegularizerLike, regularizers } from "./regularizer.js";

/** The regularizer that a name, config, class or function means; null stays null. Keras: keras.regularizers.get */
export const get = (identifier: RegularizerIdentifier | null): RegularizerLike | null =>
  identifier === null ? null : regularizers.get(identifier);

/** A regularizer as Keras's JSON. Keras: keras.regularizers.serialize */
export const serialize = (regularizer: RegularizerLike): Json => regularizers.serialize(regularizer);

/**
 * The regularizer that a config describes. @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.regularizers.deserialize
 */
export const deserialize = declare(
  "regularizers.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): RegularizerLike =>
    customObjectScope(customObjects ?? {}, () => regularizers.get(config as RegularizerIdentifier)),
);
