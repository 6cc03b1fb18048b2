// A model that came from a graph of another framework, as a Keras model.

import { isPlainObject } from "../config/index.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { asTensor } from "../core/convert.js";
import type { Tensor } from "../core/tensor.js";
import type { ImportedGraph } from "../saving/imported/graph.js";
import type { Variable } from "../variables/variable.js";
import { Model } from "./model.js";

/**
 * A model that was read from ONNX or from a graph of TensorFlow.js: for inference, and for training further. Its weights are variables;
 * what it is called on stands in the order of its inputs, or by their names.
 */
export class ImportedModel extends Model {
  readonly #imported: ImportedGraph;
  /** The weights, in the order of the file. */
  readonly imported: readonly Variable[];

  constructor(imported: ImportedGraph, name?: string) {
    super(name === undefined ? {} : { name });
    this.#imported = imported;
    this.imported = imported.variables.map(([, variable]) => variable);
    this.built = true;
  }

  /** Names of the inputs, in order. */
  get inputNames(): readonly string[] {
    return this.#imported.inputs.map(({ name }) => name);
  }

  override get outputNames(): readonly string[] {
    return this.#imported.outputs;
  }

  override get buildsByCall(): boolean {
    return false;
  }

  /** Weights go over to another model of the file, not to a config. */
  override getConfig(): never {
    throw new StateError(`${this.name}.getConfig`, {
      given: "a model that was read from another format",
      expected: "a model of layers",
      hint: "saveWeights and loadWeights keep what was trained; export writes ONNX.",
    });
  }

  override call(inputs: never): unknown {
    const outputs = this.#imported.run(this.#ordered(inputs));
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  #ordered(given: unknown): Tensor[] {
    const names = this.inputNames;
    const list = isPlainObject(given) ? names.map((name) => given[name]) : Array.isArray(given) && names.length > 1 ? given : [given];
    const missing = names.findIndex((_, i) => list[i] === undefined);
    if (missing < 0 && list.length === names.length) return list.map((each) => asTensor(each as Tensor));
    throw new ArgumentError(this.name, {
      given: missing < 0 ? `${list.length} inputs` : `nothing for ${text(names[missing])}`,
      expected: `inputs ${names.join(", ")}`,
    });
  }
}
