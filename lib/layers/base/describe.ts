// How layers name themselves and their inputs in messages.

import { KerasmError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import { Strings } from "../../core/strings.js";
import { Tensor } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";

/** Inputs as messages show them: shapes in the structure of the inputs. */
export function describeInputs(value: unknown): string {
  if (value instanceof Tensor || value instanceof Strings) return shapeText(value.shape);
  if (Array.isArray(value)) return `[${value.map(describeInputs).join(", ")}]`;
  if (isBranch(value)) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${describeInputs(item)}`)
      .join(", ")} }`;
  }
  return String(value);
}

const named = new WeakSet<Error>();

/** Lets an error from inside a call name the layer; the innermost layer names itself. */
export function nameLayer(error: unknown, className: string, name: string, args: readonly unknown[]): unknown {
  if (!(error instanceof KerasmError) || named.has(error)) return error;
  named.add(error);
  if (!error.where.startsWith(name)) {
    error.message += ` (in ${className} "${name}", called on ${args.map(describeInputs).join(", ")})`;
  }
  return error;
}
