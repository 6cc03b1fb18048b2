// keras.constraints.get, serialize, deserialize.

import type { Json } from "../config/index.js";
import { type ConstraintIdentifier, type ConstraintLike, constraints } from "./constraint.js";

/** The constraint that a name, config, class or function means; null stays null. Keras: keras.constraints.get */
export const get = (identifier: ConstraintIdentifier | null): ConstraintLike | null =>
  identifier === null ? null : constraints.get(identifier);

/** A constraint as Keras's JSON. Keras: keras.constraints.serialize */
export const serialize = (constraint: ConstraintLike): Json => constraints.serialize(constraint);

/** The constraint that a config describes. Keras: keras.constraints.deserialize */
export const deserialize = (config: unknown): ConstraintLike => constraints.get(config as ConstraintIdentifier);
