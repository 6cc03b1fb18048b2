// Builds a layer at its first call, from the shapes of what it is called on.

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

/** Builds a layer at its first call, outside of tapes and traces: weights are made once. */
export function ensureBuilt(layer: Layer, call: LayerCall): void {
  if (layer.built || layer.buildsByCall) return;
  const shapes = call.args.map(shapesOf).filter((shape) => shape !== undefined);
  whileRecording(() => initScope(() => layer.build(...(shapes as never[]))));
  if (layer.inputSpec) checkInput(layer.name, layer.inputSpec, call.args[0]);
}
