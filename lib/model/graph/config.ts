// A graph as Keras writes it: operations by name, each with the nodes that belong to the graph; tensors by
// [operation, node, output]. Nodes are counted within the graph.

import {
  deserializeKerasObject,
  isPlainObject,
  registerSpecialForm,
  serializeKerasObject,
  toCamelCase,
  toSnakeCase,
} from "../../config/index.js";
import type { Config, Json } from "../../config/index.js";
import { ValueError } from "../../core/errors.js";
import { checkThat } from "../../core/options.js";
import type { Dtype } from "../../core/dtype.js";
import type { Shape } from "../../core/shape.js";
import { KerasTensor } from "../../layers/functional/keras-tensor.js";
import type { Node, Operation } from "../../layers/functional/node.js";
import { OperationCall } from "../../layers/functional/operation-call.js";
import { mapLeaves } from "../../layers/functional/structure.js";
import type { LayerGraph } from "./graph.js";

/** How a tensor of a config names its maker. */
type Reference = readonly [operation: string, node: number, output: number];

/** A tensor of a config: what stands in the arguments of nodes. */
class TensorReference {
  constructor(readonly reference: Reference) {}
}

/** Whether an operation is a functional model: where the config names inputs and outputs, its calls are counted from 1. */
export type HasOwnNode = (operation: Operation) => boolean;

/** The parts of a functional model's config that describe its graph. */
export function writeGraph(graph: LayerGraph, hasOwnNode: HasOwnNode): Record<"layers" | "input_layers" | "output_layers", Json> {
  const own = new Set(graph.nodes);
  const numbers = new Map<Node, number>();
  for (const operation of graph.operations) {
    let next = 0;
    for (const node of operation.inboundNodes) if (own.has(node)) numbers.set(node, next++);
  }
  const reference = ({ history }: KerasTensor, skipped = 0): Json => {
    const { operation, nodeIndex, tensorIndex } = history!;
    return [operation.name, numbers.get(operation.inboundNodes[nodeIndex]!)! + skipped, tensorIndex];
  };
  const outer = (tensor: KerasTensor): Json => reference(tensor, hasOwnNode(tensor.history!.operation) ? 1 : 0);
  const leaf = (value: unknown): unknown => {
    if (!(value instanceof KerasTensor)) return value;
    return { class_name: "__keras_tensor__", config: { shape: value.shape, dtype: value.dtype, keras_history: reference(value) } };
  };
  const layers = graph.operations.map((operation) => ({
    ...envelopeOf(operation),
    name: operation.name,
    inbound_nodes: operation.inboundNodes.filter((node) => own.has(node) && !node.isInput).map((node) => writeNode(node, leaf)),
  }));
  const references = (structure: unknown) => mapLeaves(structure, (tensor) => outer(tensor as KerasTensor)) as Json;
  return { layers, input_layers: references(graph.inputStructure), output_layers: references(graph.outputStructure) };
}

function envelopeOf(operation: Operation): Record<string, Json> {
  if (!(operation instanceof OperationCall)) return serializeKerasObject(operation) as Record<string, Json>;
  const { className } = operation.declared;
  return { module: operation.module, class_name: className, config: operation.getConfig() as Json, registered_name: className };
}

function writeNode({ args, options }: Node, leaf: (value: unknown) => unknown): Json {
  const named = Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [[toSnakeCase(key), value] as const]));
  const write = (value: unknown) => serializeKerasObject(mapLeaves(value, leaf));
  return { args: write(writeSlices(args)), kwargs: write(Object.fromEntries(named)) };
}

/** Slices and "..." of keys as Keras writes them. */
function writeSlices(value: unknown): unknown {
  if (value === "...") return { class_name: "__ellipsis__", config: {} };
  if (Array.isArray(value)) return value.map(writeSlices);
  if (!isPlainObject(value)) return value;
  const keys = Object.keys(value);
  const isSlice = keys.every((key) => key === "start" || key === "stop" || key === "step");
  if (!isSlice) return value;
  const { start = null, stop = null, step = null } = value;
  return { class_name: "__slice__", config: { start, stop, step } };
}

