// A traced function under a tape: a pair of programs.
//
//  (1) The forward program gives the results and, beside them, what the gradient needs of the values in between. The tape sees the call as
//      one operation, and the reads of variables as what they are.
//  (2) The backward program is compiled for each set of results that have a gradient and of sources that want one. It is a traced function
//      like any other: under an outer tape it is a pair itself, so gradients of gradients need nothing else.
//  (3) Arguments, and values of variables that the function does not write, are kept as they are, not copied out.

import { isFloat } from "../core/dtype.js";
import { recordingApart, tell, unrecorded } from "../core/interpreter.js";
import type { Gradients, Primitive, Step } from "../core/primitive.js";
import { State } from "../core/state.js";
import { Tensor } from "../core/tensor.js";
import { GradientTape } from "../autodiff/tape.js";
import { zeros } from "../ops/shaping/create.js";
import { forEachState, readsOf, replay, stateRead, type Compile, type Graph, type Runnable } from "./graph.js";
import { Trace } from "./trace.js";

/** A backward program: the kept values and the gradients of results in, gradients of those sources that are connected out. */
interface Backward {
  readonly program: Runnable;
  /** What it reads of the forward pass, as the forward graph names it. */
  readonly kept: readonly Tensor[];
  readonly connected: readonly boolean[];
}

/** What a gradient can flow to: tensor arguments and reads of variables. */
interface Sources {
  /** Positions among the inputs. */
  readonly inputs: readonly number[];
  readonly reads: readonly Step[];
}

export class ProgramPair {
  readonly #name: string;
  readonly #compile: Compile;
  readonly #trace: Trace;
  readonly #inputs: readonly Tensor[];
  readonly #results: readonly Tensor[];
  readonly #sources: Sources;
  /** States whose reads are kept as they are: the function does not write them. */
  readonly #steady: ReadonlyMap<number, State>;
  readonly #tape = new GradientTape({ persistent: true, watchAccessedVariables: false });
  readonly #producers: ReadonlyMap<number, Step>;
  readonly #whole: Backward;
  readonly #backwards = new Map<string, Backward>();
  readonly #forward: Runnable;
  /** Where each tensor that the forward program gives beside the results stands among its outputs. */
  readonly #extra = new Map<number, number>();

