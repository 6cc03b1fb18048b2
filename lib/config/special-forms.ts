// Values in configs that are no Keras objects: tensors, arrays, slices, the ellipsis.

import { constant, type TensorLike } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { Chainable } from "../core/tensor.js";
import { isPlainObject, type Json } from "./json.js";
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

registerSpecialForm<Chainable>({ className: "__numpy__", matches: (_): _ is Chainable => false, write: () => null, read: toTensor });

/** `{ start, stop, step }`, as `keras.ops.getItem` takes it. */
type Slice = { readonly start: number | null; readonly stop: number | null; readonly step?: number | null };

registerSpecialForm<Slice>({
  className: "__slice__",
  matches: (value): value is Slice =>
    isPlainObject(value) &&
    "start" in value &&
    "stop" in value &&
    Object.keys(value).every((key) => ["start", "stop", "step"].includes(key)),
  write: ({ start, stop, step = null }) => ({ start, stop, step }),
  read: (config) => config as Slice,
});

registerSpecialForm<"...">({
  className: "__ellipsis__",
  matches: (value) => value === "...",
  write: () => ({}),
  read: () => "...",
});

registerSpecialForm<string>({
  className: "__bytes__",
  matches: (_): _ is string => false,
  write: () => null,
  read: (config) => (config as { readonly value: string }).value,
});
