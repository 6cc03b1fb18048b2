// tf.autograph: JavaScript's control flow in traced functions.

import { doNotConvert, setLoopOptions } from "../../autograph/to-graph.js";

export { doNotConvert, setLoopOptions, toCode, toGraph } from "../../autograph/to-graph.js";
export type { LoopOptions } from "../../autograph/state.js";
export type { ConversionOptions } from "../../graph/conversion.js";

/** The type of a parameter that a converted function uses with operators: TypeScript knows none for tensors. */
// eslint-disable-next-line -- that is what it is for
export type Any = any;

/**
 * Where TensorFlow has these two.
 *
 * ```ts
 * tf.autograph.experimental.doNotConvert((n: number) => n + 1)(1); // 2
 * ```
 */
export const experimental = { doNotConvert, setLoopOptions };
