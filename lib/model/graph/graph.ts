// The computation of a functional model: calls in order, and running them on other inputs.

import { checkDepth } from "../../core/tree.js";
import { ArgumentError, DtypeError, ShapeError, text } from "../../core/errors.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { maskOf, setMask } from "../../core/mask.js";
import { isForShapesAlone, isTracing } from "../../core/interpreter.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { type AsksBefore, isStrings, isText, Strings, symbolicStrings } from "../../core/strings.js";
import { Chainable, Tensor } from "../../core/tensor.js";
import { isPlainObject } from "../../config/index.js";
import { inheritedTraining } from "../../layers/base/context.js";
import { isNumeric } from "../../layers/base/convert.js";
import { takeOffer } from "../../layers/base/going-on.js";
import { InputLayer } from "../../layers/core/input-layer.js";
import { describeInputs } from "../../layers/base/describe.js";
import { InputSpec } from "../../layers/base/input-spec.js";
import { Layer } from "../../layers/layer.js";
import { KerasTensor } from "../../layers/functional/keras-tensor.js";
import { nodeOf, type Node, type Operation } from "../../layers/functional/node.js";
import { flatten, mapLeaves, packLike, sameStructure } from "../../layers/functional/structure.js";
import { cast, expandDims, squeeze } from "../../ops/index.js";
import { cloneBetween } from "./clone.js";
import { mapGraph } from "./map.js";

/** A computation from inputs to outputs as a graph of layer and operation calls. */
export class LayerGraph {
  /** Inputs and outputs in the structure in which the user gave them. */
  readonly inputStructure: unknown;
  readonly outputStructure: unknown;
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
  readonly nodes: readonly Node[];
  readonly nodesAtDepth: readonly (readonly Node[])[];
  readonly operations: readonly Operation[];
  /** The nodes that compute. */
  #calls?: readonly Node[];
  #inputSpecs?: InputSpec[] | null;

  constructor(inputs: unknown, outputs: unknown) {
    const given = checkedTensors("inputs", inputs);
    checkedTensors("outputs", outputs);
    const whole = given.every((tensor) => nodeOf(tensor)?.isInput) ? { inputs, outputs } : cloneBetween(inputs, outputs);
    this.inputStructure = whole.inputs;
    this.outputStructure = whole.outputs;
    this.inputs = flatten<KerasTensor>(whole.inputs);
    this.outputs = flatten<KerasTensor>(whole.outputs);
    const { nodes, nodesAtDepth, operations } = mapGraph(this.inputs, this.outputs);
    this.nodes = nodes;
    this.nodesAtDepth = nodesAtDepth;
    this.operations = operations;
  }

  /** The layers among the operations, inputs included. */
  get layers(): Layer[] {
    return this.operations.filter((operation): operation is Layer => operation instanceof Layer);
  }

  /** Names of the layers that give the outputs. */
  get outputNames(): string[] {
    return this.outputs.map(({ history }) => history!.operation.name);
  }

  /** What the inputs must be like: any batch, and a last axis of length 1 may be missing. */
  get inputSpecs(): readonly InputSpec[] | null {
    return (this.#inputSpecs ??= this.#specsOfInputs());
  }

  #specsOfInputs(): InputSpec[] | null {
    const { inputStructure } = this;
    const spec = (tensor: KerasTensor, name?: string) =>
      new InputSpec({
        shape: tensor.shape.map((length, axis) => (axis === 0 ? null : length)),
        name: name ?? tensor.history!.operation.name,
        allowLastAxisSqueeze: true,
        optional: isOptional(tensor),
      });
    if (!isPlainObject(inputStructure)) return this.inputs.map((tensor) => spec(tensor));
    const entries = Object.entries(inputStructure).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.every(([, tensor]) => tensor instanceof KerasTensor)
      ? entries.map(([name, tensor]) => spec(tensor as KerasTensor, name))
      : null;
  }

