// Replicas of one process in lockstep: each is traced by itself, then the traces become one sequence of steps.
//
//  (1) Traces are taken side by side from one meeting to the next. There the values of all replicas are at hand, so a collective step
//      becomes ordinary operations (`meetingOf`), and nothing is left of it.
//  (2) What replicas compute equally (of shared inputs, states and sums) is computed once. So an update of weights by summed gradients
//      happens once, and variables exist once.
//  (3) A shared state is written by the first replica. Another replica that writes the same is dropped; one that writes anything else
//      gives each replica a state of its own from then on (`split`), and the steps are put together anew.
//  (4) A replica sees the state as its own trace left it: a read in a later replica gives the value of that moment, not what the first one
//      has written since.

import { StateError } from "../core/errors.js";
import { currentTrace, recording, unrecorded, type Recorder } from "../core/interpreter.js";
import { atOnce, inheritOrigin } from "../core/ownership.js";
import type { Inputs, Step } from "../core/primitive.js";
import { asReplica, split, type Group } from "../core/replicas.js";
import { State } from "../core/state.js";
import { Tensor } from "../core/tensor.js";
import { forEachState, replay, stateRead, withInputs, type Graph } from "../graph/graph.js";
import { textOf } from "../graph/passes/common-subexpressions.js";
import { flatten, flattenResult, specKey } from "../graph/signature.js";
import { Trace } from "../graph/trace.js";
import { meetingOf, meetingText } from "../ops/collective/all-reduce.js";
import { read } from "../ops/state/assign.js";

interface Traced {
  readonly inputs: readonly Tensor[];
  readonly steps: readonly Step[];
  readonly outputs: readonly Tensor[];
  rebuild(tensors: readonly Tensor[]): unknown;
}

/** A trace of one replica: the first one may make variables, which the others find. */
class ReplicaTrace extends Trace {
  readonly #around = currentTrace() as (Recorder & { created?(): void }) | undefined;

  constructor(
    name: string,
    readonly id: number,
  ) {
    super(name, true, currentTrace() ?? null);
  }

  override created(): void {
    if (this.id === 0) return void this.#around?.created?.();
    throw new StateError(this.name, {
      given: "a variable made inside",
      expected: "variables made in strategy.scope()",
      hint: "Or keep it at the first call, so that the other replicas find it: if (!this.v) this.v = tf.variable(…).",
    });
  }
}

export class LockstepGroup implements Group {
  readonly id = 0;
  readonly local: number;
  readonly key: string;
  /** Lengths of all-gathers in order of their calls, as far as they are known from an earlier trace; and as they are in this one. */
  #known: readonly (readonly number[])[] = [];
  #seen: number[][] = [];
  #tracing = 0;
  static #groups = 0;

  constructor(readonly count: number) {
    this.local = count;
    this.key = `lockstep${++LockstepGroup.#groups}`;
  }

  meet(): never {
    throw new StateError("strategy.run", {
      given: "replicas that meet inside of a branch or a loop that values decide",
      expected: "the same meetings in every replica",
      hint: "Take allReduce, allGather and optimizer.apply out of tf.cond and tf.whileLoop.",
    });
  }

  lengths(own: number): readonly number[] {
    const mine = this.#seen[this.#tracing]!;
    mine.push(own);
    return this.#known[mine.length - 1] ?? Array.from({ length: this.count }, () => own);
  }

