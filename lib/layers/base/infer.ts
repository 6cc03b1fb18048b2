// Shapes and dtypes of what a layer would give, found by its own `call` on symbolic tensors.

import { unrecordedInference } from "../../core/interpreter.js";
import { isPromisedSparse } from "../../core/sparse.js";
import { symbolic, Tensor, type Spec } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";
import { KerasTensor } from "../functional/keras-tensor.js";
import { whileInferring } from "./context.js";

/** Runs a computation for shapes and dtypes alone: no tape or trace sees it, and no state changes. */
export const inferOnly = <T>(action: () => T): T => unrecordedInference(() => whileInferring(action));

/** New Keras tensors with the specs of the outputs, in their structure. */
export function kerasTensorsLike(outputs: unknown): unknown {
  if (outputs instanceof Tensor) return new KerasTensor(outputs, isPromisedSparse(outputs) ? { sparse: true } : {});
  if (Array.isArray(outputs)) return outputs.map(kerasTensorsLike);
  if (isBranch(outputs)) return Object.fromEntries(Object.entries(outputs).map(([key, item]) => [key, kerasTensorsLike(item)]));
  return outputs;
}

/** Symbolic tensors of the given shapes, in their structure. */
export function symbolicLike(shapes: unknown, dtype: Spec["dtype"]): unknown {
  if (Array.isArray(shapes)) {
    const isShape = shapes.every((length) => length === null || typeof length === "number");
    return isShape ? symbolic({ shape: shapes, dtype }) : shapes.map((shape) => symbolicLike(shape, dtype));
  }
  if (isBranch(shapes)) return Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, symbolicLike(shape, dtype)]));
  return shapes;
}