  /** @param follows  what a gradient may be asked for: inputs by position, states */
  constructor(graph: Graph, compile: Compile, follows: (source: number | State) => boolean) {
    this.#compile = compile;
    this.#name = graph.name;
    const trace = (this.#trace = new Trace(graph.name, false, null));
    this.#inputs = graph.inputs.map((input) => trace.input(input, input.name));
    const inputs = graph.inputs.flatMap(({ dtype }, i) => (isFloat(dtype) && follows(i) ? [i] : []));
    this.#tape.watch(inputs.map((i) => this.#inputs[i]!));
    this.#tape.watch(followedStates(graph, follows));
    this.#results = recordingApart(trace, () => this.#tape.record(() => replay(graph, this.#inputs)));

    const written = new Set<State>();
    for (const step of trace.steps) forEachState(step, (state, isWritten) => isWritten && written.add(state));
    const steady = new Map<number, State>();
    const reads: Step[] = [];
    const producers = new Map<number, Step>();
    for (const step of trace.steps) {
      for (const output of Object.values(step.outputs)) producers.set(output.id, step);
      const state = stateRead(step);
      if (!state) continue;
      if (!written.has(state)) steady.set(step.outputs.y!.id, state);
      if (isFloat(state.dtype) && follows(state)) reads.push(step);
    }
    this.#steady = steady;
    this.#sources = { inputs, reads };
    this.#producers = producers;

    const isDifferentiable = this.#results.map(({ dtype }) => isFloat(dtype));
    this.#whole = this.#differentiate(
      isDifferentiable,
      this.#leaves().map(() => true),
    );
    const wanted = [...this.#whole.kept, ...reads.map(({ outputs }) => outputs.y!)];
    const outputs = [...this.#results];
    const known = new Set([...this.#inputs.map(({ id }) => id), ...steady.keys()]);
    outputs.forEach(({ id }, i) => this.#extra.set(id, i));
    for (const tensor of wanted) {
      if (known.has(tensor.id) || this.#extra.has(tensor.id)) continue;
      this.#extra.set(tensor.id, outputs.push(tensor) - 1);
    }
    this.#forward = compile({ name: graph.name, inputs: this.#inputs, steps: trace.steps, outputs });
  }

  #leaves(): Tensor[] {
    return [...this.#sources.inputs.map((i) => this.#inputs[i]!), ...this.#sources.reads.map(({ outputs }) => outputs.y!)];
  }

  /** Runs the forward program and tells the tapes. */
  run(inputs: readonly Tensor[]): Tensor[] {
    const snapshots = new Map([...this.#steady].map(([id, state]) => [id, state.snapshot()]));
    const outputs = unrecorded(() => this.#forward.run(inputs));
    const results = outputs.slice(0, this.#results.length);
    const positions = new Map(this.#inputs.map(({ id }, i) => [id, inputs[i]!]));
    const valueOf = ({ id }: Tensor): Tensor => positions.get(id) ?? snapshots.get(id) ?? outputs[this.#extra.get(id)!]!;

    const reads = this.#sources.reads.map((step) => valueOf(step.outputs.y!));
    this.#sources.reads.forEach((step, i) => tell({ ...step, outputs: { y: reads[i]! } }));
    const op = {
      name: this.#name,
      inputs: ["arguments", "reads"],
      states: [],
      writes: [],
      effect: false,
      keeps: [],
      infer: () => Object.fromEntries(results.map((result, i) => [`y${i}`, result])),
      gradient: (
        dy: Record<string, Tensor | null>,
        _: unknown,
        { wants }: { wants(input: string, index?: number): boolean },
      ): Gradients => {
        const dys = results.map((_, i) => dy[`y${i}`] ?? null);
        const isWanted = [...this.#sources.inputs.map((i) => wants("arguments", i)), ...reads.map((_, i) => wants("reads", i))];
        let gradients: (Tensor | null)[] | undefined;
        const all = () => (gradients ??= this.#runBackward(dys, isWanted, valueOf));
        return {
          arguments: () => {
            const own: (Tensor | null)[] = inputs.map(() => null);
            this.#sources.inputs.forEach((at, i) => (own[at] = all()[i]!));
            return own;
          },
          reads: () => all().slice(this.#sources.inputs.length),
        };
      },
    } as unknown as Primitive;
    const outputsByName = Object.fromEntries(results.map((result, i) => [`y${i}`, result]));
    tell({ op, inputs: { arguments: inputs, reads }, attrs: undefined, outputs: outputsByName });
    return results;
  }

  #runBackward(dys: readonly (Tensor | null)[], isWanted: readonly boolean[], valueOf: (tensor: Tensor) => Tensor): (Tensor | null)[] {
    const backward = this.#backwardFor(
      dys.map((dy) => dy !== null),
      isWanted,
    );
    const seeds =
      backward === this.#whole
        ? this.#results.flatMap(({ shape, dtype }, i) => (isFloat(dtype) ? [dys[i] ?? zeros(shape as number[], { dtype })] : []))
        : dys.filter((dy) => dy !== null);
    const gradients = [...backward.program.run([...backward.kept.map(valueOf), ...seeds])];
    return backward.connected.map((isConnected) => (isConnected ? gradients.shift()! : null));
  }

  #backwardFor(isGiven: readonly boolean[], isWanted: readonly boolean[]): Backward {
    const key = `${isGiven.map(Number).join("")} ${isWanted.map(Number).join("")}`;
    let backward = this.#backwards.get(key);
    if (!backward) {
      backward = this.#differentiate(isGiven, isWanted);
      const isKept = ({ id }: Tensor) => this.#extra.has(id) || this.#steady.has(id) || this.#inputs.some((input) => input.id === id);
      // An operation may use other values where some of its outputs have no gradient: then zeros stand for what is not given.
      if (!backward.kept.every(isKept)) backward = this.#whole;
      this.#backwards.set(key, backward);
    }
    return backward;
  }

  #differentiate(isGiven: readonly boolean[], isWanted: readonly boolean[]): Backward {
    const given = this.#results.filter((_, i) => isGiven[i]);
    const trace = new Trace(`${this.#name} gradient`, false, this.#trace);
    const seeds = given.map((result) => trace.input(result));
    const sources = this.#leaves().filter((_, i) => isWanted[i]);
    const gradients = recordingApart(trace, () => this.#tape.gradient(given, sources, { outputGradients: seeds }));
    const outputs = gradients.filter((gradient) => gradient !== null);
    const { steps, kept } = this.#closed(trace.steps, seeds, outputs);
    const graph = { name: trace.name, inputs: [...kept, ...seeds], steps, outputs };
    const rest = [...gradients];
    return { kept, connected: isWanted.map((wanted) => wanted && rest.shift() !== null), program: this.#compile(graph) };
  }

  /** The steps with the views that they use made anew, which costs nothing, and what else they use of the forward pass. */
  #closed(steps: readonly Step[], inputs: readonly Tensor[], outputs: readonly Tensor[]): { steps: Step[]; kept: Tensor[] } {
    const made = new Set([...inputs, ...steps.flatMap((step) => Object.values(step.outputs))].map(({ id }) => id));
    const kept: Tensor[] = [];
    const views: Step[] = [];
    const use = (tensor: Tensor): void => {
      if (!tensor.isSymbolic || made.has(tensor.id)) return;
      made.add(tensor.id);
      const producer = this.#producers.get(tensor.id);
      const source = producer?.op.alias === undefined ? undefined : producer.inputs[producer.op.alias];
      if (!(source instanceof Tensor)) return void kept.push(tensor);
      use(source);
      views.push(producer!);
    };
    for (const step of steps) readsOf(step).forEach(use);
    outputs.forEach(use);
    return { steps: [...views, ...steps], kept };
  }
}

function followedStates(graph: Graph, follows: (state: State) => boolean): State[] {
  const states = new Set<State>();
  for (const step of graph.steps) {
    const state = stateRead(step);
    if (state && follows(state)) states.add(state);
  }
  return [...states];
}
