// keras.quantizers.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, deserializeKerasObject, type Json, serializeKerasObject } from "../config/index.js";
import { text, UnknownNameError, ValueError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { lookUp } from "../config/registry.js";
import { classToSnakeCase } from "../config/names.js";
import { QuantizationConfig } from "./config.js";
import { Quantizer, quantizers } from "./quantizer.js";

/** What the family holds: quantizers, and configs of quantization. */
export type QuantizerLike = Quantizer | QuantizationConfig;

const configs = [
  "QuantizationConfig",
  "Int8QuantizationConfig",
  "Int4QuantizationConfig",
  "Float8QuantizationConfig",
  "TernaryQuantizationConfig",
  "AWQConfig",
];

/**
 * The quantizer, or config of quantization, that a name, a config, a class or an object means; null stays null.
 *
 * ```ts
 * keras.quantizers.get("abs_max_quantizer", { axis: 0 }) instanceof keras.Quantizer; // true
 * ```
 *
 * @param options  what a class that is named is made from. @throws UnknownNameError, ValueError. Keras: keras.quantizers.get
 */
export function get(identifier: unknown, options: Readonly<Record<string, unknown>> = {}): QuantizerLike | null {
  if (identifier === null || identifier instanceof Quantizer || identifier instanceof QuantizationConfig) return identifier;
  const make = (made: unknown): QuantizerLike => new (made as new (options: object) => QuantizerLike)(options);
  if (typeof identifier === "function") {
    const { prototype } = identifier;
    if (prototype instanceof Quantizer || prototype instanceof QuantizationConfig) return make(identifier);
    throw new ValueError("quantizers.get", { given: text(identifier), expected: "a quantizer, or what names one" });
  }
  if (typeof identifier === "string") {
    const name = [...configs, "Quantizer", "AbsMaxQuantizer"].find((each) => each === identifier || classToSnakeCase(each) === identifier);
    if (name) return make(lookUp("keras.quantizers", name)!.value);
    if (quantizers.has(identifier)) return quantizers.get(identifier);
    throw new UnknownNameError("quantizers.get", {
      given: text(identifier),
      expected: `one of ${[...quantizers.names, ...configs].join(", ")}`,
    });
  }
  return deserialize(identifier as object);
}

/**
 * A quantizer or config as Keras's JSON. Keras: keras.quantizers.serialize
 *
 * ```ts
 * (keras.quantizers.serialize(new keras.quantizers.AbsMaxQuantizer({ axis: 0 })) as any).class_name; // "AbsMaxQuantizer"
 * ```
 */
export const serialize = declare("quantizers.serialize(initializer)", (initializer: object): Json => serializeKerasObject(initializer));

/**
 * What a config describes.
 *
 * ```ts
 * keras.quantizers.deserialize({ class_name: "AbsMaxQuantizer", config: { axis: 0 } }) instanceof keras.Quantizer; // true
 * ```
 *
 * @param customObjects  classes of the user's own that it names. Keras: keras.quantizers.deserialize
 */
export const deserialize = declare(
  "quantizers.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): QuantizerLike => {
    const made = customObjectScope(customObjects ?? {}, () => deserializeKerasObject(config));
    if (made instanceof Quantizer || made instanceof QuantizationConfig) return made;
    throw new ValueError("quantizers.deserialize", { given: text(config), expected: "the config of a quantizer" });
  },
);