/** Inputs and outputs of a graph, rebuilt by calling its layers and operations as the config says. */
export function readGraph(where: string, config: Config, hasOwnNode: HasOwnNode): { inputs: unknown; outputs: unknown } {
  const made = new Map<string, Operation>();
  const waiting = new Map<Operation, Json[]>();
  for (const key of ["layers", "input_layers", "output_layers"])
    checkThat(typeof config[key] === "object" && config[key] !== null, `${where}.${key}`, config[key], "what getConfig gives there");
  const { layers } = config;
  checkThat(Array.isArray(layers) && layers.every(isPlainObject), `${where}.layers`, layers, "an array of the configs of layers");
  for (const entry of config["layers"] as readonly Config[]) {
    const operation = deserializeKerasObject(entry) as Operation;
    made.set(entry["name"] as string, operation);
    waiting.set(operation, [...((entry["inbound_nodes"] as readonly Json[] | undefined) ?? [])]);
  }
  // What a model inside shares with this one was called there: calls of this graph come after those.
  const calledBefore = new Map(
    [...made.values()].map((operation) => [operation, operation.inboundNodes[0]?.isInput ? 0 : operation.inboundNodes.length] as const),
  );
  /** The tensor that a reference names, or undefined as long as it does not exist. */
  const find = ([name, node, output]: Reference, isOuter = false): KerasTensor | undefined => {
    const operation = made.get(name);
    if (!operation) throw new ValueError(where, { given: `a tensor of ${name}`, expected: `one of ${[...made.keys()].join(", ")}` });
    const place = node + calledBefore.get(operation)! - (isOuter && hasOwnNode(operation) ? 1 : 0);
    return operation.inboundNodes[place]?.outputs[output];
  };
  // An operation that waits for tensors of later ones is tried again when these exist.
  for (let progress = true; progress && waiting.size > 0;) {
    progress = false;
    for (const [operation, nodes] of waiting) {
      while (nodes.length > 0 && replayNode(operation, nodes[0]!, find)) {
        nodes.shift();
        progress = true;
      }
      if (nodes.length === 0) {
        waiting.delete(operation);
        progress = true;
      }
    }
  }
  if (waiting.size > 0) {
    const names = [...waiting.keys()].map(({ name }) => name).join(", ");
    throw new ValueError(where, {
      given: `a graph in which ${names} cannot be reached`,
      expected: "a graph that is connected and without loops",
    });
  }
  const structure = (value: Json): unknown => {
    if (isReference(value)) return find(value, true)!;
    if (Array.isArray(value)) return value.map(structure);
    return Object.fromEntries(Object.entries(value as Config).map(([key, item]) => [key, structure(item)]));
  };
  return { inputs: structure(config["input_layers"]!), outputs: structure(config["output_layers"]!) };
}

const isReference = (value: unknown): value is Reference =>
  Array.isArray(value) && value.length === 3 && typeof value[0] === "string" && typeof value[1] === "number";

/** Makes the call that a node of a config describes. @returns false where a tensor it needs does not exist yet */
function replayNode(operation: Operation, node: Json, find: (reference: Reference) => KerasTensor | undefined): boolean {
  const { args, kwargs } = deserializeKerasObject(node) as { args: unknown[]; kwargs: Record<string, unknown> };
  let isComplete = true;
  const leaf = (value: unknown): unknown => {
    if (!(value instanceof TensorReference)) return value;
    const tensor = find(value.reference);
    isComplete &&= tensor !== undefined;
    return tensor;
  };
  const given = mapLeaves(args, leaf) as readonly unknown[];
  const named = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [toCamelCase(key), mapLeaves(value, leaf)]));
  if (!isComplete) return false;
  if (operation instanceof OperationCall) operation.record(given, mapKeys(named, toSnakeCase));
  else operation.replay(...withoutNames(operation, given, named));
  return true;
}

/** A call with its inputs by place, as calls are here; Keras's may be `layer(inputs=x)` and `attention(query=x, value=y)`. */
function withoutNames(operation: Operation, given: readonly unknown[], named: Readonly<Record<string, unknown>>) {
  const [args, rest] = [[...given], { ...named }];
  const take = (name: string | undefined): void => {
    if (name === undefined || !(name in rest)) return;
    args.push(rest[name]);
    delete rest[name];
  };
  if (args.length === 0) take("query" in rest ? "query" : Object.keys(rest)[0]);
  const most = (operation as { readonly inputCount?: number }).inputCount ?? 1;
  for (const name of ["value", "key"]) if (args.length < most) take(name);
  return [args, rest] as const;
}

const mapKeys = (record: object, key: (name: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [key(name), value as unknown]));

registerSpecialForm<TensorReference | KerasTensor>({
  className: "__keras_tensor__",
  matches: (value): value is TensorReference => value instanceof TensorReference,
  write: () => null,
  read(config) {
    const { shape, dtype, keras_history: history } = config as unknown as { shape: Shape; dtype: Dtype; keras_history?: Reference };
    return history && isReference(history) ? new TensorReference(history) : new KerasTensor({ shape, dtype });
  },
});
