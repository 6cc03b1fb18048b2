// The memory plan: where each value of a graph lies.
//
//  (1) A value is placed once, in the arena, from the step that makes it to the last step that uses it; values that live at the same time
//      never overlap.
//  (2) A view (reshape) lies where its source lies; a read of a state lies in the state itself, unless the state is written while the value
//      is still used: then it is copied when it is read.
//  (3) An elementwise step may write over an input of its own shape that nobody uses afterwards; others where they say so.
//  (4) Inputs that stay keep their place and their elements until the end, so that the program can run again without them.
//  (5) Constants lie in a block of their own and keep their values between calls.

import { forEachAddress, Part, Scratch, type Command } from "../runtime/command.js";
import { finish, type Parts } from "../runtime/parts.js";
import { commandsOf } from "../core/interpreter.js";
import type { Step } from "../core/primitive.js";
import { dtypes } from "../core/dtype.js";
import { sameShape } from "../core/shape.js";
import { State } from "../core/state.js";
import { bytesOf, Tensor } from "../core/tensor.js";
import { copyCommand } from "../ops/state/assign.js";
import { forEachState, readsOf, type Graph } from "./graph.js";

/** A value's place in the arena or among the constants. */
export interface Slot {
  readonly bytes: number;
  offset: number;
}

export interface Plan {
  /** The commands of each step; none for views and for steps that the host does. */
  readonly byStep: readonly { readonly step: Step; readonly commands: readonly Command[] }[];
  readonly arenaBytes: number;
  /** What all values would take if none shared memory. */
  readonly unplannedBytes: number;
  readonly constants: readonly { readonly tensor: Tensor; readonly slot: Slot }[];
  readonly constantBytes: number;
  /** Where a tensor lies: in a state, in the arena, or among the constants. */
  find(tensor: Tensor | Scratch): State | { readonly slot: Slot; readonly isConstant: boolean };
}

interface Lifetime {
  readonly slot: Slot;
  begin: number;
  end: number;
  /** Takes the memory of this value instead of a place of its own. */
  over: Lifetime | null;
}

const ALIGN = 64;
const aligned = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / ALIGN) * ALIGN;

/**
 * @param staying  inputs whose elements the program must leave as they are
 * @param outside  what gets no place here, since it has one elsewhere
 */
export const planMemory = (graph: Graph, staying: readonly Tensor[] = [], outside: ReadonlySet<Tensor> = new Set()): Plan =>
  finish(planInParts(graph, staying, outside));

/** The same in parts. */
export function* planInParts(graph: Graph, staying: readonly Tensor[] = [], outside: ReadonlySet<Tensor> = new Set()): Parts<Plan> {
  const roots = rootsOf(graph);
  const root = (tensor: Tensor): Tensor | State => roots.get(tensor.id) ?? tensor;
  const lifetimes = new Map<Tensor | Scratch, Lifetime>();
  const constants = new Map<Tensor, Slot>();
  const touch = (value: Tensor | Scratch, at: number, bytes: number): void => {
    const lifetime = lifetimes.get(value);
    if (lifetime) lifetime.end = Math.max(lifetime.end, at);
    else lifetimes.set(value, { slot: { bytes: aligned(bytes), offset: 0 }, begin: at, end: at, over: null });
  };
  let constantBytes = 0;
  const use = (tensor: Tensor, at: number): void => {
    const place = root(tensor);
    if (place instanceof State || outside.has(place)) return;
    if (!place.isSymbolic) {
      if (constants.has(place)) return;
      const slot = { bytes: aligned(bytesOf(place)!), offset: constantBytes };
      constants.set(place, slot);
      constantBytes += slot.bytes;
    } else touch(place, at, bytesOf(place)!);
  };

  for (const input of graph.inputs) use(input, -1);
  const byStep: Plan["byStep"][number][] = [];
  for (const [at, step] of graph.steps.entries()) {
    yield;
    for (const tensor of readsOf(step)) use(tensor, at);
    for (const output of Object.values(step.outputs)) use(output, at);
    const commands = lower(step, root);
    for (const command of commands)
      forEachAddress(command, (operand) => forScratch(operand, (scratch) => touch(scratch, at, scratch.bytes)));
    byStep.push({ step, commands });
  }
  for (const output of [...graph.outputs, ...staying]) use(output, graph.steps.length);
  byStep.forEach(({ step, commands }, at) => writeOver(step, commands, at, root, lifetimes));

  const unplannedBytes = [...lifetimes.values()].reduce((sum, { slot }) => sum + slot.bytes, 0);
  yield;
  const arenaBytes = yield* place([...lifetimes.values()]);
  return {
    byStep,
    arenaBytes,
    unplannedBytes,
    constants: [...constants].map(([tensor, slot]) => ({ tensor, slot })),
    constantBytes,
    find(tensor) {
      const value = tensor instanceof Tensor ? root(tensor) : tensor;
      if (value instanceof State) return value;
      const constant = constants.get(value as Tensor);
      return constant ? { slot: constant, isConstant: true } : { slot: lifetimes.get(value)!.slot, isConstant: false };
    },
  };
}

function forScratch(operand: object, visit: (scratch: Scratch) => void): void {
  if (operand instanceof Scratch) visit(operand);
  else if (operand instanceof Part) forScratch(operand.whole, visit);
}

function lower(step: Step, root: (tensor: Tensor) => Tensor | State): readonly Command[] {
  const { op, inputs, outputs } = step;
  if (op.host) return [];
  if (op.alias) {
    const source = inputs[op.alias];
    return source instanceof State && root(outputs.y!) !== source ? [copyCommand(source, outputs.y!, source.bytes)] : [];
  }
  return commandsOf(step);
}