  /**
   * Runs the graph on inputs in the structure of its own; an only input may come without its array, and inputs in an
   * array by their names.
   */
  run(where: string, given: unknown, masks: unknown): unknown {
    const progress = takeOffer();
    const values = (progress?.values as Map<KerasTensor, unknown> | null | undefined) ?? this.#begin(where, given, masks);
    if (progress) progress.values = values;
    const fill = (leaf: unknown): unknown => (leaf instanceof KerasTensor ? values.get(leaf) : leaf);
    // What the call of the model says counts, whatever calls inside were made with; Keras's files have such of all that augments.
    const training = inheritedTraining();
    const optionsOf = ({ options }: Node): Readonly<Record<string, unknown>> => {
      const filled = mapLeaves(options, fill) as Readonly<Record<string, unknown>>;
      return training !== undefined && "training" in filled ? { ...filled, training } : filled;
    };
    const calls = (this.#calls ??= this.nodes.filter(({ isInput }) => !isInput));
    for (const node of progress ? calls.slice(progress.done) : calls) {
      const call = () =>
        node.isPlain
          ? node.operation.replay([fill(node.args[0])], node.options)
          : node.operation.replay(mapLeaves(node.args, fill) as readonly unknown[], optionsOf(node));
      const answer = progress ? progress.call(node.operation, call) : call();
      if (answer instanceof Tensor && node.outputs.length === 1) values.set(node.outputs[0]!, answer);
      else {
        // Nested arrays of strings are one result.
        const results = node.outputs.length === 1 && isText(node.outputs[0]) ? [stringsOf(where, answer)] : flatten<unknown>(answer);
        node.outputs.forEach((output, i) => values.set(output, results[i]));
      }
      progress?.leave();
    }
    const shown = (leaf: unknown): unknown => {
      const value = fill(leaf);
      return value instanceof Strings ? value.nested() : value;
    };
    return unpackSingle(mapLeaves(this.outputStructure, shown), this.outputStructure);
  }

  /** What a run begins with: the inputs, masked. */
  #begin(where: string, given: unknown, masks: unknown): Map<KerasTensor, unknown> {
    const flat = this.#standardized(where, given);
    if (masks !== null && masks !== undefined) {
      flatten<Tensor | null>(masks).forEach((mask, i) => mask && flat[i] && setMask(flat[i], mask));
    }
    return new Map(this.inputs.map((input, i) => [input, flat[i]]));
  }

  /**
   * Inputs of a call with tensors for arrays, numbers and variables, as far as the structure of the graph's inputs tells which are which.
   */
  converted(given: unknown): unknown {
    checkDepth("inputs", given);
    return convertedLike(this.inputStructure, given);
  }

  /** Nested strings for several inputs, those of each in one piece; undefined for anything else. */
  splitStrings(given: unknown): unknown {
    const { inputStructure } = this;
    if (!Array.isArray(inputStructure) || inputStructure.length < 2 || !Array.isArray(given)) return undefined;
    if (given.length !== inputStructure.length || !isStrings(given)) return undefined;
    return convertedLike(inputStructure, given);
  }

  /** The inputs as tensors of the dtypes and ranks of the graph's own, in order. */
  #standardized(where: string, given: unknown): (Tensor | null)[] {
    const flat = flatten<TensorLike | Strings | null>(this.#structured(where, given));
    return this.inputs.map((input, i) => {
      const value = flat[i];
      if (value === null || value === undefined) {
        if (value === null && isOptional(input)) return null;
        throw new ArgumentError(where, { given: `nothing for the input ${input.name}`, expected: "a tensor" });
      }
      if (isText(input)) return adjustText(where, value, input) as Tensor;
      const tensor = asTensor(value as TensorLike);
      const typed = tensor.dtype === input.dtype ? tensor : cast(tensor, input.dtype);
      const fitting = adjustRank(where, typed, input);
      return fitting === tensor ? tensor : setMask(fitting, maskOf(tensor));
    });
  }

  #structured(where: string, given: unknown): unknown {
    const { inputStructure } = this;
    if (Array.isArray(inputStructure) && inputStructure.length === 1 && !Array.isArray(given) && !isPlainObject(given)) return [given];
    if (isPlainObject(given) && !isPlainObject(inputStructure)) {
      if (this.inputs.every(({ name }) => name! in given))
        return packLike(
          inputStructure as never,
          this.inputs.map(({ name }) => given[name!]),
        );
    } else if (isPlainObject(given) && isPlainObject(inputStructure)) {
      // More than the model asks for is no harm.
      const own = Object.fromEntries(Object.keys(inputStructure).map((key) => [key, given[key]]));
      if (Object.values(own).every((value) => value !== undefined)) return own;
    } else if (sameStructure(given, inputStructure) || flatten(given).length === this.inputs.length) return given;
    throw new ArgumentError(where, {
      given: `inputs ${describeInputs(given)}`,
      expected: `the structure ${text(mapLeaves(inputStructure, (leaf) => (leaf as KerasTensor).name))}`,
    });
  }
}

