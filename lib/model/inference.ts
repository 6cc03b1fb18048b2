// model.optimizeForInference: a copy in which normalization by fixed statistics is part of the layer before it.
//
//  (1) A scaling is taken into the layer before it where nobody else sees what is between them, and each of them is called once.
//  (2) The copy has layers and weights of its own; layers that learned something else than weights (a vocabulary) are shared.

import { type Config, serializeKerasObject } from "../config/index.js";
import { StateError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import type { ChannelFacts } from "../layers/base/channels.js";
import { Input } from "../layers/core/input-layer.js";
import { nodeOf, type Node } from "../layers/functional/node.js";
import { Layer } from "../layers/layer.js";
import { add, multiply, reshape } from "../ops/index.js";
import { cloneModel } from "./clone-model.js";
import type { LayerGraph } from "./graph/graph.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

type Facts = Layer & ChannelFacts;

/** @throws StateError for a model without a graph */
export function optimizedForInference(model: Model): Model {
  const { graph } = model;
  if (!graph || (model.constructor !== Model && !(model instanceof Sequential))) {
    const isSequential = model instanceof Sequential;
    throw new StateError(`${model.name}.optimizeForInference`, {
      given: isSequential ? "a Sequential that is not built" : `a ${model.constructor.name}`,
      expected: "a functional model, or a Sequential that is built",
      ...(isSequential && { hint: "Begin it with keras.Input, or call it once." }),
    });
  }
  const scalings = scalingsIn(graph);
  const gone = new Set<Layer>(scalings.values());
  const made: (readonly [Layer, Layer])[] = [];
  const copy = (layer: Layer): Layer => {
    if (gone.has(layer)) return layer;
    if (layer instanceof Model && (layer as Model).graph) return optimizedForInference(layer) as unknown as Layer;
    if ("adapt" in layer && layer.weights.length === 0) return layer;
    const clone = anew(layer, scalings.has(layer));
    made.push([layer, clone]);
    return clone;
  };
  const { name } = model;
  let result: Model;
  if (model instanceof Sequential) {
    const [input] = model.inputs;
    const begin = Input({ batchShape: input!.shape, dtype: input!.dtype, name: input!.name! });
    result = new Sequential([begin, ...model.layers.filter((layer) => !gone.has(layer)).map(copy)], { name });
  } else {
    const callFunction = (layer: Layer, args: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown =>
      gone.has(layer) ? args[0] : layer.replay(args, options);
    result = cloneModel(model, { cloneFunction: copy, callFunction });
  }
  for (const [layer, clone] of made) clone.setWeights(valuesOf(layer, scalings.get(layer)));
  result.trainable = false;
  return result;
}

/** Layers by those whose sums they scale. */
function scalingsIn({ nodes, outputs }: LayerGraph): Map<Layer, Facts> {
  const calls = new Map<unknown, number>();
  const readers = new Map<unknown, number>(outputs.map((output) => [output, 1]));
  const count = (map: Map<unknown, number>, key: unknown) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { operation, inputs } of nodes) {
    count(calls, operation);
    for (const input of inputs) count(readers, input);
  }
  const inGraph = new Set<Node | undefined>(nodes);
  const found = new Map<Layer, Facts>();
  for (const node of nodes) {
    const layer = node.operation as unknown as Facts;
    const [input] = node.inputs;
    if (!(layer instanceof Layer) || !layer.channelScaling || node.inputs.length !== 1 || calls.get(layer) !== 1) continue;
    const before = nodeOf(input!);
    const summing = before?.operation as unknown as Facts;
    if (!inGraph.has(before) || calls.get(summing) !== 1 || readers.get(input) !== 1 || found.has(summing)) continue;
    if (isScaledBy(summing, layer, input!.rank)) found.set(summing, layer);
  }
  return found;
}

function isScaledBy(summing: Facts, scaling: Facts, rank: number): boolean {
  const sums = summing.channelSums;
  if (!sums?.isLinear || !isOwn(summing) || !isOwn(scaling)) return false;
  const axisOf = (axis: number) => (axis < 0 ? axis + rank : axis);
  const isAlike = summing.computeDtype === scaling.computeDtype && summing.variableDtype === scaling.variableDtype;
  return isAlike && axisOf(sums.axis) === axisOf(scaling.channelScaling!.axis);
}

/** Whether it is a layer of keras.layers: one made of it may compute something else. */
const isOwn = (layer: Layer): boolean => (serializeKerasObject(layer) as Config)["module"] === "keras.layers";

/** A layer like it, with a bias where it takes over a scaling. */
function anew(layer: Layer, hasBias: boolean): Layer {
  const config = layer.getConfig();
  const { fromConfig } = layer.constructor as typeof Layer;
  return fromConfig.call(layer.constructor as never, hasBias ? { ...config, use_bias: true } : config) as Layer;
}

/** The weights of a layer, a scaling of its output taken into them. */
function valuesOf(layer: Facts, scaling: Facts | undefined): Tensor[] {
  if (!scaling) return layer.weights.map((weight) => weight.value());
  const { weight, weightAxes, bias } = layer.channelSums!;
  const { scale, offset } = scaling.channelScaling!.values();
  const first = weight.rank + Math.min(...weightAxes);
  const along = weight.shape.slice(first).map((length, i) => (weightAxes.includes(first + i - weight.rank) ? length : 1)) as number[];
  const values = layer.weights
    .filter((each) => each !== bias)
    .map((each) => (each === weight ? multiply(weight, reshape(scale, along)) : each.value()));
  return [...values, bias ? add(multiply(bias, scale), offset) : offset];
}
