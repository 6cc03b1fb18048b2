// Shapes that values decide: the different elements of a tensor, the places that are not zero.
//
//  (1) A step of the host whose results have axes that stay open when all shapes before it are known ends a stage. The stage before it runs
//      as a program, then the step, and then the rest is compiled for the shapes that came out, once for each.
//  (2) Effects keep their order: a stage is a stretch of the recorded steps.

import { apply } from "../core/interpreter.js";
import type { Step } from "../core/primitive.js";
import { Tensor } from "../core/tensor.js";
import { readsOf, withInputs, type Compile, type Graph, type Runnable } from "./graph.js";

/** Where a graph with known inputs has its first step of that kind, or −1. */
export const openStep = ({ steps }: Graph): number =>
  steps.findIndex(({ op, outputs }) => op.host !== undefined && Object.values(outputs).some(({ shape }) => shape.includes(null)));

export class Stages {
  readonly #graph: Graph;
  readonly #step: Step;
  /** What the stage before gives to the step and to the rest. */
  readonly #passed: readonly Tensor[];
  readonly #before: Runnable;
  readonly #rest: Runnable;

  constructor(graph: Graph, compile: Compile) {
    const at = openStep(graph);
    const [before, step, rest] = [graph.steps.slice(0, at), graph.steps[at]!, graph.steps.slice(at + 1)];
    const made = new Set([...graph.inputs, ...before.flatMap(({ outputs }) => Object.values(outputs))].map(({ id }) => id));
    const passed = new Map<number, Tensor>();
    for (const tensor of [...[step, ...rest].flatMap(readsOf), ...graph.outputs]) if (made.has(tensor.id)) passed.set(tensor.id, tensor);
    this.#graph = graph;
    this.#step = step;
    this.#passed = [...passed.values()];
    this.#before = compile({ name: graph.name, inputs: graph.inputs, steps: before, outputs: this.#passed });
    const inputs = [...this.#passed, ...Object.values(step.outputs)];
    this.#rest = compile({ name: `${graph.name}, after ${step.op.name}`, inputs, steps: rest, outputs: graph.outputs });
  }

  run(inputs: readonly Tensor[]): readonly Tensor[] {
    return this.#rest.run(this.#decide(this.#before.run(inputs)));
  }

  async runAside(inputs: readonly Tensor[]): Promise<readonly Tensor[]> {
    return this.#rest.runAside(this.#decide(await this.#before.runAside(inputs)));
  }

  /** What the rest is given: the passed values, and the results of the step. */
  #decide(passed: readonly Tensor[]): Tensor[] {
    const values = new Map(this.#passed.map(({ id }, i) => [id, passed[i]!]));
    const { op, inputs, attrs } = withInputs(this.#step, (tensor) => values.get(tensor.id) ?? tensor);
    const results = apply(op, inputs, attrs);
    const byName = results instanceof Tensor ? { y: results } : results;
    return [...passed, ...Object.keys(this.#step.outputs).map((name) => byName[name]!)];
  }
}