/** Where views and reads really lie: by id of the tensor. */
function rootsOf(graph: Graph): Map<number, Tensor | State> {
  const lastWrite = new Map<State, number[]>();
  graph.steps.forEach((step, at) => forEachState(step, (state, isWritten) => isWritten && push(lastWrite, state, at)));
  const lastUse = lastUses(graph);
  const roots = new Map<number, Tensor | State>();
  graph.steps.forEach(({ op, inputs, outputs }, at) => {
    if (!op.alias) return;
    const source = inputs[op.alias];
    const { id } = outputs.y!;
    if (source instanceof State) {
      const until = lastUse.get(id) ?? at;
      if (!lastWrite.get(source)?.some((write) => write > at && write <= until)) roots.set(id, source);
    } else roots.set(id, roots.get((source as Tensor).id) ?? (source as Tensor));
  });
  return roots;
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The last step that uses each tensor, also through views of it. */
function lastUses(graph: Graph): Map<number, number> {
  const last = new Map<number, number>();
  for (const { id } of graph.outputs) last.set(id, Infinity);
  for (let at = graph.steps.length - 1; at >= 0; at--) {
    const step = graph.steps[at]!;
    for (const { id } of readsOf(step)) last.set(id, Math.max(last.get(id) ?? 0, at));
    const source = step.op.alias === undefined ? undefined : step.inputs[step.op.alias];
    if (source instanceof Tensor) last.set(source.id, Math.max(last.get(source.id) ?? 0, last.get(step.outputs.y!.id) ?? at));
  }
  return last;
}

/** Invariant (3). */
function writeOver(
  step: Step,
  commands: readonly Command[],
  at: number,
  root: (tensor: Tensor) => Tensor | State,
  lifetimes: ReadonlyMap<Tensor | Scratch, Lifetime>,
): void {
  const taken = new Set<Lifetime>();
  for (const [output, input] of overwritable(step, commands, root)) {
    const mine = lifetimes.get(output);
    const place = root(input);
    const theirs = place instanceof State || !place.isSymbolic ? undefined : lifetimes.get(place);
    if (!mine || !theirs || mine.over) continue;
    // Elements of another size stand in other places: writing one would overwrite inputs that are still to be read.
    if (theirs.end !== at || taken.has(theirs) || dtypes[input.dtype].bytes !== dtypes[output.dtype].bytes) continue;
    mine.over = theirs;
    taken.add(theirs);
  }
}

/** Pairs of an output and an input of the same elements. */
function overwritable(
  { op, inputs, outputs }: Step,
  commands: readonly Command[],
  root: (tensor: Tensor) => Tensor | State,
): readonly (readonly [output: Tensor, input: Tensor])[] {
  const { y } = outputs;
  if (op.overwrites) return op.overwrites(root, inputs, outputs);
  if (op.fusible !== "elementwise" || commands.length !== 1 || !y) return [];
  return op.inputs.flatMap((name) => {
    const input = inputs[name];
    return input instanceof Tensor && sameShape(input.shape, y.shape) ? [[y, input] as const] : [];
  });
}

/** Places the largest first, each at the lowest offset that is free during its lifetime. @returns bytes of the arena */
function* place(all: readonly Lifetime[]): Parts<number> {
  // A chain of values that write over each other is one value from the first to the last.
  const chains = new Map<Lifetime, { begin: number; end: number; bytes: number; members: Lifetime[] }>();
  const heads = new Map<Lifetime, Lifetime>();
  for (const lifetime of all) {
    const head = lifetime.over ? heads.get(lifetime.over)! : lifetime;
    heads.set(lifetime, head);
    const chain = chains.get(head);
    if (chain) {
      chain.end = Math.max(chain.end, lifetime.end);
      chain.members.push(lifetime);
    } else chains.set(head, { begin: lifetime.begin, end: lifetime.end, bytes: lifetime.slot.bytes, members: [lifetime] });
  }
  const bySize = [...chains.values()].sort((a, b) => b.bytes - a.bytes || a.begin - b.begin);
  const placed = new Placed(bySize.length);
  let arenaBytes = 0;
  for (const { begin, end, bytes, members } of bySize) {
    yield;
    const offset = placed.place(begin, end, bytes);
    for (const { slot } of members) slot.offset = offset;
    arenaBytes = Math.max(arenaBytes, offset + bytes);
  }
  return arenaBytes;
}

/** What is placed, sorted by offset: numbers side by side, since every value that comes is held against all of them. */
class Placed {
  #count = 0;
  readonly #begins: Int32Array;
  readonly #ends: Int32Array;
  readonly #offsets: Float64Array;
  readonly #bytes: Float64Array;

  constructor(most: number) {
    this.#begins = new Int32Array(most);
    this.#ends = new Int32Array(most);
    this.#offsets = new Float64Array(most);
    this.#bytes = new Float64Array(most);
  }

  /** The lowest offset at which nothing lies from `begin` to `end`, which is taken then. */
  place(begin: number, end: number, bytes: number): number {
    const [begins, ends, offsets, sizes, count] = [this.#begins, this.#ends, this.#offsets, this.#bytes, this.#count];
    let offset = 0;
    for (let i = 0; i < count; i++) {
      if (begins[i]! > end || ends[i]! < begin) continue;
      if (offset + bytes <= offsets[i]!) break;
      offset = Math.max(offset, offsets[i]! + sizes[i]!);
    }
    let at = 0;
    for (let high = count; at < high;) {
      const middle = (at + high) >>> 1;
      if (offsets[middle]! < offset) at = middle + 1;
      else high = middle;
    }
    for (const [numbers, number] of [
      [begins, begin],
      [ends, end],
      [offsets, offset],
      [sizes, bytes],
    ] as const) {
      numbers.copyWithin(at + 1, at, count);
      numbers[at] = number;
    }
    this.#count++;
    return offset;
  }
}
