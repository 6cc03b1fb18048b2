// Whether operations run at once, and what TensorFlow has around that.

import { isTracing } from "../../core/interpreter.js";
import { tensorflowVersion } from "../../config/version.js";

export { initScope } from "../../variables/variable.js";

/**
 * Whether operations run at once: not while a function is traced. TensorFlow: tf.executing_eagerly
 *
 * ```ts
 * tf.executingEagerly(); // true
 * ```
 */
export const executingEagerly = (): boolean => !isTracing();

/**
 * What a tape gives for a source that the target does not depend on. TensorFlow: tf.UnconnectedGradients
 *
 * ```ts
 * tf.UnconnectedGradients.ZERO; // "zero"
 * ```
 */
export const UnconnectedGradients = { NONE: "none", ZERO: "zero" } as const;

/**
 * The version of TensorFlow whose names are here. TensorFlow: tf.version
 *
 * ```ts
 * tf.version.VERSION === tf.__version__; // true
 * ```
 */
export const version = { VERSION: tensorflowVersion } as const;
