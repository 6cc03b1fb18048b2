// keras.models.cloneModel: the same graph of new layers.

import { Input } from "../../layers/core/input-layer.js";
import { KerasTensor } from "../../layers/functional/keras-tensor.js";
import { Node, nodeOf } from "../../layers/functional/node.js";
import { flatten, mapLeaves, packLike } from "../../layers/functional/structure.js";
import { mapGraph } from "./map.js";

/**
 * Inputs and outputs of a model that begins in the middle of another: tensors that a layer made become inputs of their
 * own, and the calls between are recorded anew. Layers and weights are shared.
 */
export function cloneBetween(inputs: unknown, outputs: unknown): { inputs: unknown; outputs: unknown } {
  const flatInputs = flatten<KerasTensor>(inputs);
  const { nodes } = mapGraph(flatInputs, flatten<KerasTensor>(outputs));
  const clones = new Map<unknown, KerasTensor>();
  for (const input of flatInputs) {
    clones.set(input, nodeOf(input)?.isInput ? input : Input({ batchShape: input.shape, dtype: input.dtype, name: input.name! }));
  }
  const cloneOf = (leaf: unknown): unknown => {
    if (!(leaf instanceof KerasTensor)) return leaf;
    let clone = clones.get(leaf);
    if (!clone) clones.set(leaf, (clone = new KerasTensor(leaf, `${leaf.name}_clone`)));
    return clone;
  };
  for (const node of nodes) {
    if (node.isInput) continue;
    const options = mapLeaves(node.options, cloneOf) as Readonly<Record<string, unknown>>;
    new Node(node.operation, mapLeaves(node.args, cloneOf) as readonly unknown[], options, node.outputs.map(cloneOf));
  }
  return { inputs: packLike(inputs as never, flatInputs.map(cloneOf)), outputs: mapLeaves(outputs, cloneOf) };
}
