// keras.optimizers.get, serialize, deserialize.

import { type CustomObjects, customObjectScope, type Json, type Schema } from "../config/index.js";
import { declare } from "../core/operation.js";
import { type Optimizer, type OptimizerIdentifier, optimizers } from "./optimizer.js";

/**
 * The optimizer that a name, config or class means; null stays null. Keras: keras.optimizers.get
 *
 * ```ts
 * keras.optimizers.get("adam")!.learningRate; // 0.001
 * ```
 */
export const get = (identifier: OptimizerIdentifier | null): Optimizer<Schema> | null =>
  identifier === null ? null : optimizers.get(identifier);

/**
 * An optimizer as Keras's JSON. Keras: keras.optimizers.serialize
 *
 * ```ts
 * (keras.optimizers.serialize(new keras.optimizers.SGD(0.5)) as any).config.learning_rate; // 0.5
 * ```
 */
export const serialize = (optimizer: Optimizer<Schema>): Json => optimizers.serialize(optimizer);

/**
 * The optimizer that a config describes.
 *
 * ```ts
 * keras.optimizers.deserialize({ class_name: "Adam", config: { learning_rate: 0.5 } }).learningRate; // 0.5
 * ```
 *
 * @param customObjects  classes and functions of the user's own that it names. Keras:
 * keras.optimizers.deserialize
 */
export const deserialize = declare(
  "optimizers.deserialize(config:tree, customObjects:tree|null=null)",
  (config: unknown, customObjects: CustomObjects | null): Optimizer<Schema> =>
    customObjectScope(customObjects ?? {}, () => optimizers.get(config as OptimizerIdentifier)),
);
