// What values decide: branches and loops, run by the host between programs.
//
//  (1) Such a computation is an operation of its own: tensors in, tensors out. It runs compiled graphs, each as often as the values say.
//  (2) Where a gradient is wanted, a tape is on while it runs: the stack, of any height, of what the backward pass needs. The tape waits in
//      `Runs` under a number, which is one more output, so that it finds its way through programs and outer tapes.
//  (3) A backward pass that finds no tape (it comes a second time, or for a gradient of a gradient) repeats the computation: without prints
//      and assertions, and with the states that it writes as they were before, which are inputs for that reason.
//  (4) The backward pass is such a computation itself. So gradients of any order need nothing else.

import { apply, unrecorded } from "../../core/interpreter.js";
import { isFloat } from "../../core/dtype.js";
import { type Gradients, type Inputs, localPrimitive, type Primitive } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { adoptTensor, Tensor, type Spec } from "../../core/tensor.js";
import { GradientTape } from "../../autodiff/tape.js";
import { read } from "../../ops/state/assign.js";
import { identity } from "../../ops/gradient/stop-gradient.js";
import { zeros } from "../../ops/shaping/create.js";
import type { Branch } from "./branch.js";

interface Computation {
  readonly name: string;
  /** Number of outputs. */
  readonly count: number;
  /** Positions of the inputs that a gradient can flow to. */
  readonly differentiable: readonly number[];
  readonly states: readonly State[];
  readonly written: ReadonlySet<State>;
  readonly effect: boolean;
  infer(inputs: readonly Spec[]): readonly Spec[];
  /** On real tensors. */
  compute(inputs: readonly Tensor[]): readonly Tensor[];
  /** The same for the tape of (2). */
  recorded(inputs: readonly Tensor[]): readonly Tensor[];
  /** The same once more, for (3), with operations that tapes see. */
  again(inputs: readonly Tensor[]): readonly Tensor[];
  inline?(inputs: readonly Tensor[]): readonly Tensor[] | null;
}

/** A run whose backward pass is to come. */
interface Run {
  readonly tape: GradientTape;
  readonly inputs: readonly Tensor[];
  readonly results: readonly Tensor[];
}

/** Runs in the order in which they were; the oldest give way, since their backward pass may never come. */
class Runs {
  static readonly limit = 64;
  readonly #runs = new Map<number, Run>();
  static #next = 1;

  put(run: Run): number {
    for (const [oldest] of this.#runs) if (this.#runs.size >= Runs.limit) this.#runs.delete(oldest);
    const ticket = Runs.#next;
    Runs.#next = (Runs.#next % 0x7fffffff) + 1;
    this.#runs.set(ticket, run);
    return ticket;
  }

  take(ticket: number): Run | undefined {
    const run = this.#runs.get(ticket);
    this.#runs.delete(ticket);
    return run;
  }
}

let repeating = false;

/** Whether a computation is repeated for its gradient: what can be seen from outside happened the first time. */
export const isRepeating = (): boolean => repeating;

export interface HostOptions {
  readonly name: string;
  /** All that is read, captures included. */
  readonly inputs: readonly Tensor[];
  /** Number of outputs. */
  readonly count: number;
  readonly branches: readonly Branch<unknown>[];
  infer(inputs: readonly Spec[]): readonly Spec[];
  /** Gets the values of the inputs, runs the branches. */
  compute(inputs: readonly Tensor[]): readonly Tensor[];
  /** The same as steps, where they are cheaper than the host: null where not. */
  inline?(inputs: readonly Tensor[]): readonly Tensor[] | null;
}

/** Runs branches as the values of the inputs say, with gradients of any order. */
export function runOnHost({ name, inputs, count, branches, infer, compute, inline }: HostOptions): Tensor[] {
  const written = [...new Set(branches.flatMap((branch) => [...branch.written]))];
  const own = <T>(all: readonly T[]): readonly T[] => all.slice(0, inputs.length);
  const computation: Computation = {
    name,
    count,
    differentiable: inputs.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : [])),
    states: [...new Set(branches.flatMap((branch) => branch.states))],
    written: new Set(written),
    effect: branches.some(({ isEffect }) => isEffect),
    infer: (all) => infer(own(all)),
    compute: (all) => compute(own(all)),
    recorded: (all) => compute(own(all)),
    again: (all) => rewound(written, all.slice(inputs.length), () => compute(own(all))),
    ...(inline && { inline: (all: readonly Tensor[]) => inline(own(all)) }),
  };
  return applied(computation, [...inputs, ...written.map(read)]);
}

/** Repeats the action with the states as they were then, and leaves them as they are. */
function rewound<T>(states: readonly State[], then: readonly Tensor[], action: () => T): T {
  const wasRepeating = repeating;
  const now = states.map((state) => state.view().slice());
  states.forEach((state, i) => state.load(then[i]!.view()));
  repeating = true;
  try {
    return action();
  } finally {
    repeating = wasRepeating;
    states.forEach((state, i) => state.load(now[i]!));
  }
}

let nextComputation = 1;

