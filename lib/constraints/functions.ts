// The lower-case names of constraints: `keras.constraints.maxNorm(3)` makes one without `new`.

import { withoutNew } from "../config/without-new.js";
import { MaxNorm } from "./max-norm.js";
import { MinMaxNorm } from "./min-max-norm.js";
import { NonNeg } from "./non-neg.js";
import { UnitNorm } from "./unit-norm.js";

/**
 * The same as `new MaxNorm(…)`.
 *
 * ```ts
 * keras.constraints.maxNorm({ maxValue: 1 })(tf.constant([[3], [4]])); // [[0.6], [0.8]]
 * ```
 */
export const maxNorm = withoutNew(MaxNorm);
/**
 * The same as `new MinMaxNorm(…)`.
 *
 * ```ts
 * keras.constraints.minMaxNorm({ minValue: 2, maxValue: 10 })(tf.constant([[0.6], [0.8]])); // [[1.2], [1.6]]
 * ```
 */
export const minMaxNorm = withoutNew(MinMaxNorm);
/**
 * The same as `new NonNeg(…)`.
 *
 * ```ts
 * keras.constraints.nonNeg()(tf.constant([-1, 2])); // [0, 2]
 * ```
 */
export const nonNeg = withoutNew(NonNeg);
/**
 * The same as `new UnitNorm(…)`.
 *
 * ```ts
 * keras.constraints.unitNorm()(tf.constant([[3], [4]])); // [[0.6], [0.8]]
 * ```
 */
export const unitNorm = withoutNew(UnitNorm);
