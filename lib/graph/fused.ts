// A group of elementwise steps as one step, whose one command runs them block by block: see assembly/elementwise/fused.ts.

import { dtypes } from "../core/dtype.js";
import { commandsOf } from "../core/interpreter.js";
import { localPrimitive, type Step } from "../core/primitive.js";
import { known, sameShape } from "../core/shape.js";
import { symbolic, Tensor } from "../core/tensor.js";
import type { Command, Operand } from "../runtime/command.js";
import { fuse, type BlockValue } from "../runtime/fused.js";
import { readsOf, withInputs } from "./graph.js";

/** Steps that run together, in order. */
export interface Members {
  readonly steps: readonly Step[];
  /** The command of each. */
  readonly commands: readonly Command[];
  /** The result of a member that a view within the group looks at; any other tensor itself. */
  readonly source: (tensor: Tensor) => Tensor;
  /** Results that somebody outside needs. */
  readonly results: readonly Tensor[];
}

/** Bytes that the values of a block may take, so that they and the block's part of the operands stay in the first cache. */
const BLOCK_BYTES = 1 << 14;
/** Measured: below it calls cost a fifth, from 1024 on (a page of each operand) operands drive each other out of the cache. */
const MAXIMUM_BLOCK = 768;
const MINIMUM_BLOCK = 512;
/** Operands that repeat with a longer period have rows that are long enough for the kernels themselves. */
const LONGEST_PERIOD = 512;
const MAXIMUM_REPEATS = 16;
/** Words of arguments of a group's commands: with them the values fit into a thread's scratch memory. */
export const MAXIMUM_WORDS = 2048;

/** The one command of a step whose units are the elements of its output y, or null. */
export function commandByElements(step: Step): Command | null {
  const { op, outputs } = step;
  if (op.fusible !== "elementwise" || !outputs.y) return null;
  const [command, ...more] = commandsOf(step);
  return command && more.length === 0 && command.size === outputs.y.size ? command : null;
}

/** The group as one step. */
export function fusedStep(members: Members): Step {
  const { steps, source, results } = members;
  const made = new Set(steps.map(({ outputs }) => outputs.y!));
  const xs = [...new Set(steps.flatMap((step) => readsOf(step).filter((tensor) => !made.has(source(tensor)))))];
  const op = localPrimitive({
    name: "fused",
    inputs: ["xs"],
    infer: () => Object.fromEntries(results.map(({ shape, dtype }, i) => [`y${i}`, { shape, dtype }])),
    lower: () => fusedCommand(members),
    overwrites: (root) => overwrites(members, root),
  });
  return {
    op,
    inputs: { xs },
    attrs: { steps: steps.map((step) => step.op.name).join(" ") },
    outputs: Object.fromEntries(results.map((result, i) => [`y${i}`, result])),
  };
}

/** A result may lie where an input lies that no later member reads, and that none reads otherwise than element by element. */
function overwrites({ steps, source, results }: Members, root: (tensor: Tensor) => object): (readonly [Tensor, Tensor])[] {
  const { size } = results[0]!;
  const made = new Set(steps.map(({ outputs }) => outputs.y!));
  const inputs = new Map<object, { tensor: Tensor; lastRead: number; isLong: boolean }>();
  steps.forEach((step, at) => {
    for (const tensor of readsOf(step)) {
      if (made.has(source(tensor))) continue;
      const place = root(tensor);
      const isLong = tensor.size === size && (inputs.get(place)?.isLong ?? true);
      inputs.set(place, { tensor, lastRead: at, isLong });
    }
  });
  return steps.flatMap(({ outputs: { y } }, at) =>
    results.includes(y!)
      ? [...inputs.values()].flatMap(({ tensor, lastRead, isLong }) => (isLong && lastRead <= at ? [[y!, tensor] as const] : []))
      : [],
  );
}

/** An operand that is written out again and again, and the long tensor that stands for it in the members' commands. */
interface Repeat {
  readonly operand: Tensor;
  readonly long: Tensor;
}

function fusedCommand(members: Members): Command {
  const { steps, source } = members;
  const repeats: Repeat[] = [];
  const commands = steps.map((step, i) => {
    const own = withInputs(step, (tensor) => longFor(tensor, step.outputs.y!, repeats));
    return own === step ? members.commands[i]! : commandByElements(own)!;
  });
  const { slots, count } = slotsOf(members);
  const fitting = Math.floor(BLOCK_BYTES / 4 / (count + repeats.length + 1) / 64) * 64;
  const block = Math.max(MINIMUM_BLOCK, Math.min(MAXIMUM_BLOCK, fitting));
  const values = new Map<Operand, BlockValue>();
  for (const [tensor, slot] of slots) values.set(tensor, { place: slot * block * 4, shift: shiftOf(tensor) });
  let place = count * block * 4;
  for (const { operand, long } of repeats) {
    values.set(long, { place, shift: shiftOf(long), repeated: { operand, period: operand.size } });
    place += Math.ceil(((operand.size + block) << shiftOf(long)) / 64) * 64;
  }
  return fuse({ commands, block, values, real: (operand) => (operand instanceof Tensor ? source(operand) : operand) });
}

/** What a member reads in place of a short operand that repeats. */
function longFor(operand: Tensor, { shape, rank, size }: Tensor, repeats: Repeat[]): Tensor {
  if (operand.size === 1 || operand.size > LONGEST_PERIOD || operand.size * 4 > size) return operand;
  const own = known(operand.shape);
  const inner = own.slice(own.findIndex((length) => length !== 1));
  if (inner.some((length, i) => length !== shape[rank - inner.length + i])) return operand;
  const found = repeats.find((repeat) => repeat.operand === operand && sameShape(repeat.long.shape, shape));
  if (found) return found.long;
  if (repeats.length === MAXIMUM_REPEATS) return operand;
  const long = symbolic({ shape, dtype: operand.dtype });
  repeats.push({ operand, long });
  return long;
}

/** Numbers of places for the values that are no results, each taken again as soon as no later member reads its value. */
function slotsOf({ steps, source, results }: Members): { slots: ReadonlyMap<Tensor, number>; count: number } {
  const lastRead = new Map<Tensor, number>();
  steps.forEach((step, at) => readsOf(step).forEach((tensor) => lastRead.set(source(tensor), at)));
  const slots = new Map<Tensor, number>();
  const free: number[] = [];
  let count = 0;
  steps.forEach((step, at) => {
    const y = step.outputs.y!;
    const over = [...new Set(readsOf(step).map(source))].filter((tensor) => slots.has(tensor) && lastRead.get(tensor) === at);
    // Elements of one size may be written where those that they come from were.
    const same = over.filter((tensor) => shiftOf(tensor) === shiftOf(y));
    for (const tensor of same) free.push(slots.get(tensor)!);
    if (!results.includes(y)) slots.set(y, free.pop() ?? count++);
    for (const tensor of over) if (!same.includes(tensor)) free.push(slots.get(tensor)!);
  });
  return { slots, count };
}

/** Bytes of an element as a power of two. */
const shiftOf = ({ dtype }: Tensor): number => Math.log2(dtypes[dtype].bytes);