function applied(computation: Computation, inputs: readonly Tensor[]): Tensor[] {
  const { states, count } = computation;
  const named = states.map((state, i) => [`state${i}`, state] as const);
  const op = operationOf(
    computation,
    named.map(([name]) => name),
  );
  // The number keeps computations apart that have the same name and inputs.
  const results = apply(op, { xs: inputs, ...Object.fromEntries(named) }, { computation: nextComputation++ }) as Record<string, Tensor>;
  return Array.from({ length: count }, (_, i) => results[`y${i}`]!);
}

function operationOf(computation: Computation, stateNames: readonly string[]): Primitive {
  const { name, count, states, written, effect } = computation;
  const ticketName = `y${count}`;
  const runs = new Runs();
  const followed = new Set<number>();
  return localPrimitive({
    name,
    inputs: ["xs", ...stateNames],
    states: stateNames,
    writes: stateNames.filter((_, i) => written.has(states[i]!)),
    effect,
    keeps: ["xs", ticketName],
    fresh: () => operationOf(computation, stateNames),
    ...(computation.inline && {
      // Who follows it needs the ticket, and the gradient of a choice that was not taken is no number to add.
      inline: ({ xs }: Inputs) => (followed.size === 0 ? computation.inline!(xs as readonly Tensor[]) : null),
    }),
    infer: ({ xs }) => numbered([...computation.infer(xs as readonly Tensor[]), ticketSpec]),
    host({ xs }: Inputs) {
      // The tapes that are on are told of the whole.
      return unrecorded(() => {
        const given = xs as readonly Tensor[];
        if (followed.size === 0) return numbered([...computation.compute(given).map(itsOwn), ticket(0)]);
        const inputs = given.map(copied);
        const tape = new GradientTape({ watchAccessedVariables: false });
        tape.watch([...followed].map((i) => inputs[i]!));
        const results = tape.record(() => computation.recorded(inputs));
        return numbered([...results.map(itsOwn), ticket(runs.put({ tape, inputs, results }))]);
      });
    },
    gradient(dy, kept, { wants }): Gradients {
      const dys = Array.from({ length: count }, (_, i) => (dy as Record<string, Tensor | null>)[`y${i}`] ?? null);
      const sources = computation.differentiable.filter((i) => wants("xs", i));
      for (const i of sources) followed.add(i);
      let gradients: Tensor[] | undefined;
      const xs = kept.xs as readonly Tensor[];
      return {
        xs: () => {
          gradients ??= backward(computation, runs, sources, xs, dys, kept[ticketName] as Tensor);
          return xs.map((_, i) => gradients![sources.indexOf(i)] ?? null);
        },
      };
    },
  });
}

/** Gradients of the sources: the computation (4). Its inputs are those of the forward pass, the gradients of its outputs, the ticket. */
function backward(
  computation: Computation,
  runs: Runs,
  sources: readonly number[],
  xs: readonly Tensor[],
  dys: readonly (Tensor | null)[],
  ticket: Tensor,
): Tensor[] {
  const targets = dys.flatMap((dy, i) => (dy ? [i] : []));
  const [dyBegin, dyEnd] = [xs.length, xs.length + targets.length];
  const gradientsOf = ({ tape, inputs, results }: Run, outputGradients: readonly Tensor[]): Tensor[] => {
    const wanted = sources.map((i) => inputs[i]!);
    const gradients = tape.gradient(
      targets.map((i) => results[i]!),
      wanted,
      { outputGradients },
    );
    return gradients.map((gradient, i) => gradient ?? zeros(wanted[i]!.shape as number[], { dtype: wanted[i]!.dtype }));
  };
  const again = (all: readonly Tensor[]): Tensor[] => {
    // Each has a gradient of its own.
    const inputs = all.slice(0, dyBegin).map((tensor, i) => (all.indexOf(tensor) < i ? identity(tensor) : tensor));
    const tape = new GradientTape({ watchAccessedVariables: false });
    tape.watch(sources.map((i) => inputs[i]!));
    const results = tape.record(() => computation.again(inputs));
    return gradientsOf({ tape, inputs, results }, all.slice(dyBegin, dyEnd));
  };
  return applied(
    {
      name: `${computation.name}Gradient`,
      count: sources.length,
      differentiable: [...computation.differentiable, ...targets.map((_, i) => dyBegin + i)],
      states: [],
      written: new Set(),
      effect: false,
      infer: (all) => sources.map((i) => ({ shape: all[i]!.shape, dtype: all[i]!.dtype })),
      compute(all) {
        const run = runs.take(all[dyEnd]!.item());
        return run ? gradientsOf(run, all.slice(dyBegin, dyEnd)) : again(all);
      },
      recorded: again,
      again,
    },
    [...xs, ...dys.filter((dy) => dy !== null), ticket],
  );
}

/** A tensor of its own: what the host is given may look into memory that the program goes on to use. */
const copied = (tensor: Tensor): Tensor => adoptTensor(tensor.data(), tensor.shape as number[], tensor.dtype);

/** An output is a tensor of its own, also where it is an input, or another output, given back. */
const itsOwn = (tensor: Tensor): Tensor => new Tensor(tensor, tensor.storage);

const ticketSpec: Spec = { shape: [], dtype: "int32" };
const ticket = (value: number): Tensor => adoptTensor(Int32Array.of(value), [], "int32");

/** By name: y0, y1, … */
const numbered = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.map((each, i) => [`y${i}`, each]));
