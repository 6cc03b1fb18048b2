// Keras offers each class under a function's name too.

import { L1 } from "./l1.js";
import { L1L2 } from "./l1-l2.js";
import { L2 } from "./l2.js";
import { OrthogonalRegularizer } from "./orthogonal-regularizer.js";

/**
 * A penalty of `factor · sum(|x|)`. Keras: keras.regularizers.l1
 *
 * ```ts
 * keras.regularizers.l1(0.1)(tf.constant([1, -2])); // 0.3
 * ```
 */
export const l1 = (factor = 0.01): L1 => new L1(factor);

/**
 * A penalty of `factor · sum(x²)`. Keras: keras.regularizers.l2
 *
 * ```ts
 * keras.regularizers.l2(0.1)(tf.constant([1, -2])); // 0.5
 * ```
 */
export const l2 = (factor = 0.01): L2 => new L2(factor);

/**
 * Both penalties. Keras: keras.regularizers.l1_l2
 *
 * ```ts
 * keras.regularizers.l1L2({ l1: 0.1, l2: 0.1 })(tf.constant([1, -2])); // 0.8
 * ```
 */
export const l1L2 = (options: { readonly l1?: number; readonly l2?: number } = {}): L1L2 => new L1L2(options);

/**
 * A penalty on rows, or columns, that are not orthogonal. Keras: keras.regularizers.orthogonal_regularizer
 *
 * ```ts
 * keras.regularizers.orthogonalRegularizer({ factor: 0.1 })(tf.constant([[1, 0], [1, 0]])); // 0.1
 * ```
 */
export const orthogonalRegularizer = (
  options: { readonly factor?: number; readonly mode?: "rows" | "columns" } = {},
): OrthogonalRegularizer => new OrthogonalRegularizer(options);
