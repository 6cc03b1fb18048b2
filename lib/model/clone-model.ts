// A model anew: its layers made from their configs, with weights of their own.

import { serializeKerasObject, deserializeKerasObject } from "../config/index.js";
import { ArgumentError, text } from "../core/errors.js";
import { gathered, type OneByOne } from "../core/one-by-one.js";
import type { Tensor } from "../core/tensor.js";
import { Input, InputLayer } from "../layers/core/input-layer.js";
import { KerasTensor } from "../layers/functional/keras-tensor.js";
import type { Operation } from "../layers/functional/node.js";
import { OperationCall } from "../layers/functional/operation-call.js";
import { flatten, mapLeaves, packLike } from "../layers/functional/structure.js";
import { Layer } from "../layers/layer.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

/** What `cloneModel` takes. */
export interface CloneModelOptions {
  /** Keras tensors that the clone begins with, in the structure of the model's inputs; default: inputs of its own. */
  readonly inputTensors?: unknown;
  /** Gives the layer that stands for a layer in the clone; it may be the same one. Default: made from the config. */
  readonly cloneFunction?: ((layer: Layer) => Layer) | null;
  /** Calls a layer of a functional clone. Default: `layer(...args, options)`. */
  readonly callFunction?: ((layer: Layer, args: readonly unknown[], options: Readonly<Record<string, unknown>>) => unknown) | null;
  /** Whether the functions see the layers of models inside, too. Default: false. */
  readonly recursive?: boolean;
}

/** In Keras's order. */
const known = ["inputTensors", "cloneFunction", "callFunction", "recursive"];

const anew = (layer: Layer): Layer => deserializeKerasObject(serializeKerasObject(layer)) as Layer;

/**
 * The model with layers of its own: the same graph, new weights.
 *
 * ```ts
 * const model = new keras.Sequential([new keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
 * const clone = keras.models.cloneModel(model);
 * clone.setWeights(model.getWeights());
 * ```
 *
 * @throws ArgumentError for a model of one's own, which a config makes: `fromConfig`. Keras: keras.models.clone_model
 */
export function cloneModel(model: Model, ...given: OneByOne<CloneModelOptions>): Model {
  const options = gathered<CloneModelOptions>("cloneModel", known, given);
  const { inputTensors = null, cloneFunction, callFunction, recursive = false } = options;
  if (!(model instanceof Model)) throw new ArgumentError("cloneModel", { given: text(model), expected: "a model" });
  const made = new Map<Layer, Layer>();
  const cloneOf = (layer: Layer): Layer => {
    let clone = made.get(layer);
    if (!clone) made.set(layer, (clone = inner(layer)));
    return clone;
  };
  const inner = (layer: Layer): Layer => {
    if (recursive && layer instanceof Model && (layer.graph || layer instanceof Sequential))
      return cloneModel(layer, { ...options, inputTensors: null }) as never;
    const clone = cloneFunction ? cloneFunction(layer) : anew(layer);
    if (clone instanceof Layer) return clone as Layer;
    throw new ArgumentError("cloneModel.cloneFunction", { given: text(clone), expected: "a layer" });
  };
  const like = <M extends Model>(clone: M): M => {
    if (!model.trainable) clone.freeze(); // the layers inside say themselves whether they train
    return clone;
  };
  const { name } = model;
  if (model instanceof Sequential) {
    if (callFunction) throw new ArgumentError("cloneModel.callFunction", { given: "one for a Sequential", expected: "a functional model" });
    const layers = model.layers.filter((layer) => !(layer instanceof InputLayer)).map(cloneOf);
    const given = inputTensors === null ? null : (flatten<unknown>(inputTensors)[0] as KerasTensor);
    const begin = given ?? (model.graph ? model.inputs[0]! : null);
    const first = begin === null ? [] : [Input({ batchShape: begin.shape, dtype: begin.dtype, name: begin.name! })];
    return like(new Sequential([...first, ...layers] as never, { name }));
  }
  const { graph } = model;
  if (!graph || model.constructor !== Model)
    throw new ArgumentError("cloneModel", {
      given: `a ${model.constructor.name}`,
      expected: "a functional model or a Sequential",
      hint: "Make one of a class of one's own by fromConfig(getConfig()).",
    });
  const inputs =
    inputTensors === null
      ? graph.inputs.map((input) => Input({ batchShape: input.shape, dtype: input.dtype, name: input.name! }))
      : flatten<KerasTensor>(inputTensors);
  if (inputs.length !== graph.inputs.length || !inputs.every((input) => input instanceof KerasTensor))
    throw new ArgumentError("cloneModel.inputTensors", { given: text(inputTensors), expected: `${graph.inputs.length} Keras tensors` });
  const values = new Map<unknown, unknown>(graph.inputs.map((input, i) => [input, inputs[i]]));
  const fill = (leaf: unknown): unknown => (leaf instanceof KerasTensor ? values.get(leaf) : leaf);
  const operations = new Map<Operation, OperationCall>();
  for (const node of graph.nodes) {
    if (node.isInput) continue;
    const args = mapLeaves(node.args, fill) as readonly unknown[];
    const named = mapLeaves(node.options, fill) as Readonly<Record<string, unknown>>;
    const run = (): unknown => {
      const { operation } = node;
      if (operation instanceof Layer) {
        const clone = cloneOf(operation as Layer);
        return callFunction ? callFunction(clone, args, named) : clone.replay(args, named);
      }
      let call = operations.get(operation);
      if (!call) operations.set(operation, (call = (operation as OperationCall).copy()));
      return call.record(args, named);
    };
    const results = flatten<Tensor>(run());
    node.outputs.forEach((output, i) => values.set(output, results[i]));
  }
  const structure = packLike(graph.inputStructure as never, inputs as readonly unknown[]);
  return like(new Model({ inputs: structure as never, outputs: mapLeaves(graph.outputStructure, fill) as never, name }));
}
