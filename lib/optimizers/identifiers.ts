// keras.optimizers.get, serialize, deserialize.

import type { Json, Schema } from "../config/index.js";
import { type Optimizer, type OptimizerIdentifier, optimizers } from "./optimizer.js";

/** The optimizer that a name, config or class means; null stays null. Keras: keras.optimizers.get */
export const get = (identifier: OptimizerIdentifier | null): Optimizer<Schema> | null =>
  identifier === null ? null : optimizers.get(identifier);

/** An optimizer as Keras's JSON. Keras: keras.optimizers.serialize */
export const serialize = (optimizer: Optimizer<Schema>): Json => optimizers.serialize(optimizer);

/** The optimizer that a config describes. Keras: keras.optimizers.deserialize */
export const deserialize = (config: unknown): Optimizer<Schema> => optimizers.get(config as OptimizerIdentifier);
