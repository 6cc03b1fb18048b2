// What names a quantizer or a config of one: keras.quantizers.get, serialize, deserialize.

import { type Config, type CustomObjects, deserializeKerasObject, isPlainObject, type Json, registerClasses, serializeKerasObject, toSnakeCase } from "../config/index.js"; // prettier-ignore
import { didYouMean, text, UnknownNameError } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { AWQConfig, Float8QuantizationConfig, GPTQConfig, Int4QuantizationConfig, Int8QuantizationConfig, QuantizationConfig, TernaryQuantizationConfig } from "./configs.js"; // prettier-ignore
import { AbsMaxQuantizer, Quantizer } from "./quantizer.js";

const classes = { Quantizer, AbsMaxQuantizer, QuantizationConfig, Int8QuantizationConfig, Int4QuantizationConfig, Float8QuantizationConfig, TernaryQuantizationConfig, AWQConfig, GPTQConfig }; // prettier-ignore
registerClasses("keras.quantizers", classes);

type Any = Quantizer | QuantizationConfig;
type Maker = new (options?: object) => Any;

const known = new Map<string, Maker>(
  Object.entries(classes).flatMap(([name, made]) => [name, toSnakeCase(name).replace(/^_/, "")].map((spelled) => [spelled, made as unknown as Maker] as const)), // prettier-ignore
);

/** A quantizer, or a config of one, as an object of its class and config. Keras: keras.quantizers.serialize */
export const serialize = declare("quantizers.serialize(initializer:any)", (initializer: Any): Json => serializeKerasObject(initializer));

/** What such an object describes. Keras: keras.quantizers.deserialize */
export const deserialize = declare(
  "quantizers.deserialize(config:tree, customObjects:tree=null)",
  (config: Config, customObjects: CustomObjects | null): Any =>
    deserializeKerasObject({ module: "keras.quantizers", ...config }, customObjects === null ? {} : { customObjects }) as Any,
);

/**
 * What a name, a config, a class or an object means; null is null.
 *
 * ```ts
 * keras.quantizers.get("abs_max_quantizer", { axis: -1 })!.getConfig()["axis"]; // [-1]
 * ```
 *
 * @param kwargs  options, where a class is made
 * @throws UnknownNameError for another name. Keras: keras.quantizers.get
 */
export function get(identifier: string | Any | Maker | Config | null, kwargs: object = {}): Any | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof Quantizer || identifier instanceof QuantizationConfig) return identifier;
  if (isPlainObject(identifier)) return deserialize(identifier as Config);
  const made = typeof identifier === "string" ? known.get(identifier) : typeof identifier === "function" ? identifier : undefined;
  if (made) return new (made as Maker)(kwargs);
  const hint = typeof identifier === "string" ? didYouMean(identifier, known.keys()) : undefined;
  throw new UnknownNameError("quantizers.get", {
    given: text(identifier),
    expected: `a quantizer, or one of ${Object.keys(classes).join(", ")}`,
    ...(hint !== undefined && { hint }),
  });
}
