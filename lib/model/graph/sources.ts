// Where a Keras tensor comes from.

import { ArgumentError, text } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { KerasTensor } from "../../layers/functional/keras-tensor.js";
import { nodeOf } from "../../layers/functional/node.js";

/**
 * The inputs that a Keras tensor depends on, each once.
 *
 * ```ts
 * const input = keras.Input({ shape: [3], name: "pixels" });
 * const output = new keras.layers.Dense(2)(input);
 * keras.utils.getSourceInputs(output)[0] === input; // true
 * ```
 *
 * @throws ArgumentError for another value. Keras: keras.utils.get_source_inputs
 */
export const getSourceInputs = declare("utils.getSourceInputs(tensor)", (tensor: unknown): KerasTensor[] => {
  if (!(tensor instanceof KerasTensor)) throw new ArgumentError("getSourceInputs", { given: text(tensor), expected: "a Keras tensor" });
  const [found, seen] = [new Set<KerasTensor>(), new Set<KerasTensor>()];
  const waiting = [tensor];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const node = nodeOf(next);
    if (!node || node.isInput) found.add(next);
    else waiting.push(...[...node.inputs].reverse());
  }
  return [...found];
});
