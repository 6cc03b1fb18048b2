// A program that the launching thread runs alone, a slice of time after the other: on a page's thread where there are no workers.
//
//  (1) A command is done in ranges that begin and end where chunks do, so results are what they are with threads.
//  (2) How much is done before the clock is looked at follows from what the command has taken so far: a look costs more than a small chunk.
//      A chunk is done whole: operations see to it that none takes long (`LONGEST_UNIT` of products and recurrences).
//  (3) Between slices anything may run; who needs the program's results before, finishes it.

import { COMMAND, PROGRAM_HEADER, SEGMENT } from "../generated/constants.js";
import { words } from "./memory.js";

/** Calls the kernel in a slot of the table over a range. @returns  what it refused, null for nothing */
type Call<Refusal> = (slot: number, args: number, begin: number, end: number) => Refusal | null;

/** What is done between two looks at the clock lasts about so many milliseconds at most. */
const LOOK = 2;

/** A program under way. */
export class SlicedRun<Refusal> {
  #segment = 0;
  #command = 0;
  /** Where in its range the command stands, and how many chunks are done at once. */
  #begin = 0;
  #chunks = 1;
  isOver = false;
  /** What ended it before its end. */
  refusal: Refusal | null = null;

  constructor(
    readonly program: number,
    readonly call: Call<Refusal>,
  ) {}

  /** Goes on for so many milliseconds, a range at least, or to the end. A kernel that refuses what it was given ends it. */
  go(milliseconds: number): void {
    let now = performance.now();
    const end = now + milliseconds;
    do {
      const before = now;
      const isRange = this.#next();
      now = performance.now();
      if (!isRange) continue;
      if (now - before < LOOK / 2) this.#chunks *= 2;
      else if (now - before > LOOK) this.#chunks = Math.max(1, this.#chunks >> 1);
    } while (!this.isOver && now < end);
  }

  /** Does the next range. @returns whether the command has more of them */
  #next(): boolean {
    const view = words();
    const segment = (this.program + PROGRAM_HEADER + this.#segment * SEGMENT) / 4;
    if (this.#segment >= view[this.program / 4]!) return !(this.isOver = true);
    const command = (view[segment]! + this.#command * COMMAND) / 4;
    const [size, grain] = [view[command + 2]!, view[command + 3]!];
    const end = Math.min(size, this.#begin + this.#chunks * grain);
    this.refusal = this.call(view[command]!, view[command + 1]!, this.#begin, end);
    if (this.refusal !== null) return !(this.isOver = true);
    this.#begin = end;
    if (end < size) return true;
    this.#begin = 0;
    this.#chunks = 1;
    if (++this.#command >= view[segment + 1]!) {
      this.#command = 0;
      this.#segment++;
    }
    return false;
  }
}
