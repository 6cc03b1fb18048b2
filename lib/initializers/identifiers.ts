// keras.initializers.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import type { TensorLike } from "../core/convert.js";
import { Chainable } from "../core/tensor.js";
import { type InitializerIdentifier, type InitializerLike, initializers, valuesOf } from "./initializer.js";

/**
 * The initializer that a name, config, class, function or tensor means; null stays null. Keras: keras.initializers.get
 *
 * ```ts
 * keras.initializers.get("zeros")!([2]); // [0, 0]
 * ```
 */
export function get(identifier: InitializerIdentifier | TensorLike | null): InitializerLike | null {
  if (identifier === null) return null;
  const isValues = identifier instanceof Chainable || ArrayBuffer.isView(identifier) || Array.isArray(identifier);
  return isValues ? valuesOf(identifier as TensorLike) : initializers.get(identifier as InitializerIdentifier);
}

/**
 * An initializer as Keras's JSON. Keras: keras.initializers.serialize
 *
 * ```ts
 * (keras.initializers.serialize(new keras.initializers.Constant(3)) as any).config; // {"value": 3}
 * ```
 */
export const serialize = (initializer: InitializerLike): Json => initializers.serialize(initializer);

/**
 * The initializer that a config describes.
 *
 * ```ts
 * keras.initializers.deserialize("ones")([2]); // [1, 1]
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.initializers.deserialize
 */
export const deserialize = declare(
  "initializers.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): InitializerLike =>
    customObjectScope(customObjects ?? {}, () => initializers.get(config as InitializerIdentifier)),
);
