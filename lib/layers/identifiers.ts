// keras.layers.serialize and deserialize: layers as the objects that configs hold.

import { type Config, type CustomObjects, deserializeKerasObject, type Json, serializeKerasObject } from "../config/index.js";
import { ArgumentError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { Layer } from "./layer.js";

/**
 * A layer as an object of its class and config: `{ class_name, module, config, … }`. Keras: keras.layers.serialize
 *
 * ```ts
 * const json = keras.layers.serialize(new keras.layers.Dense(3));
 * (json as any).class_name; // "Dense"
 * ```
 */
export const serialize = declare("layers.serialize(layer)", (layer: unknown): Json => {
  if (layer instanceof Layer) return serializeKerasObject(layer);
  throw new ArgumentError("layers.serialize", { given: text(layer), expected: "a layer" });
});

/**
 * The layer that such an object describes.
 *
 * ```ts
 * keras.layers.deserialize({ class_name: "Dense", config: { units: 3 } }).getConfig()["units"]; // 3
 * ```
 *
 * @param customObjects  classes and functions of the user's own that the config names
 * @throws UnknownNameError, ArgumentError for what describes no layer. Keras: keras.layers.deserialize
 */
export const deserialize = declare(
  "layers.deserialize(config:tree, customObjects:tree=null)",
  (config: Config, customObjects: CustomObjects | null): Layer => {
    const layer = deserializeKerasObject(config, customObjects === null ? {} : { customObjects });
    if (layer instanceof Layer) return layer as Layer;
    throw new ArgumentError("layers.deserialize", { given: text(config), expected: "the config of a layer" });
  },
);
