// Every program that runs, also compiled without each of the passes that changed it, gives the same bits.

import { State } from "../../lib/core/state.js";
import type { Tensor } from "../../lib/core/tensor.js";
import { Executable } from "../../lib/graph/executable.js";
import { forEachState, type Graph } from "../../lib/graph/graph.js";
import { type Pass, passes, usePasses } from "../../lib/graph/passes/index.js";

/** What became of a graph: before all passes, and which of them did something. */
interface Origin {
  readonly graph: Graph;
  readonly changedBy: readonly Pass[];
}

/** Watches programs for as long as it is not ended: each is compared at its first run. */
export class PassComparison {
  /** How many programs each pass changed. */
  readonly changed = new Map<string, number>(passes.map(({ name }) => [name, 0]));
  #differences: string[] = [];
  readonly #origins = new WeakMap<Graph, Origin>();
  readonly #before = usePasses([{ name: "all, watched", run: (graph) => this.#passed(graph) }]);
  readonly #run = Executable.prototype.run;
  readonly #runAside = Executable.prototype.runAside;
  #isComparing = false;

  constructor() {
    const compare = (executable: Executable, inputs: readonly Tensor[]) => this.#compare(executable, inputs);
    const [run, runAside] = [this.#run, this.#runAside];
    Executable.prototype.run = function (inputs) {
      compare(this, inputs);
      return run.call(this, inputs);
    };
    Executable.prototype.runAside = function (inputs) {
      compare(this, inputs);
      return runAside.call(this, inputs);
    };
  }

  /** What differed since the last call. */
  differences(): readonly string[] {
    const found = this.#differences;
    this.#differences = [];
    return found;
  }

  end(): void {
    usePasses(this.#before);
    Executable.prototype.run = this.#run;
    Executable.prototype.runAside = this.#runAside;
  }

  #passed(graph: Graph): Graph {
    const changedBy: Pass[] = [];
    const done = passes.reduce((current, pass) => {
      const next = pass.run(current);
      if (!isSame(current, next)) changedBy.push(pass);
      return next;
    }, graph);
    const result = { ...done };
    this.#origins.set(result, { graph, changedBy });
    return result;
  }

  #compare(executable: Executable, inputs: readonly Tensor[]): void {
    const origin = this.#origins.get(executable.graph);
    if (!origin || this.#isComparing) return;
    this.#origins.delete(executable.graph);
    if (origin.changedBy.length === 0) return;
    this.#isComparing = true;
    try {
      const expected = outcomeOf(executable, origin.graph, inputs);
      for (const { name } of origin.changedBy) {
        this.changed.set(name, this.changed.get(name)! + 1);
        const without = compiled(
          origin.graph,
          passes.filter((pass) => pass.name !== name),
        );
        const outcome = outcomeOf(without, origin.graph, inputs);
        outcome.forEach((bits, i) => {
          if (bits !== expected[i]) this.#differences.push(`without the pass "${name}" value ${i} of ${outcome.length} has other bits`);
        });
      }
    } finally {
      this.#isComparing = false;
    }
  }
}

const isSame = (a: Graph, b: Graph): boolean =>
  a.steps.length === b.steps.length && a.steps.every((step, i) => step === b.steps[i]) && a.outputs.every((y, i) => y === b.outputs[i]);

function compiled(graph: Graph, list: readonly Pass[]): Executable {
  const before = usePasses(list);
  try {
    return new Executable(graph);
  } finally {
    usePasses(before);
  }
}

/** The bits of what a run gives back and of the states afterwards; the states are then as they were. */
function outcomeOf(executable: Executable, graph: Graph, inputs: readonly Tensor[]): string[] {
  const states = new Set<State>();
  for (const step of graph.steps) forEachState(step, (state) => states.add(state));
  const before = [...states].map((state) => [state, state.view().slice()] as const);
  try {
    const outputs = executable.run(inputs);
    return [...outputs.map((tensor) => tensor.data()), ...[...states].map((state) => state.view())].map(bits);
  } finally {
    for (const [state, elements] of before) state.view().set(elements);
  }
}

const bits = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("base64");