  /** Calls a function in every replica, as one program. @returns results by replica */
  run(name: string, fn: (...args: unknown[]) => unknown, argsOf: (replica: number) => readonly unknown[]): unknown[] {
    const given = Array.from({ length: this.count }, (_, id) => flatten(argsOf(id), [], specKey));
    this.#known = [];
    let traced = given.map((flat, id) => this.#trace(name, fn, flat, id));
    const lengths = (this.#seen[0] ?? []).map((_, call) => this.#seen.map((mine) => mine[call]!));
    if (lengths.some((each) => new Set(each).size > 1)) {
      this.#known = lengths;
      traced = given.map((flat, id) => this.#trace(name, fn, flat, id));
    }
    const graph = together(name, this, traced);
    const outputs = replay(graph, given.flatMap(({ tensors }) => tensors)); // prettier-ignore
    let at = 0;
    return traced.map((each) => each.rebuild(outputs.slice(at, (at += each.outputs.length))));
  }

  #trace(name: string, fn: (...args: unknown[]) => unknown, flat: ReturnType<typeof flatten>, id: number): Traced {
    const trace = new ReplicaTrace(name, id);
    const inputs = flat.tensors.map((tensor) => trace.input(tensor));
    this.#tracing = id;
    this.#seen[id] = [];
    const call = () => asReplica({ id, group: this }, () => atOnce(name, fn(...flat.rebuild(inputs))));
    const { tensors, rebuild } = flattenResult(unrecorded(() => recording(trace, call)));
    trace.checkResults(tensors);
    return { inputs, steps: trace.steps, outputs: tensors, rebuild };
  }
}

/** The traces as one graph. */
function together(name: string, group: Group, traces: readonly Traced[]): Graph {
  for (;;) {
    const weaving = new Weaving(name, traces);
    const apart = weaving.weave();
    if (apart === null) return weaving.graph();
    split(apart, group.count);
  }
}

class Weaving {
  readonly #trace: Trace;
  /** For each replica: what stands for the tensors of its trace. */
  readonly #now: readonly Map<number, Tensor>[];
  readonly #inputs: readonly Tensor[];
  readonly #made = new Map<string, Readonly<Record<string, Tensor>>>();
  /** Writes of each shared state so far: by the first replica that got there, and as each replica sees it. */
  readonly #written = new Map<State, number>();
  readonly #seen: readonly Map<State, number>[];
  /** Values of shared states by number of writes. */
  readonly #values = new Map<State, Map<number, Tensor>>();

  constructor(
    readonly name: string,
    readonly traces: readonly Traced[],
  ) {
    this.#trace = new Trace(name, false, currentTrace() ?? null);
    this.#now = traces.map(() => new Map());
    this.#seen = traces.map(() => new Map());
    this.#inputs = traces.flatMap(({ inputs }, id) =>
      inputs.map((input) => {
        const own = this.#trace.input(input);
        this.#now[id]!.set(input.id, own);
        return own;
      }),
    );
  }

  /** @returns a state that replicas write differently, or null where all steps are in place */
  weave(): State | null {
    const next = this.traces.map(() => 0);
    for (;;) {
      const meetings = this.traces.map(({ steps }, id) => {
        while (next[id]! < steps.length && !meetingOf(steps[next[id]!]!.op)) next[id]!++;
        return steps[next[id]!];
      });
      const begin = this.#begin;
      this.#begin = next.slice();
      for (let id = 0; id < this.traces.length; id++) {
        for (let at = begin[id] ?? 0; at < next[id]!; at++) {
          const apart = this.#add(id, this.traces[id]!.steps[at]!);
          if (apart) return apart;
        }
      }
      if (meetings.every((step) => step === undefined)) return null;
      this.#meet(meetings);
      next.forEach((_, id) => {
        next[id]!++;
        this.#begin[id]!++;
      });
    }
  }
  #begin: number[] = [];

  graph(): Graph {
    const outputs = this.traces.flatMap(({ outputs }, id) => outputs.map((output) => this.#now[id]!.get(output.id) ?? output));
    return { name: this.name, inputs: this.#inputs, steps: this.#trace.steps, outputs };
  }

  /** Invariant (1). */
  #meet(steps: readonly (Step | undefined)[]): void {
    const said = (step: Step | undefined): string =>
      step === undefined ? "no further meeting" : meetingText(step.attrs as never, step.inputs.xs as readonly Tensor[]);
    const key = (step: Step | undefined): string =>
      step === undefined
        ? ""
        : `${step.op.name} ${(step.attrs as { meeting: { reduction?: string; root?: number } }).meeting.reduction ?? ""}` +
          (step.inputs.xs as readonly Tensor[])
            .map(({ shape, dtype }) => `${dtype}[${(step.op.name === "allGather" ? shape.slice(1) : shape).join()}]`)
            .join();
    const odd = steps.findIndex((step) => key(step) !== key(steps[0]));
    if (odd > 0) {
      throw new StateError("strategy.run", {
        given: `${said(steps[0])}, while replica ${odd} gives ${said(steps[odd])}`,
        expected: "the same step in all replicas",
        hint: "Do model and data agree?",
      });
    }
    const inputs = steps.map((step, id): Inputs => withInputs(step!, (tensor) => this.#now[id]!.get(tensor.id) ?? tensor).inputs);
    const act = meetingOf(steps[0]!.op)!;
    const outputs = unrecorded(() => recording(this.#trace, () => act(inputs, steps[0]!.attrs as never)));
    steps.forEach((step, id) => {
      for (const name in step!.outputs) this.#now[id]!.set(step!.outputs[name]!.id, outputs[id]![name]!);
    });
  }

  /** Adds a step of a replica. @returns a state that has to be each replica's own first */
  #add(id: number, recorded: Step): State | null {
    const now = this.#now[id]!;
    const step = this.#own(
      id,
      withInputs(recorded, (tensor) => now.get(tensor.id) ?? tensor),
    );
    const shared: [State, boolean][] = [];
    forEachState(step, (state, isWritten) => state.others.length === 0 && shared.push([state, isWritten]));
    const onlyShared = shared.length === step.op.states.length;
    const isHostEffect = step.op.effect && step.op.writes.length === 0;
    const key = isHostEffect || !onlyShared ? null : this.#keyOf(id, step);
    const equal = key === null ? undefined : this.#made.get(key);
    if (equal) {
      for (const name in recorded.outputs) now.set(recorded.outputs[name]!.id, equal[name]!);
      for (const [state, isWritten] of shared) if (isWritten) this.#saw(id, state);
      return null;
    }
    const behind = shared.find(([state]) => this.#versionFor(id, state) !== (this.#written.get(state) ?? 0));
    if (behind) {
      const value = stateRead(step) ? this.#values.get(behind[0])?.get(this.#versionFor(id, behind[0])) : undefined; // (4)
      if (!value) return behind[0];
      now.set(recorded.outputs.y!.id, value);
      return null;
    }
    const write = shared.find(([, isWritten]) => isWritten);
    if (id > 0 && write) return write[0]; // (3)
    const outputs = Object.fromEntries(Object.entries(recorded.outputs).map(([name, output]) => [name, this.#trace.input(output)]));
    for (const name in outputs) now.set(recorded.outputs[name]!.id, outputs[name]!);
    for (const [state, isWritten] of shared) if (isWritten) this.#keepValue(state);
    const own = { ...step, outputs };
    inheritOrigin(own, recorded);
    this.#trace.steps.push(own);
    for (const [state, isWritten] of shared) {
      if (!isWritten) continue;
      this.#written.set(state, (this.#written.get(state) ?? 0) + 1);
      this.#saw(id, state);
      const value = step.op.sets === undefined ? undefined : step.inputs[step.op.sets];
      if (value instanceof Tensor) this.#valuesOf(state).set(this.#written.get(state)!, value);
    }
    const state = stateRead(step);
    if (state && onlyShared) this.#valuesOf(state).set(this.#versionFor(id, state), outputs.y!);
    if (key !== null) this.#made.set(key, outputs);
    return null;
  }

  /** Before a shared state is written, its value is read, for replicas that come later. */
  #keepValue(state: State): void {
    const version = this.#written.get(state) ?? 0;
    if (this.#valuesOf(state).has(version)) return;
    this.#valuesOf(state).set(version, unrecorded(() => recording(this.#trace, () => read(state)))); // prettier-ignore
  }

  #valuesOf(state: State): Map<number, Tensor> {
    let values = this.#values.get(state);
    if (!values) this.#values.set(state, (values = new Map()));
    return values;
  }

  #versionFor(id: number, state: State): number {
    return this.#seen[id]!.get(state) ?? 0;
  }

  #saw(id: number, state: State): void {
    this.#seen[id]!.set(state, this.#versionFor(id, state) + 1);
  }

  /** The step with the replica's own states. */
  #own(id: number, step: Step): Step {
    if (id === 0 || step.op.states.length === 0) return step;
    const inputs: Record<string, Inputs[string]> = { ...step.inputs };
    let changed = false;
    for (const name of step.op.states) {
      const state = inputs[name] as State;
      if (state.others.length === 0) continue;
      split(state, this.traces.length);
      inputs[name] = state.others[id - 1]!;
      changed = true;
    }
    return changed ? { ...step, inputs } : step;
  }

  #keyOf(id: number, { op, inputs, attrs }: Step): string | null {
    const attributes = textOf(attrs);
    if (attributes === null) return null;
    const texts = op.inputs.map((name) => {
      const input = inputs[name];
      if (input === undefined) return "-";
      if (input instanceof State) return `@${input.id}v${this.#versionFor(id, input)}`;
      return input instanceof Tensor ? input.id : `[${(input as readonly Tensor[]).map((each) => each.id).join()}]`;
    });
    return `${op.name}(${texts.join()})${attributes}`;
  }
}
