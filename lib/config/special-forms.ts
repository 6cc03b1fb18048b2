// Values in configs that are no Keras objects: tensors, arrays, slices, the ellipsis.

import { constant, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { Chainable } from "../core/tensor.js";
import type { Json } from "./json.js";
import { registerSpecialForm } from "./serialization.js";

interface Values {
  readonly value: TensorLike;
  readonly dtype: Dtype;
}

const toTensor = (config: Json): Chainable => {
  const { value, dtype } = config as unknown as Values;
  return constant(value, { dtype });
};

registerSpecialForm<Chainable>({
  className: "__tensor__",
  matches: (value) => value instanceof Chainable,
  write: (value) => ({ value: value.value().array() as Json, dtype: value.value().dtype }),
  read: toTensor,
});

/**
 * A form that files hold and nobody here writes: keys of items are written with the graph that they belong to (lib/model/graph/config.ts).
 */
const readOnly = (className: string, read: (config: Json) => unknown): void =>
  registerSpecialForm<unknown>({ className, matches: (_): _ is never => false, write: () => null, read });

readOnly("__numpy__", toTensor);
readOnly("__slice__", (slice) => slice);
readOnly("__ellipsis__", () => "...");
readOnly("__bytes__", (config) => (config as { readonly value: string }).value);
