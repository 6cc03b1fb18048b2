// How masks go through a call: taken from inputs, computed by the layer, carried on, or dropped with a warning.

import { classNameOf } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { maskOf, setMask } from "../../core/mask.js";
import { Tensor } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";
import { flatten } from "../functional/structure.js";
import type { Layer } from "../layer.js";
import type { LayerCall } from "./convert.js";
import type { Mask } from "./types.js";

/** The mask of a call: the one that was given, else those that the first argument carries, else null. */
export function inputMask({ args, options }: LayerCall): Mask {
  const { mask } = options;
  if (mask !== undefined && mask !== null) return asMask(mask);
  return carriedMasks(args[0]);
}

function asMask(mask: unknown): Mask {
  if (mask === null || mask instanceof Tensor) return mask;
  if (Array.isArray(mask) && mask.some((item) => item === null || item instanceof Tensor)) return mask.map(asMask);
  return asTensor(mask as TensorLike, "bool");
}

/** The masks that tensors carry, in their structure; null where none carries one. */
export function carriedMasks(inputs: unknown): Mask {
  if (inputs instanceof Tensor) return maskOf(inputs) ?? null;
  if (!isBranch(inputs)) return null;
  const masks = Array.isArray(inputs)
    ? inputs.map(carriedMasks)
    : Object.fromEntries(Object.entries(inputs).map(([key, item]) => [key, carriedMasks(item)]));
  return flatten<unknown>(masks).every((mask) => mask === null) ? null : masks;
}

/** Lets outputs carry the masks that the layer computes, where they carry none yet. */
export function maskOutputs(layer: Layer, inputs: unknown, outputs: unknown, mask: Mask): void {
  const tensors = outputs instanceof Tensor ? [outputs] : flatten<unknown>(outputs).filter((output) => output instanceof Tensor);
  if (tensors.length === 0 || tensors.every((output) => maskOf(output) !== undefined)) return;
  const masks = layer.computeMask(inputs as never, mask as never);
  if (masks === null || masks === undefined) return;
  flatten<unknown>(masks).forEach((mask, i) => {
    const output = tensors[i];
    if (mask instanceof Tensor && output && maskOf(output) === undefined) setMask(output, mask);
  });
}

const warned = new WeakSet<Layer>();

/** Warns, once for each layer, that a mask ends where a layer hands none on. */
export function warnOfDroppedMask(layer: Layer, inputs: unknown, isUsed: boolean): void {
  if (warned.has(layer) || carriedMasks(inputs) === null) return;
  warned.add(layer);
  console.warn(
    `${layer.name} (${classNameOf(layer)}): its input carries a mask, which it ${isUsed ? "uses but does not hand on" : "does not support"}: ` +
      "the layers behind it see no mask.",
  );
}
