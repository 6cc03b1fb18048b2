// Builds the graph of an ONNX model from a traced one.

import { dtypes, type Dtype } from "../../core/dtype.js";
import type { Step } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { Tensor } from "../../core/tensor.js";
import { bytesOf } from "../../formats/bytes.js";
import type { FileDtype } from "../../formats/dtypes.js";
import { type AttributeInput, attributeMessage, tensorMessage } from "../../formats/onnx.js";
import type { Values } from "../../formats/protobuf.js";

/** Attributes of a node by name. */
export type Attributes = Readonly<Record<string, AttributeInput | undefined>>;

/** A step as rows of the table see it: inputs by the names of the operation. */
export class StepView {
  constructor(
    readonly emitter: Emitter,
    readonly step: Step,
  ) {}

  /** Settings of the operation. */
  get attrs(): Readonly<Record<string, never>> {
    return (this.step.attrs ?? {}) as Readonly<Record<string, never>>;
  }

  /** An input tensor, undefined for an optional one that is absent. */
  tensor(name: string): Tensor | undefined {
    const value = this.step.inputs[name];
    return value instanceof Tensor ? value : undefined;
  }

  /** The value of an input. */
  at(name: string): string {
    return this.emitter.valueOf(this.step.inputs[name] as Tensor | State);
  }

  /** The value of an optional input; absent ones are the empty name. */
  optional(name: string): string {
    return this.tensor(name) ? this.at(name) : "";
  }

  /** The values of an input that is a list. */
  all(name: string): string[] {
    return (this.step.inputs[name] as readonly Tensor[]).map((tensor) => this.emitter.valueOf(tensor));
  }

  /** Shape and dtype of an output. */
  output(name = "y"): Tensor {
    return this.step.outputs[name]!;
  }
}

/** Nodes and initializers of a graph under construction. */
export class Emitter {
  readonly nodes: Values[] = [];
  readonly initializers: Values[] = [];
  readonly #values = new Map<number, string>();
  readonly #states = new Map<State, string>();
  readonly #constants = new Map<string, string>();
  #count = 0;

  /**
   * @param stateName  the name of a variable
   * @param used       numbers of the tensors that steps or results need
   */
  constructor(
    readonly stateName: (state: State) => string | undefined,
    readonly used: ReadonlySet<number>,
  ) {}

  /** Whether somebody needs a tensor. */
  isUsed(tensor: Tensor): boolean {
    return this.used.has(tensor.id);
  }

  /** Says which value a tensor is. */
  bind(tensor: Tensor, value: string): void {
    this.#values.set(tensor.id, value);
  }

  /** The value of a tensor or of a variable; constants become initializers. */
  valueOf(source: Tensor | State): string {
    if (source instanceof State) {
      let name = this.#states.get(source);
      if (name === undefined) {
        name = this.stateName(source) ?? this.name("variable");
        this.#states.set(source, name);
        this.initializers.push(tensorMessage(name, source.dtype, source.shape, bytesOf(source.view().slice())));
      }
      return name;
    }
    const known = this.#values.get(source.id);
    if (known !== undefined) return known;
    const value = this.constant(source.dtype, source.shape as readonly number[], bytesOf(source.data()));
    this.bind(source, value);
    return value;
  }

  /** A name that no value has. */
  name(prefix: string): string {
    return `${prefix}_${this.#count++}`;
  }

  /** A constant; equal ones are one. */
  constant(dtype: FileDtype, shape: readonly number[], bytes: Uint8Array): string {
    const key = bytes.length <= 64 ? `${dtype} ${shape.join()} ${bytes.join()}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.name("constant");
    if (key !== undefined) this.#constants.set(key, name);
    this.initializers.push(tensorMessage(name, dtype, shape, bytes));
    return name;
  }

  /** A list of whole numbers, as operators take axes and lengths. */
  ints(values: readonly number[]): string {
    return this.constant("int64", [values.length], bytesOf(BigInt64Array.from(values, BigInt)));
  }

  /** A number of a dtype. */
  scalar(value: number, dtype: Dtype = "float32"): string {
    return this.constant(dtype, [], bytesOf(new dtypes[dtype].array(Float64Array.of(value).length).fill(value)));
  }

  /** Adds a node. @returns the name of its first output */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodeWith(opType, inputs, 1, attributes)[0]!;
  }

  /** Adds a node of several outputs. */
  nodeWith(opType: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    const names = Array.from({ length: outputs }, () => this.name(opType.toLowerCase()));
    const given = Object.entries(attributes).filter((entry): entry is [string, AttributeInput] => entry[1] !== undefined);
    this.nodes.push({
      opType,
      name: names[0],
      input: inputs,
      output: names,
      attribute: given.map(([name, value]) => attributeMessage(name, value)),
    });
    return names;
  }
}
