// How a page's programs run while its thread stays free: where they were quickest, one after the other.

import { platform } from "#platform";
import { DELEGATES_DONE } from "../generated/constants.js";
import type { Kernels } from "./kernels.js";
import { memory, words } from "./memory.js";
import { Pace } from "./pace.js";
import { SPELL, turn, turned } from "./parts.js";
import { SlicedRun } from "./slices.js";
import type { Refusal } from "./machine.js";

/** What of the machine it needs. */
interface Parts {
  exports(): Kernels["exports"];
  pool(): number;
  /** Says how many workers may take part at once. @param own  how many of the cores the launching thread has to itself */
  seat(own: number): void;
  /** Calls the kernel in a slot of the table over a range. @returns  what it refused, null for nothing */
  call(slot: number, args: number, begin: number, end: number): Refusal | null;
  /** Throws for what was refused. */
  refuse(refusal: Refusal): void;
}

export class Aside {
  readonly #machine: Parts;
  readonly #paces = new WeakMap<object, Pace>();
  /** Word that changes when the delegated program has run, and what it was before; 0 where none was delegated. */
  #delegated = 0;
  #before = 0;
  /** The program that this thread runs in slices. */
  #sliced: SlicedRun<Refusal> | null = null;

  constructor(machine: Parts) {
    this.#machine = machine;
  }

  get #isDelegateRunning(): boolean {
    return this.#delegated > 0 && words()[this.#delegated] === this.#before;
  }

  get isBusy(): boolean {
    return this.#isDelegateRunning || (this.#sliced !== null && !this.#sliced.isOver);
  }

  /** Ends the program that runs. */
  finish(): void {
    this.#sliced?.go(Infinity);
    while (this.#isDelegateRunning) {} // a worker runs it
  }

  /** The workers of before are gone. */
  forget(): void {
    this.#delegated = 0;
  }

  /**
   * Runs an encoded program.
   *
   * @param program  what it is the program of: how its runs went is kept for it
   * @param hasWorkers  whether there are some, and it has work for them
   */
  async run(program: object, address: number, hasWorkers: boolean): Promise<void> {
    if (!hasWorkers) return this.#runInSlices(address);
    let pace = this.#paces.get(program);
    if (!pace) this.#paces.set(program, (pace = new Pace()));
    const { way } = pace;
    const began = performance.now();
    if (way === "aside") this.#machine.seat(0);
    if (way === "alone") await this.#runInSlices(address);
    else if (way === "here") this.#machine.exports().launch(address, this.#machine.pool());
    else await this.#delegate(address);
    this.#machine.seat(1);
    pace.took(performance.now() - began);
  }

  async #delegate(address: number): Promise<void> {
    const pool = this.#machine.pool();
    this.#delegated = (pool + DELEGATES_DONE) / 4;
    this.#before = words()[this.#delegated]!;
    this.#machine.exports().delegate(address, pool);
    await platform.changed(new Int32Array(memory.buffer), this.#delegated, this.#before | 0);
    turned();
  }

  async #runInSlices(address: number): Promise<void> {
    const run = new SlicedRun<Refusal>(address, this.#machine.call);
    this.#sliced = run;
    try {
      for (run.go(SPELL); !run.isOver; run.go(SPELL)) await turn();
    } finally {
      if (this.#sliced === run) this.#sliced = null;
    }
    if (run.refusal) this.#machine.refuse(run.refusal);
  }
}
