// What a program makes of variables alone, such as weights in panels or transformed: made again when one of these variables has been
// written, not on every run.
//
//  (1) A command is part of it where it reads only states that the program doesn't write, constants, and what such commands made, and
//      writes only scratch memory that no other command writes.
//  (2) What it makes lies in memory of its own, which lives as long as the program.
//  (3) A state's version changes with every write, before it and, in programs, after it: what was made while a write was under way is not
//      kept.

import { State } from "../core/state.js";
import type { Tensor } from "../core/tensor.js";
import { forEachAddress, Part, Scratch, type Command, type Operand } from "../runtime/command.js";
import type { Plan } from "./plan.js";

/** Bytes that one program keeps at most: transformed weights are larger than the weights. */
const BUDGET = 1 << 25;

const ALIGN = 64;

const whole = (operand: Operand): Operand => (operand instanceof Part ? whole(operand.whole) : operand);

/** How many words of commands write each operand. */
function writersOf({ byStep }: Plan): ReadonlyMap<Operand, number> {
  const writers = new Map<Operand, number>();
  for (const { commands } of byStep)
    for (const command of commands)
      forEachAddress(command, (operand, kind) => kind !== "in" && writers.set(whole(operand), (writers.get(whole(operand)) ?? 0) + 1));
  return writers;
}

export class Preparation {
  readonly #commands = new Set<Command>();
  readonly #offsets = new Map<Scratch, number>();
  readonly #seen = new Map<State, number>();
  #bytes = 0;
  #isFirst = true;

  constructor(plan: Plan, written: ReadonlySet<State>) {
    let writers: ReadonlyMap<Operand, number> | undefined;
    for (const { step, commands } of plan.byStep)
      if (!step.op.host)
        for (const each of commands) if (this.#isFixed(each, plan, written)) this.#consider(each, plan, (writers ??= writersOf(plan)));
  }

  /** Whether all that a command reads stays as it is, and it writes scratch memory alone. */
  #isFixed(command: Command, plan: Plan, written: ReadonlySet<State>): boolean {
    let isFixed = true;
    forEachAddress(command, (operand, kind) => {
      if (!isFixed) return;
      const memory = whole(operand);
      if (kind !== "in") isFixed = memory instanceof Scratch && kind === "out";
      else if (memory instanceof State) isFixed = !written.has(memory);
      else if (!this.#offsets.has(memory as Scratch)) {
        const place = plan.find(memory as Tensor | Scratch);
        isFixed = place instanceof State ? !written.has(place) : place.isConstant;
      }
    });
    return isFixed;
  }

  #consider(command: Command, plan: Plan, writers: ReadonlyMap<Operand, number>): void {
    const states: State[] = [];
    const outputs: Scratch[] = [];
    let isFixed = true;
    forEachAddress(command, (operand, kind) => {
      const memory = whole(operand);
      if (kind !== "in") {
        outputs.push(memory as Scratch);
        isFixed &&= writers.get(memory) === 1;
      } else if (!this.#offsets.has(memory as Scratch)) {
        const place = memory instanceof State ? memory : plan.find(memory as Tensor | Scratch);
        if (place instanceof State) states.push(place);
      }
    });
    const bytes = outputs.reduce((sum, output) => sum + Math.ceil(output.bytes / ALIGN) * ALIGN, 0);
    if (!isFixed || this.#bytes + bytes > BUDGET) return;
    this.#commands.add(command);
    for (const state of states) this.#seen.set(state, -1);
    for (const output of outputs) {
      this.#offsets.set(output, this.#bytes);
      this.#bytes += Math.ceil(output.bytes / ALIGN) * ALIGN;
    }
  }

  get commands(): readonly Command[] {
    return [...this.#commands];
  }

  /** Bytes that its memory needs. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where in its memory something lies; undefined for what it does not make. */
  offset(operand: Operand): number | undefined {
    return this.#offsets.get(operand as Scratch);
  }

  /** The commands of a step that remain to be done on every run. */
  without(commands: readonly Command[]): readonly Command[] {
    return commands.filter((command) => !this.#commands.has(command));
  }

  /** Its memory is new: what was made is gone. */
  reset(): void {
    this.#isFirst = true;
  }

  /** Takes note of what was written. @returns whether a state was since the last call, or this is the first one */
  noteWrites(): boolean {
    let stale = this.#isFirst;
    this.#isFirst = false;
    for (const [state, version] of this.#seen)
      if (state.version !== version) {
        this.#seen.set(state, state.version);
        stale = true;
      }
    return stale;
  }
}
