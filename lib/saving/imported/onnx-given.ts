// What operators of ONNX are given: attributes with defaults, inputs that are there, numbers that shapes are made of.

import { constant } from "../../core/convert.js";
import { ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { UnsupportedFormatError } from "../../formats/error.js";
import type { OnnxNode } from "../../formats/onnx.js";
import type { Values } from "../../formats/protobuf.js";
import * as ops from "../../ops/index.js";
import type { Run } from "./graph.js";

/** The attributes of a node, read with defaults. */
export class Given {
  constructor(
    readonly node: OnnxNode,
    readonly where: string,
    readonly opset: number,
  ) {}

  #raw(name: string): Values | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, fallback: number): number {
    const value = this.#raw(name)?.["i"];
    return typeof value === "number" ? value : this.#raw(name) ? 0 : fallback;
  }

  float(name: string, fallback: number): number {
    const value = this.#raw(name)?.["f"];
    return typeof value === "number" ? value : this.#raw(name) ? 0 : fallback;
  }

  ints(name: string): number[] | undefined {
    const attribute = this.#raw(name);
    return attribute && (attribute["ints"] as number[]);
  }

  text(name: string, fallback: string): string {
    const value = this.#raw(name)?.["s"];
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : fallback;
  }

  texts(name: string): string[] | undefined {
    const values = this.#raw(name)?.["strings"] as Uint8Array[] | undefined;
    return values?.map((value) => new TextDecoder().decode(value));
  }

  tensor(name: string): Values | undefined {
    return this.#raw(name)?.["t"] as Values | undefined;
  }

  floats(name: string): number[] | undefined {
    return this.#raw(name)?.["floats"] as number[] | undefined;
  }

  /** The same node with other whole numbers. */
  with(numbers: Readonly<Record<string, number>>): Given {
    const attributes = new Map(this.node.attributes);
    for (const [name, value] of Object.entries(numbers)) attributes.set(name, { i: value });
    return new Given({ ...this.node, attributes }, this.where, this.opset);
  }

  has(name: string): boolean {
    return this.#raw(name) !== undefined;
  }

  /** @throws UnsupportedFormatError */
  refuse(given: string, expected: string): never {
    throw new UnsupportedFormatError(`${this.where}: ${this.node.opType} ${this.node.name}`, { given, expected });
  }
}

/** Computes the outputs of a node of such attributes. */
export type Operator = (given: Given) => Run;

/** An input that has to be there. */
export const T = (value: Tensor | undefined): Tensor => {
  if (value) return value;
  throw new ValueError("input", { given: "nothing", expected: "a tensor" });
};

/** Numbers that a graph computes for shapes. @throws ValueError where they depend on what comes in */
export function numbers(value: Tensor | undefined): number[] {
  const tensor = T(value);
  if (!tensor.isSymbolic) return Array.from(tensor.data());
  throw new ValueError("shape", { given: "lengths that the inputs decide", expected: "lengths that are known when the model is called" });
}

export const int32 = (values: readonly number[]): Tensor => constant(values as number[], { dtype: "int32", shape: [values.length] });

export const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
export const first = { dataFormat: "channels_first" } as const;

/** x with cells of a value around its spatial axes. */
export function padded(x: Tensor, pads: readonly (readonly [number, number])[], value: number): Tensor {
  if (pads.every(([before, after]) => before === 0 && after === 0)) return x;
  return ops.pad(x, [[0, 0], [0, 0], ...pads], "constant", value); // prettier-ignore
}
