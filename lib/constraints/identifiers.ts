// keras.constraints.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type ConstraintIdentifier, type ConstraintLike, constraints } from "./constraint.js";

/**
 * The constraint that a name, config, class or function means; null stays null. Keras: keras.constraints.get
 *
 * ```ts
 * keras.constraints.get("non_neg")!(tf.constant([-1, 2])); // [0, 2]
 * ```
 */
export const get = (identifier: ConstraintIdentifier | null): ConstraintLike | null =>
  identifier === null ? null : constraints.get(identifier);

/**
 * A constraint as Keras's JSON. Keras: keras.constraints.serialize
 *
 * ```ts
 * (keras.constraints.serialize(new keras.constraints.NonNeg()) as any).class_name; // "NonNeg"
 * ```
 */
export const serialize = (constraint: ConstraintLike): Json => constraints.serialize(constraint);

/**
 * The constraint that a config describes.
 *
 * ```ts
 * keras.constraints.deserialize("non_neg")(tf.constant([-1, 2])); // [0, 2]
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.constraints.deserialize
 */
export const deserialize = declare(
  "constraints.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): ConstraintLike =>
    customObjectScope(customObjects ?? {}, () => constraints.get(config as ConstraintIdentifier)),
);
