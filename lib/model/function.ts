// keras.Function: a graph of operations as one callable, without layers' weights, training or files.

import { automaticName, Callable } from "../config/index.js";
import type { Shape } from "../core/shape.js";
import { inferOnly, kerasTensorsLike, symbolicLike } from "../layers/base/infer.js";
import { holdsKerasTensor, type KerasTensor } from "../layers/functional/keras-tensor.js";
import type { Operation } from "../layers/functional/node.js";
import { mapLeaves } from "../layers/functional/structure.js";
import { Tensor } from "../core/tensor.js";
import { LayerGraph } from "./graph/graph.js";

export interface Function_ {
  /** Runs the graph on inputs in the structure of its own. */
  (inputs: unknown): unknown;
}

/**
 * What leads from Keras tensors to Keras tensors, as a function: it computes the outputs for values of the inputs.
 *
 * ```ts
 * const x = keras.Input({ shape: [2] });
 * const f = new keras.Function(x, keras.ops.square(x));
 * (f([[1, 2]]) as tf.Tensor).array(); // [[1, 4]]
 * ```
 *
 * @throws ArgumentError, StateError where the outputs do not follow from the inputs. Keras: keras.Function
 */
export class Function_ extends Callable {
  declare readonly name: string;
  readonly #graph: LayerGraph;

  constructor(inputs: unknown, outputs: unknown, { name = null }: { name?: string | null } = {}) {
    super();
    Object.defineProperty(this, "name", { value: name ?? automaticName("Function") });
    this.#graph = new LayerGraph(inputs, outputs);
  }

  /** The layers and operations of the graph, in the order in which they run. */
  get operations(): readonly Operation[] {
    return this.#graph.operations;
  }

  get inputs(): readonly KerasTensor[] {
    return this.#graph.inputs;
  }

  get outputs(): readonly KerasTensor[] {
    return this.#graph.outputs;
  }

  /** The shapes of the outputs for inputs of a shape, in the structure of either. */
  computeOutputShape(inputShape: unknown): unknown {
    const outputs = inferOnly(() => this.#graph.run(this.name, symbolicLike(inputShape, "float32"), null));
    return mapLeaves(outputs, (leaf) => (leaf as Tensor).shape as Shape);
  }

  /** Shapes and dtypes of the outputs, as Keras tensors of no model. */
  computeOutputSpec(inputs: unknown): unknown {
    return kerasTensorsLike(inferOnly(() => this.call(inputs)));
  }

  /** The outputs for inputs in the structure of the graph's. */
  call(inputs: unknown): unknown {
    return this.#graph.run(this.name, inputs instanceof Tensor ? inputs : this.#graph.converted(inputs), null);
  }

  protected override invoke(inputs: unknown): unknown {
    return holdsKerasTensor(inputs) ? this.computeOutputSpec(inputs) : this.call(inputs);
  }
}
