// Keras masks: a bool tensor that travels with a tensor and says which of its steps are there. Layers set it, layers and losses read it.

import type { Tensor } from "./tensor.js";

const masks = new WeakMap<Tensor, Tensor>();

/** The mask that a tensor carries. */
export function maskOf(tensor: Tensor): Tensor | undefined {
  return masks.get(tensor);
}

/** Lets the tensor carry a mask, or none. @returns the tensor */
export function setMask(tensor: Tensor, mask: Tensor | null | undefined): Tensor {
  if (mask) masks.set(tensor, mask);
  else masks.delete(tensor);
  return tensor;
}
