// Builds a layer at its first call, from the shapes of what it is called on.

import { checkThat } from "../../core/options.js";
import { Strings } from "../../core/strings.js";
import { Tensor } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";
import { initScope } from "../../variables/variable.js";
import type { Layer } from "../layer.js";
import { whileRecording } from "./context.js";
import { checkInput } from "./input-spec.js";
import type { LayerCall } from "./convert.js";
import type { Shapes } from "./types.js";

/** Shapes in the structure of the tensors; what is no tensor is left out. */
export function shapesOf(value: unknown): Shapes | undefined {
  if (value instanceof Tensor || value instanceof Strings) return value.shape;
  if (Array.isArray(value)) return value.map((item) => shapesOf(item)!);
  if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapesOf(item)!]));
  return undefined;
}

/** Whether a value is a shape: lengths, of which open ones are null. */
export const isShape = (value: unknown): boolean =>
  Array.isArray(value) && value.every((length) => length === null || Number.isInteger(length));

/** Whether a value is a shape, or shapes in the structure of inputs; what stands for no tensor has none. */
const areShapes = (value: unknown): boolean =>
  isShape(value) || (isBranch(value) && Object.values(value).every((item) => item === null || item === undefined || areShapes(item)));

/** @throws ArgumentError for what is neither a shape nor a structure of shapes */
export function checkShapes(where: string, value: unknown): void {
  checkThat(areShapes(value), where, value, "a shape such as [null, 3], or shapes in the structure of the inputs");
}

/** Builds a layer at its first call, outside of tapes and traces: weights are made once. */
export function ensureBuilt(layer: Layer, call: LayerCall): void {
  if (layer.built || layer.buildsByCall) return;
  const shapes = call.args.map(shapesOf).filter((shape) => shape !== undefined);
  whileRecording(() => initScope(() => layer.build(...(shapes as never[]))));
  if (layer.inputSpec) checkInput(layer.name, layer.inputSpec, call.args[0]);
}
