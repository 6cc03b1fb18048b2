// keras.metrics.get, serialize, deserialize.

import type { Json } from "../config/index.js";
import { type MetricIdentifier, type MetricLike, metrics } from "./metric.js";

/** The metric that a name, config or class means; null stays null. Keras: keras.metrics.get */
export const get = (identifier: MetricIdentifier | null): MetricLike | null => (identifier === null ? null : metrics.get(identifier));

/** A metric as Keras's JSON. Keras: keras.metrics.serialize */
export const serialize = (metric: MetricLike): Json => metrics.serialize(metric);

/** The metric that a config describes. Keras: keras.metrics.deserialize */
export const deserialize = (config: unknown): MetricLike => metrics.get(config as MetricIdentifier);
