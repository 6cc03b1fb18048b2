// Inputs, targets and weights in one value, as training steps of one's own get and give them.

import { ArgumentError } from "../core/errors.js";
import { declare } from "../core/operation.js";

/**
 * What a Dataset for `fit` gives for one batch: x alone, `[x, y]`, or `[x, y, sampleWeight]`; an array for x alone is put into an array.
 *
 * Keras: keras.utils.pack_x_y_sample_weight
 *
 * ```ts
 * keras.utils.packXYSampleWeight(1, 2); // [1, 2]
 * ```
 */
export const packXYSampleWeight = declare(
  "utils.packXYSampleWeight(x:tree, y:tree=null, sampleWeight:tree=null)",
  (x: unknown, y: unknown, sampleWeight: unknown): unknown => {
    if (sampleWeight !== null) return [x, y, sampleWeight];
    if (y !== null) return [x, y];
    return Array.isArray(x) ? [x] : x;
  },
);

/**
 * `[x, y, sampleWeight]` of such a value, with null for what it does not have.
 *
 * ```ts
 * keras.utils.unpackXYSampleWeight([1, 2]); // [1, 2, null]
 * ```
 *
 * @throws ArgumentError. Keras:
 * keras.utils.unpack_x_y_sample_weight
 */
export const unpackXYSampleWeight = declare("utils.unpackXYSampleWeight(data:tree)", (data: unknown): [unknown, unknown, unknown] => {
  if (!Array.isArray(data)) return [data, null, null];
  if (data.length >= 1 && data.length <= 3) return [data[0], data[1] ?? null, data[2] ?? null] as [unknown, unknown, unknown];
  throw new ArgumentError("unpackXYSampleWeight", { given: `${data.length} parts`, expected: "x, [x], [x, y] or [x, y, sampleWeight]" });
});