function convertedLike(structure: unknown, given: unknown): unknown {
  if (given instanceof Chainable) return given.value();
  if (Array.isArray(structure)) {
    if (Array.isArray(given) && given.length === structure.length) return given.map((item, i) => convertedLike(structure[i], item));
    if (structure.length === 1 && isNumeric(given)) return asTensor(given as TensorLike);
    if (structure.length === 1 && isText(structure[0]) && isStrings(given)) return Strings.of(given, structure[0].name ?? "inputs");
  }
  if (isText(structure) && isStrings(given)) return Strings.of(given, structure.name ?? "inputs");
  if (isPlainObject(given)) {
    const own = isPlainObject(structure) ? structure : {};
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, convertedLike(own[key], item)]));
  }
  if (isNumeric(given)) return asTensor(given as TensorLike);
  return Array.isArray(given) ? given.map((item) => convertedLike(undefined, item)) : given;
}

function isOptional(tensor: KerasTensor): boolean {
  const operation = tensor.history?.operation;
  return operation instanceof InputLayer && operation.options.optional;
}

function checkedTensors(name: string, structure: unknown): KerasTensor[] {
  const flat = flatten<unknown>(structure);
  if (flat.length === 0) throw new ArgumentError(`Model.${name}`, { given: "none", expected: "at least one Keras tensor" });
  for (const leaf of flat) {
    if (leaf instanceof KerasTensor && leaf.history) continue;
    throw new ArgumentError(`Model.${name}`, {
      given: text(leaf),
      expected: "Keras tensors: what keras.Input, layers and keras.ops give",
    });
  }
  return flat as KerasTensor[];
}

/** A last axis of length 1 is added or taken away where the graph's input has it otherwise. */
function adjustRank(where: string, x: Tensor, input: KerasTensor): Tensor {
  if (x.rank === input.rank) return x;
  if (x.rank === input.rank + 1 && x.shape.at(-1) === 1) return squeeze(x, -1);
  if (x.rank === input.rank - 1 && input.shape.at(-1) === 1) return expandDims(x, -1);
  throw new ShapeError(where, { given: `${shapeText(x.shape)} for the input ${input.name}`, expected: `shape ${shapeText(input.shape)}` });
}

/** An array of one tensor is that tensor. */
const unpackSingle = (value: unknown, structure: unknown): unknown =>
  Array.isArray(structure) && structure.length === 1 ? (value as readonly unknown[])[0] : value;

/** Strings that a layer gave, in one piece; those of a program that has not run stay what they are. */
const stringsOf = (where: string, answer: unknown): unknown => (isStrings(answer) ? Strings.of(answer, where) : answer);

/** Strings for an input of them: a last axis of length 1 is added or taken away where the graph's input has it otherwise. */
function adjustText(where: string, value: unknown, input: KerasTensor): unknown {
  const given = isStrings(value) ? Strings.of(value, where) : value;
  if (!(given instanceof Strings) && !isText(given)) {
    throw new DtypeError(where, { given: `${describeInputs(given)} for the input ${input.name}`, expected: "strings" });
  }
  const { shape } = given;
  if (shape.length === input.rank) return given;
  const isSqueezed = shape.length === input.rank + 1 && shape.at(-1) === 1;
  if (!isSqueezed && !(shape.length === input.rank - 1 && input.shape.at(-1) === 1)) {
    throw new ShapeError(where, { given: `${shapeText(shape)} for the input ${input.name}`, expected: `shape ${shapeText(input.shape)}` });
  }
  const reshaped = (other: Shape) => (isSqueezed ? other.slice(0, -1) : [...other, 1]);
  if (given instanceof Strings) return given.reshaped(reshaped(shape) as number[]);
  if (!isTracing() || isForShapesAlone()) return symbolicStrings(reshaped(shape));
  return (given.owner as AsksBefore).before([given], ([strings]) => (strings as Strings).reshaped(reshaped(strings!.shape) as number[]));
}
