// keras.metrics.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type MetricIdentifier, type MetricLike, metrics } from "./metric.js";

/**
 * The metric that a name, config or class means; null stays null. Keras: keras.metrics.get
 *
 * ```ts
 * keras.metrics.get("recall") instanceof keras.metrics.Recall; // true
 * ```
 */
export const get = (identifier: MetricIdentifier | null): MetricLike | null => (identifier === null ? null : metrics.get(identifier));

/**
 * A metric as Keras's JSON. Keras: keras.metrics.serialize
 *
 * ```ts
 * keras.metrics.deserialize(keras.metrics.serialize(new keras.metrics.Recall({ name: "hits" }))).name; // "hits"
 * ```
 */
export const serialize = (metric: MetricLike): Json => metrics.serialize(metric);

/**
 * The metric that a config describes.
 *
 * ```ts
 * keras.metrics.deserialize({ class_name: "Recall", config: { name: "hits" } }).name; // "hits"
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.metrics.deserialize
 */
export const deserialize = declare(
  "metrics.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): MetricLike =>
    customObjectScope(customObjects ?? {}, () => metrics.get(config as MetricIdentifier)),
);
