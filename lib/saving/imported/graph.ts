// A graph of another format, ready to run: values by name, steps in an order in which each finds its inputs. What is made of constants
// alone is a tensor with values, also while a function is traced, so that shapes can be computed by the graph itself.

import { ArgumentError, KerasmError, text } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import type { Dtype } from "../../core/dtype.js";
import { cast } from "../../ops/index.js";
import { FormatError, UnsupportedFormatError } from "../../formats/error.js";
import type { Variable } from "../../variables/variable.js";

/** Computes the outputs of a node; absent inputs are undefined. */
export type Run = (inputs: readonly (Tensor | undefined)[]) => Tensor | readonly Tensor[];

/** A node of a graph. */
export interface ImportedNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly run: Run;
}

/** A value that goes in. */
export interface ImportedInput {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** A graph before its nodes are in order. */
export interface GraphParts {
  readonly where: string;
  readonly inputs: readonly ImportedInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly ImportedNode[];
  /** Constants, and weights as variables. */
  readonly values: ReadonlyMap<string, Tensor | Variable>;
}

/** A graph that was read. */
export class ImportedGraph {
  readonly inputs: readonly ImportedInput[];
  readonly outputs: readonly string[];
  readonly where: string;
  readonly #nodes: readonly ImportedNode[];
  readonly #values: ReadonlyMap<string, Tensor | Variable>;

  /** @throws FormatError where a node asks for what nothing gives, or nodes wait for each other */
  constructor(parts: GraphParts) {
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.where = parts.where;
    this.#values = parts.values;
    this.#nodes = ordered(parts);
  }

  /** The weights by name. */
  get variables(): [string, Variable][] {
    return [...this.#values].filter((entry): entry is [string, Variable] => "assign" in entry[1]);
  }

  /** Runs the graph on inputs in order. */
  run(inputs: readonly Tensor[]): Tensor[] {
    const values = new Map<string, Tensor | Variable>(this.#values);
    this.inputs.forEach(({ name, dtype, shape }, i) => {
      const given = inputs[i]!;
      const fits =
        given.rank === shape.length &&
        shape.every((length, axis) => length === null || given.shape[axis] === null || given.shape[axis] === length);
      if (!fits) throw new ArgumentError(`${this.where}: ${name}`, { given: shapeText(given.shape), expected: shapeText(shape) });
      values.set(name, given.dtype === dtype ? given : cast(given, dtype));
    });
    for (const node of this.#nodes) {
      const given = node.inputs.map((name) => (name === "" ? undefined : values.get(name)!.value()));
      let results: Tensor | readonly Tensor[];
      try {
        results = node.run(given);
      } catch (error) {
        throw inNode(error, node, this.where);
      }
      const list = results instanceof Chainable ? [results] : results;
      node.outputs.forEach((name, i) => {
        if (name !== "" && list[i]) values.set(name, list[i]);
      });
    }
    return this.outputs.map((name) => values.get(name)!.value());
  }
}

/** The same error, which also names the node. */
function inNode(error: unknown, { op, name }: ImportedNode, where: string): unknown {
  if (!(error instanceof KerasmError)) return error;
  return new UnsupportedFormatError(`${where}: ${op} ${text(name)}`, { given: error.given, expected: error.expected, cause: error });
}

/** The nodes that the outputs need, each after those that it needs. */
function ordered({ where, inputs, outputs, nodes, values }: GraphParts): ImportedNode[] {
  const makers = new Map<string, ImportedNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (makers.has(output)) throw new FormatError(where, { given: `two nodes that give ${text(output)}`, expected: "one" });
      makers.set(output, node);
    }
  }
  const known = new Set<string>([...values.keys(), ...inputs.map(({ name }) => name)]);
  const state = new Map<ImportedNode, "open" | "done">();
  const order: ImportedNode[] = [];
  const wants = [...outputs].reverse();
  // A stack of its own: graphs are deeper than calls may be.
  while (wants.length > 0) {
    const name = wants.at(-1)!;
    const node = makers.get(name);
    if (name === "" || known.has(name) || (node && state.get(node) === "done")) {
      wants.pop();
      continue;
    }
    if (!node)
      throw new FormatError(where, { given: `the value ${text(name)}, which nothing gives`, expected: "values of nodes and inputs" });
    const missing = node.inputs.filter((input) => input !== "" && !known.has(input));
    if (missing.length > 0) {
      if (state.get(node) === "open" && missing.some((input) => makers.has(input) && state.get(makers.get(input)!) === "open")) {
        throw new FormatError(where, { given: `the node ${text(node.name)}, which waits for itself`, expected: "a graph without circles" });
      }
      state.set(node, "open");
      wants.push(...missing);
      continue;
    }
    state.set(node, "done");
    order.push(node);
    for (const output of node.outputs) known.add(output);
    wants.pop();
  }
  return order;
}
