// The graph between inputs and outputs of a functional model, found by walking back from the outputs.
//
//  (1) The depth of a node is the length of the longest way from it to an output; nodes run by falling depth.
//  (2) An operation that is called several times stands at the greatest depth of its nodes.
//  (3) Operations of one depth stand in the order in which a depth-first walk from the outputs meets them.
// Keras orders layers, and so weights and configs, by these rules.

import { StateError, ValueError } from "../../core/errors.js";
import type { KerasTensor } from "../../layers/functional/keras-tensor.js";
import { nodeOf, type Node, type Operation } from "../../layers/functional/node.js";

/** A graph in running order. */
export interface GraphMap {
  /** The nodes of the graph by falling depth. */
  readonly nodes: readonly Node[];
  /** How many nodes stand at each depth, by falling depth. */
  readonly nodesAtDepth: readonly (readonly Node[])[];
  readonly operations: readonly Operation[];
}

/** @throws StateError where an output does not depend on the inputs alone, ValueError where two operations have one name */
export function mapGraph(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): GraphMap {
  const { finished, order } = walk(inputs, outputs);
  const inGraph = new Set(finished);
  const depths = new Map<Node, number>();
  const operationDepths = new Map<Operation, number>();
  for (const node of [...finished].reverse()) {
    const depth = Math.max(depths.get(node) ?? 0, operationDepths.get(node.operation) ?? 0);
    operationDepths.set(node.operation, depth);
    depths.set(node, depth);
    for (const parent of node.parents) if (inGraph.has(parent)) depths.set(parent, Math.max(depth + 1, depths.get(parent) ?? 0));
  }
  for (const input of inputs) {
    // Inputs that no output depends on are part of the model all the same.
    const node = nodeOf(input);
    if (!node?.isInput || operationDepths.has(node.operation)) continue;
    operationDepths.set(node.operation, 0);
    order.set(node.operation, -1);
    depths.set(node, 0);
  }
  const nodesAtDepth = byFallingDepth(depths);
  const operations = byFallingDepth(operationDepths).flatMap((group) => group.sort((a, b) => order.get(a)! - order.get(b)!));
  checkComputable(inputs, outputs, nodesAtDepth);
  checkNames(operations);
  return { nodes: nodesAtDepth.flat(), nodesAtDepth, operations };
}

/** All nodes that the outputs depend on, parents first, and the order in which a walk from the outputs meets operations. */
function walk(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): { finished: Node[]; order: Map<Operation, number> } {
  const given = new Set(inputs);
  const finished: Node[] = [];
  const seen = new Set<Node>();
  const order = new Map<Operation, number>();
  const visit = (tensor: KerasTensor): void => {
    const node = nodeOf(tensor);
    if (!node || seen.has(node)) return;
    seen.add(node);
    if (!node.isInput && given.has(tensor)) return;
    if (!order.has(node.operation)) order.set(node.operation, order.size);
    node.inputs.forEach(visit);
    finished.push(node);
  };
  outputs.forEach(visit);
  return { finished, order };
}

function byFallingDepth<T>(depths: ReadonlyMap<T, number>): T[][] {
  const groups = new Map<number, T[]>();
  for (const [item, depth] of depths) groups.set(depth, [...(groups.get(depth) ?? []), item]);
  return [...groups].sort(([a], [b]) => b - a).map(([, group]) => group);
}

function checkComputable(
  inputs: readonly KerasTensor[],
  outputs: readonly KerasTensor[],
  nodesAtDepth: readonly (readonly Node[])[],
): void {
  const known = new Set(inputs);
  const check = (tensor: KerasTensor, use: string) => {
    if (known.has(tensor)) return;
    throw new StateError("Model", {
      given: `${tensor.toString()}, which ${use}`,
      expected: "tensors that follow from the inputs of the model",
      hint: "The graph is not connected: add the missing keras.Input to inputs.",
    });
  };
  for (const node of nodesAtDepth.flat()) {
    for (const input of node.inputs) check(input, `${node.operation.name} is called on`);
    if (!node.isInput) for (const output of node.outputs) known.add(output);
  }
  for (const output of outputs) check(output, "is an output");
}

function checkNames(operations: readonly Operation[]): void {
  const names = new Set<string>();
  for (const { name } of operations) {
    if (names.has(name))
      throw new ValueError("Model", { given: `two layers or operations named "${name}"`, expected: "a name of its own for each" });
    names.add(name);
  }
}
