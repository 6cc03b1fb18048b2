// One call of a layer, a model or an operation on Keras tensors: what the graph of a functional model is made of.

import { ArgumentError, text } from "../../core/errors.js";
import type { Config } from "../../config/index.js";
import { KerasTensor } from "./keras-tensor.js";
import { flatten } from "./structure.js";

/** What can be called on Keras tensors: a layer, a model, an operation. */
export interface Operation {
  readonly name: string;
  /** The calls on Keras tensors, in order. */
  readonly inboundNodes: Node[];
  /** Calls the operation, as a model does when it runs: positional arguments, and named ones. */
  replay(args: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown;
  getConfig(): Config;
}

/** One call of an operation on Keras tensors: a node of a model's graph. */
export class Node {
  /** The Keras tensors among the arguments, in order. */
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
  /** Whether its arguments are one Keras tensor and nothing else. */
  readonly isPlain: boolean;

  /**
   * @param args     positional arguments
   * @param options  named arguments
   */
  constructor(
    readonly operation: Operation,
    readonly args: readonly unknown[],
    readonly options: Readonly<Record<string, unknown>>,
    outputs: unknown,
  ) {
    this.inputs = [...kerasTensorsIn(args), ...kerasTensorsIn(options)];
    this.isPlain = args.length === 1 && args[0] instanceof KerasTensor && Object.keys(options).length === 0;
    this.outputs = flatten<unknown>(outputs).map((output) => {
      if (output instanceof KerasTensor) return output;
      throw new ArgumentError(operation.name, { given: `${text(output)} as an output`, expected: "tensors alone" });
    });
    const nodeIndex = operation.inboundNodes.push(this) - 1;
    this.outputs.forEach((output, tensorIndex) => (output.history = { operation, nodeIndex, tensorIndex }));
  }

  /** Whether this is where a graph begins. */
  get isInput(): boolean {
    return this.inputs.length === 0;
  }

  /** The nodes that made the inputs. */
  get parents(): Node[] {
    return this.inputs.flatMap(({ history }) => (history ? [history.operation.inboundNodes[history.nodeIndex]!] : []));
  }
}

/** The node that made a Keras tensor. */
export const nodeOf = ({ history }: KerasTensor): Node | undefined => history?.operation.inboundNodes[history.nodeIndex];

/** Every Keras tensor in arguments, in order; one that occurs twice is named twice. */
export function kerasTensorsIn(value: unknown): KerasTensor[] {
  return flatten<unknown>(value).filter((leaf) => leaf instanceof KerasTensor);
}
