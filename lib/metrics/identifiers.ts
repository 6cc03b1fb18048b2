// keras.metrics.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type MetricIdentifier, type MetricLike, metrics } from "./metric.js";

/** The metric that a name, config or class means; null stays null. Keras: keras.metrics.get */
export const get = (identifier: MetricIdentifier | null): MetricLike | null => (identifier === null ? null : metrics.get(identifier));

/** A metric as Keras's JSON. Keras: keras.metrics.serialize */
export const serialize = (metric: MetricLike): Json => metrics.serialize(metric);

/**
 * The metric that a config describes. @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.metrics.deserialize
 */
export const deserialize = declare(
  "metrics.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): MetricLike =>
    customObjectScope(customObjects ?? {}, () => metrics.get(config as MetricIdentifier)),
);
