import { keras } from "../lib/index.js";
import type { SimpleModelOptions } from "./simple-cnn.js";

/**
 * A hidden layer of 128 units. Takes images or vectors, `[batch, …]`, and gives logits `[batch, classes]`.
 *
 * ```ts
 * new SimpleMLP({ classes: 4 })(images).shape; // [8, 4]
 * ```
 */
export class SimpleMLP extends keras.Sequential {
  constructor({ classes = 10, ...options }: SimpleModelOptions = {}) {
    super([new keras.layers.Flatten(), new keras.layers.Dense(128, { activation: "relu" }), new keras.layers.Dense(classes)], options);
  }
}
